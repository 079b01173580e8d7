"""Words as one run of bytes, as files hold them; decoded when first needed.

Shapes  V words.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets
from firth.errors import FormatError
from firth.formats.skip_report import SkipReport
from firth.kernels.arguments import HASH_PRIME

__all__ = ["PackedWords", "Repeated", "WordCollector", "check_ends", "decode_word", "find_repetitions", "hash_words"]

FIRST_LOOK = 1 << 16  # words
FEWEST_DISTINCT = 0.1  # share of the words
WORDS_AT_ONCE = 1 << 12  # decoded

Bytes = NDArray[np.uint8]
Hashes = NDArray[np.uint64]


def decode_word(word: bytes) -> str:
    r"""UTF-8 to text. An invalid byte becomes `\xc3` spelled out, so that different words stay different.

    (The original word2vec cuts words after 100 bytes, sometimes inside a character.) Lone
    surrogates, which are legal in a `str`, pass.
    """
    try:
        return word.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return word.decode("utf-8", "backslashreplace")


def check_ends(path: Path, ends: Offsets, length: int) -> None:
    """Raise FormatError unless words may end there (V,): in order, the last at `length` bytes."""
    falling = np.flatnonzero(ends[1:] < ends[:-1])
    if len(falling) or (len(ends) and ends[0] < 0):
        word_id = int(falling[0]) + 1 if len(falling) else 0
        raise FormatError(path, f"word {word_id:,} ends before it begins; the file is damaged")
    last = int(ends[-1]) if len(ends) else 0
    if last != length:
        raise FormatError(path, f"the words take {length:,} bytes, but the last one ends at {last:,}")


class PackedWords(Sequence[str]):
    """Words kept as one run of UTF-8 and the offsets where they end; decoded together on first use.

    A file of 400,000 words opens in milliseconds because nothing is decoded until a word is needed.

    Parameters
    ----------
    text : all words end to end.
    ends : (V,) never falling; the byte offset just past each word.
    """

    def __init__(self, text: Bytes, ends: Offsets) -> None:
        self._text = text
        self._ends = ends
        self._decoded: list[str] | None = None

    @property
    def text(self) -> Bytes:
        """All words end to end, as the file has them."""
        return self._text

    @property
    def ends(self) -> Offsets:
        """(V,) the byte offset just past each word in `text`."""
        return self._ends

    @classmethod
    def pack(cls, words: Sequence[str]) -> "PackedWords":
        """Any strings as words of a file; lone surrogates pass."""
        encoded = [word.encode("utf-8", "surrogatepass") for word in words]
        lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
        return cls(np.frombuffer(b"".join(encoded), np.uint8), np.cumsum(lengths))

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if self._decoded is not None or isinstance(index, slice):
            return self.decoded()[index]
        word_id = range(len(self))[index]
        start = int(self._ends[word_id - 1]) if word_id else 0
        return decode_word(self._text[start : int(self._ends[word_id])].tobytes())

    def __iter__(self) -> Iterator[str]:
        return iter(self.decoded())

    def decoded(self) -> list[str]:
        """All words, decoded once and kept: about 60 ms for 400,000."""
        if self._decoded is None:
            offsets = [0, *self._ends.tolist()]
            try:
                text, starts = _decode_all(self._text, self._ends)
                self._decoded = [text[a:b] for a, b in pairwise(starts)]
            except UnicodeError:
                content = self._text.tobytes()
                self._decoded = [decode_word(content[a:b]) for a, b in pairwise(offsets)]
        return self._decoded

    def one_by_one(self) -> Iterator[str]:
        """All words, of which none is kept."""
        begin = 0
        for first in range(0, len(self), WORDS_AT_ONCE):
            ends = self._ends[first : first + WORDS_AT_ONCE].tolist()
            content = self._text[begin : ends[-1]].tobytes()
            for start, end in pairwise([begin, *ends]):
                yield decode_word(content[start - begin : end - begin])
            begin = ends[-1]

    def without(self, word_ids: Sequence[int] | NDArray[np.int64]) -> "PackedWords":
        """The words except these."""
        lengths = np.diff(self._ends, prepend=0)
        kept = np.ones(len(self), bool)
        kept[np.asarray(word_ids, np.int64)] = False
        return PackedWords(self._text[np.repeat(kept, lengths)], np.cumsum(lengths[kept]))


def _decode_all(text: Bytes, ends: Offsets) -> tuple[str, list[int]]:
    """One string of all words, and where they start in it: 3 times as fast as one by one.

    Raises UnicodeError where the bytes are not UTF-8 or a word ends inside a character.
    """
    decoded = text.tobytes().decode("utf-8", "surrogatepass")
    if len(decoded) != len(text):
        begins = (text & 0xC0) != 0x80  # every byte but a continuation byte begins a character
        if not begins[ends[ends < len(begins)]].all():
            raise UnicodeError("a word ends inside a character")
        ends = np.concatenate(([0], np.cumsum(begins, dtype=np.int64)))[ends]
    return decoded, [0, *ends.tolist()]


class Repeated(NamedTuple):
    """A repeated word: the numbers of its first occurrence and of the repeated one, from 0."""

    word: str
    first: int
    second: int


class WordCollector:
    """Words as a reader finds them, some thousands at a time."""

    def __init__(self) -> None:
        # They grow in place: pieces joined at the end would take twice the memory for a moment.
        self._text = bytearray()
        self._lengths = bytearray()  # int32
        self._hashes = bytearray()  # uint64
        self._next_look = FIRST_LOOK

    def __len__(self) -> int:
        return len(self._hashes) // 8

    def add(self, text: Bytes, ends: Offsets, hashes: Hashes) -> None:
        """More words, end to end, and their hashes (see `hash_words`); the arrays are copied."""
        self._text += text.data
        self._lengths += np.diff(ends, prepend=0).astype(np.int32).data
        self._hashes += hashes.data

    def refuse_mostly_repeated(self, report: SkipReport, problem_of: Callable[[Repeated], FormatError]) -> None:
        """For compressed files, in which a few bytes can repeat a word for ever; call it as words come.

        Looks each time there are twice as many words as the last time, so that all looks together cost as much as one.
        Raises the problem of the first repeated word, unless such words are left out and are not nearly all of them.
        """
        if len(self) < self._next_look:
            return
        self._next_look = 2 * len(self)
        hashes = np.frombuffer(bytes(self._hashes), np.uint64)
        distinct = len(np.unique(hashes))
        if distinct == len(self) or (report.are_skipped and distinct > len(self) * FEWEST_DISTINCT):
            return
        words = PackedWords(np.frombuffer(bytes(self._text), np.uint8), self._ends())
        for repeated in find_repetitions(words.one_by_one()):
            raise problem_of(repeated)

    def _ends(self) -> Offsets:
        return np.cumsum(np.frombuffer(bytes(self._lengths), np.int32), dtype=np.int64)

    def finish(self) -> tuple[PackedWords, Iterator[Repeated]]:
        """All words, and every repetition among them, in order; nothing can be added any more."""
        hashes = np.frombuffer(self._hashes, np.uint64)
        hashes.sort()
        doubtful = bool((hashes[1:] == hashes[:-1]).any())
        del hashes, self._hashes  # they are as large as the words
        words = PackedWords(np.frombuffer(self._text, np.uint8), self._ends())
        return words, find_repetitions(words.one_by_one()) if doubtful else iter(())


def hash_words(text: Bytes, ends: Offsets) -> Hashes:
    """A number for each word, equal for equal words: the sum of (byte j + 1) HASH_PRIME^j, mod 2^64."""
    lengths = np.diff(ends, prepend=0)
    # Each byte's position within its word, and the prime to that power.
    positions = np.arange(len(text)) - np.repeat(ends - lengths, lengths)
    powers = np.ones(int(lengths.max(initial=0)) + 1, np.uint64)
    np.cumprod(np.full(len(powers) - 1, HASH_PRIME), out=powers[1:])
    sums = np.concatenate(([np.uint64(0)], np.cumsum((text + np.uint64(1)) * powers[positions])))
    hashes: Hashes = sums[ends] - sums[ends - lengths]
    return hashes


def find_repetitions(words: Iterable[str]) -> Iterator[Repeated]:
    """All repeated words, in order, one at a time: there may be millions."""
    seen: dict[str, int] = {}
    for i, word in enumerate(words):
        if (first := seen.setdefault(word, i)) < i:
            yield Repeated(word, first, i)
