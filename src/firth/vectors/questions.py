"""The questions that can be asked of words and their vectors: one at a time, or many with the same call."""

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError
from firth.vectors import queries as ask
from firth.vectors.neighbours import Neighbour, nearest
from firth.vectors.word_lookup import WordLookup

__all__ = ["Questions"]


class Questions(WordLookup):
    """Words that can be compared and asked for neighbours."""

    @overload
    def similarity(self, a: str, b: str) -> float: ...
    @overload
    def similarity(self, a: ask.Words, b: ask.Words) -> NDArray[np.float64]: ...
    def similarity(self, a: str | Sequence[str], b: str | Sequence[str]) -> float | NDArray[np.float64]:
        """The cosine between two words' vectors, in [-1, 1]; for two lists, pair by pair."""
        if isinstance(a, str) and isinstance(b, str):
            return float(self._pairwise([a], [b])[0])
        if isinstance(a, str) or isinstance(b, str) or len(a) != len(b):
            raise SettingError("similarity() takes two words, or two lists of the same length")
        return self._pairwise(a, b)

    def _pairwise(self, a: Sequence[str], b: Sequence[str]) -> NDArray[np.float64]:
        units = [ask.unit(self[list(words)].astype(np.float64)) for words in (a, b)]
        cosines: NDArray[np.float64] = np.einsum("nd,nd->n", *units).clip(-1.0, 1.0)
        return cosines

    @overload
    def most_similar(
        self,
        word: str | None = None,
        count: int = 10,
        *,
        positive: ask.Items | None = None,
        negative: ask.Items | None = None,
    ) -> list[Neighbour]: ...
    @overload
    def most_similar(self, word: ask.Words, count: int = 10) -> list[list[Neighbour]]: ...
    @overload
    def most_similar(self, word: Vector | Matrix, count: int = 10) -> Any: ...
    @overload
    def most_similar(
        self,
        word: None = None,
        count: int = 10,
        *,
        positive: ask.Many,
        negative: ask.Many | None = None,
    ) -> list[list[Neighbour]]: ...
    def most_similar(
        self,
        word: Any = None,
        count: int = 10,
        *,
        positive: Any = None,
        negative: Any = None,
    ) -> Any:
        """Words whose vectors point most nearly the same way.

        Parameters
        ----------
        word : one word or vector (D,); or a list of words or a matrix (n, D): as many queries.
        count : at least 1; fewer come back only where the vocabulary is smaller.
        positive, negative : what to add up and take away for ONE query: a word, or a list of words,
            vectors (D,) and (word or vector, weight) pairs. Each is first scaled to length 1.
            A list of lists is as many queries.

        Returns
        -------
        Best first, without the words asked with; `similarity` is the cosine, in [-1, 1]. One list
        for one query, a list of lists for many.

        Raises
        ------
        UnknownWordError : a word is not in the vocabulary; near spellings are named.
        SettingError : `count` is below 1, nothing is asked, or a vector has the wrong length.

        Examples
        --------
        >>> vectors.most_similar("king")  # doctest: +SKIP
        >>> vectors.most_similar(["king", "water"])  # two queries # doctest: +SKIP
        >>> vectors.most_similar(  # doctest: +SKIP
        ...     positive=["king", "woman"], negative=["man"]
        ... )
        """
        if word is not None:
            if positive is not None or negative is not None:
                raise SettingError("give either a word or positive= and negative=, not both")
            if isinstance(word, str) or (isinstance(word, np.ndarray) and word.ndim == 1):
                return self._answer([ask.weighted_items([word], 1.0)], count)[0]
            return self._answer([ask.weighted_items([one], 1.0) for one in word], count)
        if ask.is_many(positive) or ask.is_many(negative):
            pairs = _paired(positive, negative)
            return self._answer([_both(plus, minus) for plus, minus in pairs], count)
        return self._answer([_both(positive, negative)], count)[0]

    @overload
    def analogy(self, a: str, b: str, c: str, count: int = 10) -> list[Neighbour]: ...
    @overload
    def analogy(self, a: ask.Words, b: ask.Words, c: ask.Words, count: int = 10) -> list[list[Neighbour]]: ...
    def analogy(self, a: Any, b: Any, c: Any, count: int = 10) -> Any:
        """What is to `c` as `b` is to `a`: the words nearest to b − a + c.

        "man is to king as woman is to …" is `analogy("man", "king", "woman")`. Three lists of the
        same length ask many at once. Raises as `most_similar` does.
        """
        if isinstance(a, str) and isinstance(b, str) and isinstance(c, str):
            return self.most_similar(positive=[b, c], negative=[a], count=count)
        if any(isinstance(words, str) for words in (a, b, c)) or not len(a) == len(b) == len(c):
            raise SettingError("analogy() takes three words, or three lists of the same length")
        questions = zip(a, b, c, strict=True)
        return self._answer([_both([b, c], [a]) for a, b, c in questions], count)

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
        units = ask.unit(self[list(words)].astype(np.float64))
        return words[int(np.argmin(units @ units.mean(axis=0)))]

    def _answer(self, asked: Sequence[list[ask.Weighted]], count: int) -> list[list[Neighbour]]:
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
            raise SettingError(f"count={count!r}: must be a whole number, at least 1")
        if not asked:
            return []
        directions, left_out = ask.build(asked, self.word_id, self._matrix)
        most = min(count, len(self))
        if most == 0:
            return [[] for _ in asked]
        found = nearest(self._matrix, self._inverse_norms, directions, most, left_out)
        words = self.words
        return [
            [
                Neighbour(words[row], cosine)
                for row, cosine in zip(rows, cosines, strict=True)
                if cosine >= -1.0  # those left out have -inf
            ]
            for rows, cosines in zip(found.rows.tolist(), found.similarities.tolist(), strict=True)
        ]


def _both(positive: object, negative: object) -> list[ask.Weighted]:
    return ask.weighted_items(positive, 1.0) + ask.weighted_items(negative, -1.0)


def _paired(positive: Any, negative: Any) -> list[tuple[Any, Any]]:
    length = len(positive if positive is not None else negative)
    positive = [None] * length if positive is None else positive
    negative = [None] * length if negative is None else negative
    if len(positive) != len(negative) or not all(
        one is None or isinstance(one, list) for one in (*positive, *negative)
    ):
        raise SettingError("many queries: positive= and negative= must be as many lists of items each")
    return list(zip(positive, negative, strict=True))
