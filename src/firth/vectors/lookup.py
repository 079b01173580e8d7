"""Words, the rows of the matrix that they have, and the fallback for words outside the vocabulary.

The part of `WordVectors` that every query starts from; query.py turns what it finds into directions.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.arrays import Counts, Matrix, Vector
from firth.errors import SettingError, UnknownWordError, quoted
from firth.formats.packed_words import PackedWords
from firth.formats.stored import StoredVectors
from firth.spelling import near_spellings
from firth.vectors.given import as_list, listed_words, refuse_bytes

__all__ = ["Fallback", "Lookup", "Words", "checked_counts", "checked_matrix", "checked_words"]

Words: TypeAlias = Iterable[str]  # but not a string, which is one word
Fallback: TypeAlias = Literal["subword", "spelling"]


class Lookup:
    """V words with a vector of D numbers each, found by word.

    Attributes
    ----------
    matrix : (V, D) float32, read-only.
    counts : (V,) int64 occurrences of each word, or None if unknown.
    subwords : vectors of character n-grams, or None.
    """

    def __init__(self, stored: StoredVectors) -> None:
        self._words = stored.words
        self.matrix: Matrix = stored.matrix.view()
        self.matrix.flags.writeable = False  # norms are computed once
        self.counts: Counts | None = stored.counts
        self.subwords = stored.subwords
        self._fallback: Fallback | None = None

    def __len__(self) -> int:
        return len(self._words)

    @property
    def words(self) -> Sequence[str]:
        """All words (V,), in the order of the rows; packed words are decoded together, once."""
        return self._words.decoded() if isinstance(self._words, PackedWords) else self._words

    def word_at(self, row: int) -> str:
        """The word of one row, without decoding all of them."""
        return self._words[row]

    @property
    def vector_size(self) -> int:
        """D, the numbers per vector."""
        return int(self.matrix.shape[1])

    @property
    def fallback(self) -> Fallback | None:
        """See `WordVectors.fallback`."""
        return self._fallback

    @fallback.setter
    def fallback(self, fallback: Fallback | None) -> None:
        if fallback is not None and fallback not in get_args(Fallback):
            raise SettingError(f"fallback={fallback!r}: must be None, 'subword' or 'spelling'")
        if fallback == "subword" and self.subwords is None:
            raise SettingError(
                "fallback='subword': these vectors have no subwords; load a fastText .bin file, or use 'spelling'"
            )
        self._fallback = fallback

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each word. Raises SettingError if a word occurs twice."""
        rows = {word: i for i, word in enumerate(self._words)}
        if len(rows) < len(self._words):
            word, first, second = _first_repeated(self._words)
            raise SettingError(f"{word!r} occurs twice among the words, at {first:,} and {second:,}: must be unique")
        return rows

    def row(self, word: str) -> int | None:
        """The row of a word, regardless of `fallback`; None if it is unknown."""
        if not isinstance(word, str):
            refuse_bytes(word)
            raise SettingError(f"{quoted(word)} is not a word: must be a str")
        return self.rows.get(word)

    def word_id(self, word: str) -> int:
        """The row of a word, regardless of `fallback`. Raises UnknownWordError with near spellings."""
        row = self.row(word)
        if row is None:
            raise self._unknown(word)
        return row

    def word_ids(self, words: Words) -> NDArray[np.int64]:
        """The rows of many words (n,)."""
        return np.array([self.word_id(word) for word in as_list(words)], np.int64)

    def rows_of_known(self, words: str | Words) -> list[int]:
        """The rows of those words that are in the vocabulary."""
        listed = [words] if isinstance(words, str) else listed_words(words)
        return [self.rows[word] for word in listed if word in self.rows]

    def found(self, word: str) -> int | Vector | None:
        """The row of a word or of its replacement by `fallback`; a vector (D,) made of subwords; or None."""
        row = self.row(word)
        if row is not None or self._fallback is None:
            return row
        if self._fallback == "subword" and self.subwords is not None:
            return self.subwords.vector(word)
        near = near_spellings(word, self.words, 1)
        return self.rows[near[0]] if near else None

    def find(self, word: str) -> int | Vector:
        """As `found`, but raises UnknownWordError, with near spellings, instead of returning None."""
        found = self.found(word)
        if found is None:
            raise self._unknown(word)
        return found

    def vector(self, word: str) -> Vector:
        """The vector (D,) of a word or of its replacement. Raises UnknownWordError."""
        return self._vector(self.find(word))

    def vectors(self, words: Words) -> Matrix:
        """The vectors (n, D) of many words or of their replacements. Raises UnknownWordError."""
        found = [self.find(word) for word in as_list(words, "a word or a list of words")]
        if all(isinstance(one, int) for one in found):
            return self.matrix[np.array(found, np.int64)]
        return np.stack([self._vector(one) for one in found])

    def _vector(self, found: int | Vector) -> Vector:
        vector: Vector = self.matrix[found] if isinstance(found, int) else found
        return vector

    def _unknown(self, word: str) -> UnknownWordError:
        return UnknownWordError(word, len(self), near_spellings(word, self.words))


def checked_words(words: Sequence[str]) -> list[str]:
    """The words as a list of str. Raises SettingError."""
    if isinstance(words, str):
        raise SettingError(f"words={quoted(words)}: must be a list of words, not one string")
    checked = as_list(words)
    for i, word in enumerate(checked):
        if not isinstance(word, str):
            raise SettingError(f"words[{i}] is {quoted(word)}: every word must be a str")
    return checked


def checked_matrix(matrix: ArrayLike) -> Matrix:
    """The numbers as float32 (V, D). Raises SettingError."""
    array: NDArray[Any] = np.asarray(matrix)
    if array.dtype.kind not in "fiu" or array.ndim != 2:
        raise SettingError(f"matrix of shape {array.shape} and type {array.dtype}: must be numbers (V, D)")
    with np.errstate(over="ignore"):  # numbers too large become inf, which the first query refuses
        return array.astype(np.float32, copy=False)


def checked_counts(counts: ArrayLike) -> Counts:
    """The counts as int64 (V,). Raises SettingError."""
    array: NDArray[Any] = np.asarray(counts)
    if array.dtype.kind not in "iu" and array.size:
        raise SettingError(f"counts of type {array.dtype}: must be whole numbers")
    if array.size and array.min() < 0:
        raise SettingError(f"counts[{int(array.argmin())}] is {array.min()}: must be 0 or more")
    return array.astype(np.int64, copy=False)


def _first_repeated(words: Sequence[str]) -> tuple[str, int, int]:
    seen: dict[str, int] = {}
    for i, word in enumerate(words):
        if word in seen:
            return word, seen[word], i
        seen[word] = i
    raise AssertionError("all words are different")
