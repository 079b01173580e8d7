"""Which words of a model a test set can speak about.

Test sets write `Athens` where most models know `athens`. With `ignore_case` all spellings of a word
that differ in case alone are one word: the most frequent of them answers, and the others are never
offered as answers.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError
from firth.vectors.word_vectors import WordVectors

__all__ = ["Lookup", "look_up_words", "unit_rows"]


class Lookup(NamedTuple):
    """The words under consideration, N of them.

    ids : folded spelling to the id of the most frequent word so spelled.
    leaders : (N,) int32, for each word the id of the most frequent word with the same folded
        spelling.
    ignore_case : whether spellings are folded.
    """

    ids: dict[str, int]
    leaders: NDArray[np.int32]
    ignore_case: bool

    def find(self, word: str) -> int:
        """The id that stands for `word`, or -1."""
        return self.ids.get(_fold(word, self.ignore_case), -1)

    def find_all(self, words: Iterable[str]) -> NDArray[np.int64]:
        """The ids that stand for `words`, -1 where there is none."""
        return np.array([self.find(word) for word in words], np.int64)


def _fold(word: str, ignore_case: bool) -> str:
    # upper(), not casefold(): what gensim does, so that both judge the same questions.
    return word.upper() if ignore_case else word


def look_up_words(vectors: WordVectors, top: int | None, ignore_case: bool) -> Lookup:
    """Index the `top` most frequent words (None: all).

    Raises
    ------
    SettingError
        if `top` is less than 1.
    """
    if top is not None and top < 1:
        raise SettingError(f"top={top}: must be at least 1, or None for the whole vocabulary")
    ids: dict[str, int] = {}
    considered = vectors.words[:top]
    leaders = np.empty(len(considered), np.int32)
    for word_id, word in enumerate(considered):
        leaders[word_id] = ids.setdefault(_fold(word, ignore_case), word_id)
    return Lookup(ids, leaders, ignore_case)


def unit_rows(matrix: NDArray[np.floating]) -> NDArray[np.float32]:
    """A float32 copy of `matrix` (N, D) whose rows have length 1; rows of zeros stay zero."""
    rows = np.array(matrix, np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    np.divide(rows, lengths, out=rows, where=lengths > 0)
    return rows
