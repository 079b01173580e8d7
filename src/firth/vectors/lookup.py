"""Words, the rows of the matrix that they have, and their vectors."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Literal, TypeAlias, get_args, overload

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Matrix, Vector
from firth.errors import SettingError, UnknownWordError
from firth.formats.packed_words import PackedWords
from firth.formats.stored import StoredVectors
from firth.spelling import near_spellings
from firth.subwords.ngrams import Subwords
from firth.vectors.candidates import SearchedRows, inverse_norms
from firth.vectors.query import Words

__all__ = ["Fallback", "Restriction", "WordLookup", "check_words"]

Fallback: TypeAlias = Literal["subword", "spelling"]
Restriction: TypeAlias = int | Iterable[str] | NDArray[np.bool_]


class WordLookup:
    """Words and one vector for each, looked up by word: the part of `WordVectors` that questions build on."""

    def _keep(self, stored: StoredVectors) -> None:
        self._words = stored.words
        self._matrix = stored.matrix.view()
        self._matrix.flags.writeable = False  # the norms are computed once
        self._counts = stored.counts
        self._subwords = stored.subwords
        self._fallback: Fallback | None = None

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
        """A word's vector (D,), or for a list of words a matrix (n, D). Unknown words: see `fallback`."""
        if isinstance(word, str):
            return self._vector(self.find(word))
        check_words(word)
        found = [self.find(one) for one in word]
        if all(isinstance(one, int) for one in found):
            return self._matrix[np.array(found, np.int64)]
        return np.stack([self._vector(one) for one in found])

    def _vector(self, found: int | Vector) -> Vector:
        vector: Vector = self._matrix[found] if isinstance(found, int) else found
        return vector

    @property
    def fallback(self) -> Fallback | None:
        """What stands in for a word that is not there, in every question; can be set.

        None : nothing does; an unknown word is an error.
        "subword" : a vector made of the word's character n-grams, where the file has such vectors.
        "spelling" : the word spelled most nearly alike.
        """
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

    def find(self, word: str) -> int | Vector:
        """The row of a word, in [0, V), or of what stands in for it; a vector (D,) where that has no row.

        Raises
        ------
        UnknownWordError : the word is not there and nothing stands in for it; near spellings are named.
        """
        found = self.found(word)
        if found is None:
            raise UnknownWordError(word, len(self), near_spellings(word, self.words))
        return found

    def found(self, word: str) -> int | Vector | None:
        """What `find` finds, or None."""
        row = self._row(word)
        if row is not None or self._fallback is None:
            return row
        if self._fallback == "subword" and self._subwords is not None:
            return self._subwords.vector(word)
        near = near_spellings(word, self.words, 1)
        return self._rows[near[0]] if near else None

    def found_as(self, word: str) -> str | None:
        """The word whose vector `word` is answered with: itself, or by `fallback` the spelling nearest to it.

        None where its vector is made of subwords. Raises UnknownWordError where nothing stands in for it.
        """
        found = self.find(word)
        return self._words[found] if isinstance(found, int) else None

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

    def _row(self, word: str) -> int | None:
        if not isinstance(word, str):
            raise SettingError(f"{word!r} is not a word: must be a str")
        return self._rows.get(word)

    def word_id(self, word: str) -> int:
        """The row of a word, in [0, V), whatever `fallback` is. Raises UnknownWordError with near spellings."""
        row = self._row(word)
        if row is None:
            raise UnknownWordError(word, len(self), near_spellings(word, self.words))
        return row

    def word_ids(self, words: Sequence[str]) -> NDArray[np.int64]:
        """The rows of many words (n,)."""
        check_words(words)
        return np.array([self.word_id(word) for word in words], np.int64)

    def searched(self, restrict: Restriction | None = None, exclude: Iterable[str] = ()) -> SearchedRows:
        """The rows that may answer a question.

        Parameters
        ----------
        restrict : a number: the first so many words, the most frequent in most files; words: only
            these; booleans (V,): where true. None: all.
        exclude : words that are no answers; those that are not there anyway are ignored.

        Raises
        ------
        UnknownWordError : a word of `restrict` is not there.
        SettingError : `restrict` is none of these, or leaves no word.
        """
        rows = self._restricted(restrict)
        excluded = self._excluded(exclude)
        return rows.without(np.array(excluded, np.int64)) if excluded else rows

    def _excluded(self, exclude: Iterable[str]) -> list[int]:
        left_out = [exclude] if isinstance(exclude, str) else exclude
        return [self._rows[word] for word in left_out if word in self._rows]

    def _restricted(self, restrict: Any) -> SearchedRows:
        everything = SearchedRows(self._matrix, self._inverse_norms)
        if restrict is None:
            return everything
        if isinstance(restrict, int | np.integer) and not isinstance(restrict, bool):
            if restrict < 1:
                raise SettingError(f"restrict={restrict}: must be at least 1, or None for all words")
            return SearchedRows(self._matrix[:restrict], self._inverse_norms[:restrict])
        if isinstance(restrict, np.ndarray) and restrict.dtype == bool:
            if restrict.shape != (len(self),):
                raise SettingError(
                    f"restrict of shape {restrict.shape}: a mask must have one value per word, ({len(self)},)"
                )
            return everything._replace(rows=np.flatnonzero(restrict))
        if not isinstance(restrict, Iterable):
            raise SettingError(f"restrict={restrict!r}: must be a number, words or an array of booleans (V,)")
        words = [restrict] if isinstance(restrict, str) else list(restrict)
        return everything._replace(rows=np.unique(self.word_ids(words)))


def check_words(words: object) -> None:
    """Raise SettingError unless this is a list, tuple or array."""
    if isinstance(words, str) or not isinstance(words, Sequence | np.ndarray):
        raise SettingError(f"{words!r}: must be a word or a list of words")


def _first_repeated(words: Sequence[str]) -> tuple[str, int, int]:
    seen: dict[str, int] = {}
    for i, word in enumerate(words):
        if word in seen:
            return word, seen[word], i
        seen[word] = i
    raise AssertionError("no word comes twice")
