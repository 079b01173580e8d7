"""The hash table of words that compiled code fills, seen from Python: it grows here, and gives its words back."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.corpus.vocabulary import Vocabulary
from firth.kernels.cpu import tokens, unicode

__all__ = ["WordTable", "closed_table", "enlarged"]

_FIRST_WORDS = 1 << 14  # a power of two; tables double
_FIRST_ARENA = 1 << 18  # bytes

_ESCAPED = re.compile(rb"\xc0([\x80-\x9f])")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1b]")
_WHITE_SPACE = re.compile(rb"[\t-\r\x1c-\x20]")


class WordTable:
    """The arrays of a hash table of words, and how they grow."""

    def __init__(self) -> None:
        self.arrays = tokens.WordTable(
            slots=np.zeros(4 * _FIRST_WORDS, np.uint64),
            counts=np.empty(_FIRST_WORDS, np.int64),
            first=np.empty(_FIRST_WORDS, np.int64),
            ends=np.zeros(_FIRST_WORDS + 1, np.int64),
            arena=np.empty(_FIRST_ARENA, np.uint8),
            sizes=np.zeros(3, np.int64),
        )

    def __len__(self) -> int:
        return int(self.arrays.sizes[tokens.WORDS])

    @property
    def arena_used(self) -> int:
        """Bytes of all words."""
        return int(self.arrays.ends[len(self)])

    @property
    def counts(self) -> Counts:
        """(W,) occurrences."""
        return self.arrays.counts[: len(self)]

    @property
    def first(self) -> NDArray[np.int64]:
        """(W,) positions of first occurrences."""
        return self.arrays.first[: len(self)]

    def reserve(self, words: int, arena: int) -> None:
        """Make room for so many words, and so many bytes of them, in all."""
        old = self.arrays
        room = len(old.counts)
        if words > room:
            while words > room:
                room *= 2
            slots = np.zeros(4 * room, np.uint64)
            tokens.refill_slots(old.slots, slots)
            self.arrays = self.arrays._replace(
                slots=slots,
                counts=enlarged(old.counts, room, len(self)),
                first=enlarged(old.first, room, len(self)),
                ends=enlarged(old.ends, room + 1, len(self) + 1),
            )
        if arena + tokens.PADDING > len(old.arena):
            size = max(arena + tokens.PADDING, 2 * len(old.arena))
            self.arrays = self.arrays._replace(arena=enlarged(old.arena, size, self.arena_used))

    def copy(self) -> "WordTable":
        """An independent table with the same words."""
        other = WordTable()
        other.arrays = tokens.WordTable(*(field.copy() for field in self.arrays))
        return other

    def merge(self, other: "WordTable") -> NDArray[np.int32]:
        """Add the words and counts of another table; returns their ids in this one."""
        self.reserve(len(self) + len(other), self.arena_used + other.arena_used)
        new_ids = np.empty(len(other), np.int32)
        tokens.merge_words(self.arrays, other.arrays, new_ids)
        return new_ids

    def words(self, chosen: NDArray[np.int64]) -> list[str]:
        """The words with these ids."""
        if not len(chosen):
            return []
        ends = self.arrays.ends
        joined = np.empty(int((ends[chosen + 1] - ends[chosen] + 1).sum()), np.uint8)
        tokens.join_words(self.arrays, chosen, joined)
        text = joined[:-1].tobytes()
        if unicode.CONTROL_ESCAPE not in text:
            return text.decode().split("\n")
        return [_ESCAPED.sub(_control_character, word).decode() for word in text.split(b"\n")]


def enlarged(old: NDArray[Any], size: int, used: int) -> NDArray[Any]:
    new = np.empty(size, old.dtype)
    new[:used] = old[:used]
    return new


def _control_character(escape: re.Match[bytes]) -> bytes:
    return bytes([escape[1][0] & 0x7F])


def _escape(control: re.Match[bytes]) -> bytes:
    return bytes([unicode.CONTROL_ESCAPE, 0x80 | control[0][0]])


def closed_table(vocabulary: Vocabulary) -> tuple[WordTable, NDArray[np.int32]]:
    """A table of the words that a text can contain, which takes no others; and their ids in the vocabulary.

    Words with white space in them never come out of a text; nor do halves of surrogate pairs.
    """
    writable = {}
    for word_id, word in enumerate(vocabulary.words):
        escaped = _CONTROL.sub(_escape, word.encode("utf-8", "surrogatepass"))
        if escaped and not _WHITE_SPACE.search(escaped):
            writable[escaped] = word_id
    text = np.frombuffer(
        b"".join(word + b" " for word in writable) + b" " * tokens.PADDING, np.uint8
    ).copy()
    end = len(text) - tokens.PADDING
    table = WordTable()
    table.reserve(len(writable), end)
    scratch = np.empty((2, tokens.SCRATCH + tokens.PADDING), np.int64)
    tokens.number_words(text, 0, end, 0, table.arrays, np.empty(end + 2, np.int32), 0, *scratch)
    table.counts[:] = 0
    table.arrays.sizes[tokens.CLOSED] = 1
    return table, np.fromiter(writable.values(), np.int32, len(writable))
