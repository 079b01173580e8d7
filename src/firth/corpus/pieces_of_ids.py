"""Encoded text from front to back, in pieces that fit into memory where the text does not."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np

from firth.arrays import Counts, Offsets, WordIds
from firth.corpus.spool import ArrayInFile, ArrayInMemory, GrowingArray

__all__ = ["WORDS_AT_ONCE", "count_ids", "new_array", "pieces"]

WORDS_AT_ONCE = 1 << 20


def pieces(offsets: Offsets, words: int) -> Iterator[tuple[int, int]]:
    """Ranges of sentences, first and behind the last, of at most so many words; a longer sentence is a piece.

    offsets : (S + 1,) where sentences begin and end.
    """
    first, sentences = 0, len(offsets) - 1
    while first < sentences:
        stop = max(int(np.searchsorted(offsets, offsets[first] + words, side="right")) - 1, first + 1)
        yield first, stop
        first = stop


def count_ids(ids: WordIds, words: int) -> Counts:
    """(words,) int64, how often each id occurs; `words` is above the largest one."""
    counts = np.zeros(words, np.int64)
    for first in range(0, len(ids), WORDS_AT_ONCE):
        counts += np.bincount(ids[first : first + WORDS_AT_ONCE], minlength=words)
    return counts


@contextmanager
def new_array(dtype: type[np.generic], capacity: int, *, in_file: bool) -> Iterator[GrowingArray]:
    """An array for at most so many numbers; what is finished stays when the context ends.

    Raises   CorpusError if a temporary file cannot be made.
    """
    array: GrowingArray = ArrayInFile(dtype) if in_file else ArrayInMemory(dtype, capacity)
    with closing(array):
        yield array
