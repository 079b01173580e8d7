"""Words, the rows of the matrix that they have, and their vectors."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Matrix, Vector
from firth.errors import SettingError, UnknownWordError
from firth.formats.packed_words import PackedWords
from firth.formats.stored import StoredVectors
from firth.formats.subwords import Subwords
from firth.spelling import near_spellings
from firth.vectors.neighbours import inverse_norms
from firth.vectors.queries import Words

__all__ = ["WordLookup"]


class WordLookup:
    """Words and one vector for each, looked up by word: the part of `WordVectors` that questions build on."""

    def _keep(self, stored: StoredVectors) -> None:
        self._words = stored.words
        self._matrix = stored.matrix.view()
        self._matrix.flags.writeable = False  # the norms are computed once
        self._counts = stored.counts
        self._subwords = stored.subwords

    @property
    def words(self) -> Sequence[str]:
        """All words (V,), in the order of the rows."""
        return self._words.decoded() if isinstance(self._words, PackedWords) else self._words

    @property
    def matrix(self) -> Matrix:
        """All vectors (V, D) float32, read-only."""
        return self._matrix

    @property
    def counts(self) -> Counts | None:
        """How often each word occurred (V,) int64, or None where that is unknown."""
        return self._counts

    @property
    def subwords(self) -> Subwords | None:
        """Vectors of character n-grams, from which `subwords.vector(word)` makes one for a word that is not here."""
        return self._subwords

    @property
    def vector_size(self) -> int:
        """D, the numbers per vector."""
        return int(self._matrix.shape[1])

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self._rows

    @overload
    def __getitem__(self, word: str) -> Vector: ...
    @overload
    def __getitem__(self, word: Words) -> Matrix: ...
    def __getitem__(self, word: str | Words) -> Vector | Matrix:
        """A word's vector (D,), or for a list of words a matrix (n, D)."""
        rows = self.word_id(word) if isinstance(word, str) else self.word_ids(word)
        found: Vector | Matrix = self._matrix[rows]
        return found

    @cached_property
    def _rows(self) -> dict[str, int]:
        rows = {word: i for i, word in enumerate(self._words)}
        if len(rows) < len(self._words):
            word, first, second = _first_repeated(self._words)
            raise SettingError(f"{word!r} comes twice among the words, at {first:,} and {second:,}: each word once")
        return rows

    @cached_property
    def _inverse_norms(self) -> Vector:
        return inverse_norms(self._matrix)

    def word_id(self, word: str) -> int:
        """The row of a word, in [0, V). Raises UnknownWordError with near spellings."""
        if not isinstance(word, str):
            raise SettingError(f"{word!r} is not a word: must be a str")
        row = self._rows.get(word)
        if row is None:
            raise UnknownWordError(word, len(self), near_spellings(word, self.words))
        return row

    def word_ids(self, words: Sequence[str]) -> NDArray[np.int64]:
        """The rows of many words (n,)."""
        if isinstance(words, str) or not isinstance(words, Sequence | np.ndarray):
            raise SettingError(f"{words!r}: must be a word or a list of words")
        return np.array([self.word_id(word) for word in words], np.int64)


def _first_repeated(words: Sequence[str]) -> tuple[str, int, int]:
    seen: dict[str, int] = {}
    for i, word in enumerate(words):
        if word in seen:
            return word, seen[word], i
        seen[word] = i
    raise AssertionError("no word comes twice")
