"""The hash table of words that kernels/cpu/text/tokens.py fills: here it is made and grows, and its words are read."""

import os
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.corpus.vocabulary import Vocabulary
from firth.kernels.arguments import CleanText, EdgeWorkspace, WordArrays
from firth.kernels.cpu.text import tokens, unicode

__all__ = ["WordTable", "edge_workspace", "enlarged", "table_of"]

_FIRST_WORDS = 1 << 14  # a power of two; tables double
_FIRST_ARENA = 1 << 18  # bytes

_ESCAPED = re.compile(rb"\xc0([\x80-\x9f])")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1b]")
_WHITE_SPACE = re.compile(rb"[\t-\r\x1c-\x20]")


def edge_workspace() -> EdgeWorkspace:
    """What number_words overwrites, for one thread."""
    return EdgeWorkspace(*np.empty((2, tokens.SCRATCH + tokens.PADDING), np.int64))


def enlarged(old: NDArray[Any], size: int, used: int) -> NDArray[Any]:
    """A longer array that starts with the first `used` numbers of an old one."""
    new = np.empty(size, old.dtype)
    new[:used] = old[:used]
    return new


class WordTable:
    """The arrays of a hash table of W words, and how they grow."""

    def __init__(self) -> None:
        self.arrays = WordArrays(
            slots=np.zeros(4 * _FIRST_WORDS, np.uint64),
            counts=np.empty(_FIRST_WORDS, np.int64),
            first=np.empty(_FIRST_WORDS, np.int64),
            ends=np.zeros(_FIRST_WORDS + 1, np.int64),
            arena=np.empty(_FIRST_ARENA, np.uint8),
            sizes=np.zeros(4, np.int64),
        )
        self.arrays.sizes[tokens.SEED] = int.from_bytes(os.urandom(8), "little", signed=True)

    def __len__(self) -> int:
        return int(self.arrays.sizes[tokens.WORDS])

    @property
    def arena_used(self) -> int:
        """Bytes of all words."""
        return int(self.arrays.ends[len(self)])

    @property
    def counts(self) -> Counts:
        """(W,) occurrences; a view."""
        return self.arrays.counts[: len(self)]

    @property
    def first(self) -> NDArray[np.int64]:
        """(W,) positions of first occurrences; a view."""
        return self.arrays.first[: len(self)]

    def reserve(self, words: int, arena: int) -> None:
        """Provide capacity for `words` words of `arena` bytes, all words included."""
        old = self.arrays
        capacity = len(old.counts)
        if words > capacity:
            while words > capacity:
                capacity *= 2
            slots = np.zeros(4 * capacity, np.uint64)
            tokens.refill_slots(old.slots, slots)
            self.arrays = self.arrays._replace(
                slots=slots,
                counts=enlarged(old.counts, capacity, len(self)),
                first=enlarged(old.first, capacity, len(self)),
                ends=enlarged(old.ends, capacity + 1, len(self) + 1),
            )
        if arena + tokens.PADDING > len(old.arena):
            size = max(arena + tokens.PADDING, 2 * len(old.arena))
            self.arrays = self.arrays._replace(arena=enlarged(old.arena, size, self.arena_used))

    def copy(self) -> "WordTable":
        """An independent table with the same words."""
        other = WordTable()
        other.arrays = WordArrays._make(field.copy() for field in self.arrays)
        return other

    def add(self, text: bytes | NDArray[np.uint8], n_words: int) -> NDArray[np.int32]:
        """Count the n_words of clean text, each followed by a space; returns their ids here."""
        clean = np.full(len(text) + tokens.PADDING, ord(" "), np.uint8)
        clean[: len(text)] = np.frombuffer(text, np.uint8)
        self.reserve(len(self) + n_words, self.arena_used + len(text))
        stream = np.empty(len(text) + 2, np.int32)
        tokens.number_words(CleanText(clean, 0), 0, len(text), self.arrays, stream, 0, edge_workspace())
        return stream[:n_words].copy()

    def merge(self, other: "WordTable") -> NDArray[np.int32]:
        """Add the words and counts of another table; returns their ids in this one."""
        return self.merge_words(other.text(), other.counts, other.first)

    def text(self) -> NDArray[np.uint8]:
        """The bytes of all words in the order of their ids, each followed by a space."""
        return self._joined(np.arange(len(self)), " ")

    def merge_words(self, text: NDArray[np.uint8], counts: Counts, first: NDArray[np.int64]) -> NDArray[np.int32]:
        """Add the words of another table, from its text(), counts and first; returns their ids in this one."""
        n_words = len(self)
        ids = self.add(text, len(counts))
        self.counts[ids] += counts - 1
        self.first[n_words:] = np.iinfo(np.int64).max
        self.first[ids] = np.minimum(self.first[ids], first)
        return ids

    def _joined(self, chosen: NDArray[np.int64], separator: str) -> NDArray[np.uint8]:
        """The bytes of these words, each followed by the separator."""
        ends = self.arrays.ends
        starts = ends[chosen]
        lengths = ends[chosen + 1] - starts + 1
        stops = np.cumsum(lengths)
        indices = np.arange(stops[-1] if len(stops) else 0)
        indices += np.repeat(starts - stops + lengths, lengths)
        text: NDArray[np.uint8] = self.arrays.arena[indices]
        text[stops - 1] = ord(separator)
        return text

    def words(self, chosen: NDArray[np.int64]) -> list[str]:
        """The words with these ids."""
        text = self._joined(chosen, "\n")[:-1].tobytes()
        if unicode.CONTROL_ESCAPE not in text:
            return text.decode().split("\n")
        return [_ESCAPED.sub(_control_character, word).decode() for word in text.split(b"\n")]


def _control_character(escape: re.Match[bytes]) -> bytes:
    return bytes([escape[1][0] & 0x7F])


def _escape(control: re.Match[bytes]) -> bytes:
    return bytes([unicode.CONTROL_ESCAPE, 0x80 | control[0][0]])


def table_of(vocabulary: Vocabulary, *, closed: bool) -> tuple[WordTable, NDArray[np.int32]]:
    """A table of those words that a text can contain, not counted yet; and their vocabulary ids.

    A text contains no words with white space, and no halves of surrogate pairs.

    closed : whether no other words will be added.
    """
    writable = {}
    for word_id, word in enumerate(vocabulary.words):
        escaped = _CONTROL.sub(_escape, word.encode("utf-8", "surrogatepass"))
        if escaped and not _WHITE_SPACE.search(escaped):
            writable[escaped] = word_id
    table = WordTable()
    table.add(b"".join(word + b" " for word in writable), len(writable))
    table.counts[:] = 0
    table.arrays.sizes[tokens.CLOSED] = int(closed)
    return table, np.fromiter(writable.values(), np.int32, len(writable))
