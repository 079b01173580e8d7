"""The words of a model that a test set can refer to, and their unit vectors.

Test sets write `Athens` where most models know `athens`. With `ignore_case`, a word that is not there as it is spelled
is looked up in any case, and means the most frequent spelling. An answer is right in any case.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError
from firth.vectors.expected import check_vectors
from firth.vectors.given import check_whole
from firth.vectors.word_vectors import WordVectors

__all__ = ["KnownWords", "find_known_words", "unit_rows"]


class KnownWords(NamedTuple):
    """The words under consideration, the N most frequent of a model.

    vectors : whose words they are.
    ids : folded spelling to the id of the most frequent word with that spelling.
    canonical : (N,) int32, for each word the id of the most frequent word with the same folded spelling.
    ignore_case : whether spellings are folded.
    """

    vectors: WordVectors
    ids: dict[str, int]
    canonical: NDArray[np.int32]
    ignore_case: bool

    def find(self, word: str) -> int:
        """The id of `word` as it is spelled, or else in its most frequent spelling; or -1."""
        if self.ignore_case and word in self.vectors:
            exact = self.vectors.word_id(word)
            if exact < len(self.canonical):
                return exact
        return self.ids.get(_fold(word, self.ignore_case), -1)

    def find_all(self, words: Iterable[str]) -> NDArray[np.int64]:
        """The ids of `words`, each as `find` has it; -1 for unknown words."""
        return np.array([self.find(word) for word in words], np.int64)


def _fold(word: str, ignore_case: bool) -> str:
    # lower(): upper() and casefold() make one word of kır and kir, of maße and masse. The lower case of İ has a dot
    # above its i, as every i has.
    return word.lower().replace("i\u0307", "i") if ignore_case else word


def find_known_words(vectors: WordVectors, top: int | None, ignore_case: bool) -> KnownWords:
    """Index the `top` most frequent words (None: all).

    Raises   SettingError if `top` is not a whole number above 0, or a model is given in place of vectors.
    """
    check_vectors(vectors)
    if top is not None:
        check_whole("top", top, instead=", or None for the whole vocabulary")
    ids: dict[str, int] = {}
    considered = vectors.words[:top]
    canonical = np.empty(len(considered), np.int32)
    for word_id, word in enumerate(considered):
        canonical[word_id] = ids.setdefault(_fold(word, ignore_case), word_id)
    return KnownWords(vectors, ids, canonical, ignore_case)


def unit_rows(matrix: NDArray[np.floating]) -> NDArray[np.float32]:
    """A float32 copy of `matrix` (N, D) whose rows have length 1; rows of zeros stay zero.

    Raises   SettingError if a row is not finite, or too long for float32.
    """
    rows = np.array(matrix, np.float32)
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(lengths).all():
        raise SettingError("a word of the test set has a vector that is not finite, or too long: it has no direction")
    np.divide(rows, lengths, out=rows, where=lengths > 0)
    return rows
