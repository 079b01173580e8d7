"""The questions whose answers are numbers, or one of the words asked about."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError
from firth.vectors import query as ask
from firth.vectors.lookup import WordLookup, check_words
from firth.vectors.sentence_means import (
    Weighed,
    common_component,
    sentence_means,
    smooth_inverse,
    split_sentences,
    without_component,
)

__all__ = ["Comparisons"]

ROWS_AT_ONCE = 4096


class Comparisons(WordLookup):
    """Words that can be compared with each other, and averaged."""

    @overload
    def similarity(self, a: str, b: str) -> float: ...
    @overload
    def similarity(self, a: ask.Words, b: ask.Words) -> NDArray[np.float64]: ...
    @overload
    def similarity(self, a: str | ask.Words | Vector | Matrix, b: str | ask.Words | Vector | Matrix) -> Any: ...
    def similarity(self, a: Any, b: Any) -> Any:
        """The cosine between two words' vectors, in [-1, 1]; for two lists, pair by pair (n,).

        A vector (D,) may stand for a word, and a matrix (n, D) for a list.
        """
        one, (a, b) = ask.as_lists("similarity", a, b, is_one=ask.is_one)
        cosines = self._pairwise(a, b)
        return float(cosines[0]) if one else cosines

    def _pairwise(self, a: Any, b: Any) -> NDArray[np.float64]:
        cosines: NDArray[np.float64] = np.einsum("nd,nd->n", self._units(a), self._units(b)).clip(-1.0, 1.0)
        return cosines

    def similarity_matrix(
        self, words: ask.Words | Matrix, others: ask.Words | Matrix | None = None
    ) -> NDArray[np.float64]:
        """The cosine of each word with each other one (n, n); or of each of `words` with each of `others` (n, m).

        A matrix of vectors may stand for a list of words.
        """
        units = self._units(words)
        across = units if others is None else self._units(others)
        cosines = np.empty((len(units), len(across)), np.float64)
        for start in range(0, len(units), ROWS_AT_ONCE):
            some = slice(start, start + ROWS_AT_ONCE)
            np.clip(units[some] @ across.T, -1.0, 1.0, out=cosines[some])
        return cosines

    @overload
    def odd_one_out(self, words: ask.Words) -> str: ...
    @overload
    def odd_one_out(self, words: list[list[str]]) -> list[str]: ...
    def odd_one_out(self, words: Any) -> Any:
        """The word least like the mean of all of them; for a list of lists, one word for each.

        Raises
        ------
        UnknownWordError : a word is not in the vocabulary.
        SettingError : fewer than 3 words, among which none can be the odd one.
        """
        if ask.is_many(words):
            return [self.odd_one_out(some) for some in words]
        if isinstance(words, str) or len(words) < 3:
            raise SettingError(f"{words!r}: odd_one_out() needs a list of at least 3 words")
        units = self._units(list(words))
        return words[int(np.argmin(units @ units.mean(axis=0)))]

    @overload
    def mean_vector(self, words: ask.Words, weights: ArrayLike | None = None) -> Vector: ...
    @overload
    def mean_vector(self, words: list[list[str]], weights: Sequence[ArrayLike] | None = None) -> Matrix: ...
    def mean_vector(self, words: Any, weights: Any = None) -> Vector | Matrix:
        """The mean of the words' vectors (D,), as for a phrase; for a list of lists, one for each (n, D).

        Parameters
        ----------
        weights : as many numbers as words; the weighted sum is divided by the sum of their absolute
            values. A list of such for a list of lists.

        Raises
        ------
        UnknownWordError : a word is not in the vocabulary.
        SettingError : there are no words, or the weights are not as many, not finite or all 0.
        """
        if ask.is_many(words):
            if weights is None:
                weights = [None] * len(words)
            if len(weights) != len(words):
                raise SettingError(
                    f"{len(weights):,} lists of weights for {len(words):,} lists of words: must be as many"
                )
            return np.stack([self.mean_vector(some, each) for some, each in zip(words, weights, strict=True)])
        check_words(words)
        vectors = self[words].astype(np.float64)
        factors = np.ones(len(vectors)) if weights is None else np.asarray(weights, np.float64)
        if factors.shape != (len(vectors),) or not 0 < np.abs(factors).sum() < np.inf:
            raise SettingError(f"mean_vector() of {words!r}: needs words, and a weight for each, not all of them 0")
        mean: Vector = (factors @ vectors / np.abs(factors).sum()).astype(np.float32)
        return mean

    def sentence_vectors(
        self,
        sentences: Iterable[str | Sequence[str]],
        *,
        sif: float | None = None,
        frequencies: Mapping[str, float] | None = None,
        common: ArrayLike | Literal[False] | None = None,
    ) -> Matrix:
        """A vector for each sentence (S, D): the mean of its words' vectors.

        Words that are not in the vocabulary are skipped; a sentence with none that is becomes
        zeros.

        Parameters
        ----------
        sentences : each a list of words, or a string that is split at blanks, otherwise as it is:
            where the vocabulary is in lower case, the string should be.
        sif : None for plain means; a number a, such as 1e-3, for smooth inverse frequency (Arora et
            al. 2017): each word weighs a / (a + p), p its share of all text, and the component that
            the sentences have in common is taken away.
        frequencies : p for each word, in [0, 1]; a word that is missing weighs 1. None: by `counts`.
        common : the direction to take away: None for that of these sentences (with `sif`; without,
            nothing is taken away), False for none, or a vector (D,): `common_component` of other
            sentences, so that few or single sentences can be compared with those.

        Raises
        ------
        SettingError : `sif` needs counts and there are none; a setting has an impossible value.
        """
        split = split_sentences(sentences)
        means = sentence_means(split, self._weighed(self._weight(sif, frequencies)), self.vector_size)
        if common is None and sif is not None and means.any():
            means = without_component(means, common_component(means))
        elif common is not None and common is not False:
            direction = ask.checked_vector(np.asarray(common, np.float64), self.vector_size)
            means = without_component(means, ask.unit(direction))
        return means.astype(np.float32)

    def _weighed(self, weight: Callable[[str, int | None], float]) -> Callable[[str], Weighed | None]:
        """What finds a word's vector, and its weight by the word and its row, or None."""

        def look_up(word: str) -> Weighed | None:
            found = self.found(word)
            if isinstance(found, int):
                return self._matrix[found], weight(self._words[found], found)
            return None if found is None else (found, weight(word, None))

        return look_up

    def _weight(self, sif: float | None, frequencies: Mapping[str, float] | None) -> Callable[[str, int | None], float]:
        """What tells the weight of a word by itself and its row, None where it has none."""
        if sif is not None:
            weight, share = smooth_inverse(sif), self._shares(frequencies)
            return lambda word, row: weight(share(word, row))
        if frequencies is not None:
            raise SettingError("frequencies= weigh words with sif= only: give both or neither")
        return lambda word, row: 1.0

    def _shares(self, frequencies: Mapping[str, float] | None) -> Callable[[str, int | None], float]:
        """What tells the share of all text that a word makes up."""
        if frequencies is not None:

            def given(word: str, row: int | None) -> float:
                share = frequencies.get(word, 0.0)
                if not 0 <= share <= 1:
                    raise SettingError(
                        f"frequencies[{word!r}] is {share!r}: must be a share of all words, in [0, 1]; "
                        "divide counts by their total"
                    )
                return share

            return given
        if self._counts is None or not self._counts.any():
            raise SettingError(
                "sif= needs to know how frequent words are, and these vectors have no counts: "
                "give frequencies=, a share of all text for each word"
            )
        counts, total = self._counts, int(self._counts.sum())
        return lambda word, row: 0.0 if row is None else int(counts[row]) / total

    def _units(self, items: Any) -> NDArray[np.float64]:
        """Words or vectors as vectors of length 1 (n, D)."""
        if isinstance(items, str) or not isinstance(items, Sequence | np.ndarray):
            raise SettingError(f"{items!r}: must be a list of words, or vectors")
        vectors = [
            self._vector(self.find(item)) if isinstance(item, str) else ask.checked_vector(item, self.vector_size)
            for item in items
        ]
        return ask.unit(np.array(vectors, np.float64).reshape(-1, self.vector_size))
