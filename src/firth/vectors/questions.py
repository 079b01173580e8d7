"""The questions whose answers are words: one at a time, or many with the same call."""

from collections.abc import Iterable, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError
from firth.vectors import query as ask
from firth.vectors.analogy_search import AnalogyMethod, best_answers, check_method
from firth.vectors.between import WordBetween, nearest_to_line
from firth.vectors.indexed_words import IndexedWords
from firth.vectors.lookup import Restriction
from firth.vectors.neighbours import Nearest, Neighbour, Neighbours, count_nearer, exact_cosines, nearest
from firth.vectors.ranking import check_count

__all__ = ["Questions"]


class Questions(IndexedWords):
    """Words that can be asked for neighbours.

    In all questions, `restrict=` names the only answers there may be: a number (the first so many
    words), words, or booleans (V,). `exclude=` names words that are no answers.
    """

    @overload
    def most_similar(
        self,
        word: str | None = None,
        count: int = 10,
        *,
        positive: ask.Items | None = None,
        negative: ask.Items | None = None,
        method: AnalogyMethod = "3cosadd",
        restrict: Restriction | None = None,
        exclude: Iterable[str] = (),
        approximate: bool = False,
    ) -> Neighbours: ...
    @overload
    def most_similar(
        self,
        word: ask.Words,
        count: int = 10,
        *,
        restrict: Restriction | None = None,
        exclude: Iterable[str] = (),
        approximate: bool = False,
    ) -> list[Neighbours]: ...
    @overload
    def most_similar(
        self,
        word: Vector | Matrix,
        count: int = 10,
        *,
        restrict: Restriction | None = None,
        exclude: Iterable[str] = (),
        approximate: bool = False,
    ) -> Any: ...
    @overload
    def most_similar(
        self,
        word: None = None,
        count: int = 10,
        *,
        positive: ask.Many,
        negative: ask.Many | None = None,
        method: AnalogyMethod = "3cosadd",
        restrict: Restriction | None = None,
        exclude: Iterable[str] = (),
        approximate: bool = False,
    ) -> list[Neighbours]: ...
    def most_similar(
        self,
        word: Any = None,
        count: int = 10,
        *,
        positive: Any = None,
        negative: Any = None,
        method: AnalogyMethod = "3cosadd",
        restrict: Any = None,
        exclude: Iterable[str] = (),
        approximate: bool = False,
    ) -> Any:
        """Words whose vectors point most nearly the same way.

        Parameters
        ----------
        word : one word or vector (D,); or a list of words or a matrix (n, D): as many queries.
        count : at least 1; fewer come back only where fewer words may answer.
        positive, negative : what to add up and take away for ONE query: a word, or a list of words,
            vectors (D,) and (word or vector, weight) pairs. Each is first scaled to length 1.
            A list of lists is as many queries.
        method : "3cosadd" ranks by the cosine with the sum. "3cosmul" ranks by the product of
            (1 + cosine) / 2 with each positive item, divided by that of the negative ones (Levy
            and Goldberg 2014): no single item can outweigh the others. It knows no weights.
        restrict, exclude : the only words that may answer, and words that may not.
        approximate : ask the index, which finds most of the nearest words and looks at few; see
            `build_index`. It knows neither `restrict` nor "3cosmul".

        Returns
        -------
        Best first, without the words asked with; `similarity` is the cosine, in [-1, 1] (with
        "3cosmul" the score, at least 0). One list for one query, a list of lists for many.

        Raises
        ------
        UnknownWordError : a word is not in the vocabulary; near spellings are named.
        SettingError : `count` is below 1, nothing is asked, or a vector has the wrong length.

        Examples
        --------
        >>> vectors.most_similar("king")  # doctest: +SKIP
        >>> vectors.most_similar(["king", "water"], restrict=10_000)  # two queries # doctest: +SKIP
        >>> vectors.most_similar(  # doctest: +SKIP
        ...     positive=["king", "woman"], negative=["man"]
        ... )
        """
        one = False
        if word is not None:
            if positive is not None or negative is not None:
                raise SettingError("give either a word or positive= and negative=, not both")
            if not isinstance(word, Iterable):
                raise SettingError(f"{word!r} cannot be asked: must be a word, a vector (D,), or a list of either")
            one = isinstance(word, str) or (isinstance(word, np.ndarray) and word.ndim == 1)
            asked = [ask.weighted_items([each], 1.0) for each in ([word] if one else word)]
        elif ask.is_many(positive) or ask.is_many(negative):
            asked = [ask.both(plus, minus) for plus, minus in ask.paired(positive, negative)]
        else:
            one = True
            asked = [ask.both(positive, negative)]
        answers = self._answer(asked, count, method, restrict, exclude, approximate)
        return answers[0] if one else answers

    def nearest_to_vector(
        self,
        vector: ArrayLike,
        count: int = 10,
        *,
        restrict: Restriction | None = None,
        exclude: Iterable[str] = (),
        approximate: bool = False,
    ) -> Any:
        """Words whose vectors point most nearly the same way as numbers (D,), or as each row of a matrix (n, D).

        A list for one vector, a list of lists for a matrix. Raises as `most_similar` does.
        """
        numbers = np.asarray(vector)
        if numbers.ndim not in (1, 2) or numbers.dtype.kind not in "fiu":
            raise SettingError(f"a vector of shape {numbers.shape}: must be numbers ({self.vector_size},) or a matrix")
        return self.most_similar(numbers, count, restrict=restrict, exclude=exclude, approximate=approximate)

    @overload
    def analogy(
        self,
        a: str,
        b: str,
        c: str,
        count: int = 10,
        *,
        method: AnalogyMethod = "3cosadd",
        restrict: Restriction | None = None,
        exclude: Iterable[str] = (),
        approximate: bool = False,
    ) -> Neighbours: ...
    @overload
    def analogy(
        self,
        a: ask.Words,
        b: ask.Words,
        c: ask.Words,
        count: int = 10,
        *,
        method: AnalogyMethod = "3cosadd",
        restrict: Restriction | None = None,
        exclude: Iterable[str] = (),
        approximate: bool = False,
    ) -> list[Neighbours]: ...
    def analogy(
        self,
        a: Any,
        b: Any,
        c: Any,
        count: int = 10,
        *,
        method: AnalogyMethod = "3cosadd",
        restrict: Any = None,
        exclude: Iterable[str] = (),
        approximate: bool = False,
    ) -> Any:
        """What is to `c` as `b` is to `a`: the words nearest to b − a + c.

        "man is to king as woman is to …" is `analogy("man", "king", "woman")`. Three lists of the
        same length ask many at once. The other parameters, and what is raised, are those of
        `most_similar`.
        """
        one, (a, b, c) = ask.as_lists("analogy", a, b, c)
        asked = [ask.both([b, c], [a]) for a, b, c in zip(a, b, c, strict=True)]
        answers = self._answer(asked, count, method, restrict, exclude, approximate)
        return answers[0] if one else answers

    @overload
    def between(
        self, a: str, b: str, count: int = 10, *, restrict: Restriction | None = None, exclude: Iterable[str] = ()
    ) -> list[WordBetween]: ...
    @overload
    def between(
        self,
        a: ask.Words,
        b: ask.Words,
        count: int = 10,
        *,
        restrict: Restriction | None = None,
        exclude: Iterable[str] = (),
    ) -> list[list[WordBetween]]: ...
    def between(self, a: Any, b: Any, count: int = 10, *, restrict: Any = None, exclude: Iterable[str] = ()) -> Any:
        """The words nearest to the line from one word to another.

        Both vectors are scaled to length 1; the line is the straight one between them. A word is as
        near as its largest cosine to a point strictly between the ends: words that are nearest to
        an end are its neighbours, and not between.

        Returns
        -------
        Best first, without `a` and `b`: the word, that cosine, and the position of that point on
        the line, from 0 (`a`) to 1 (`b`). Fewer than `count` where fewer words lie between. Two
        lists of words are asked pair by pair, for a list of lists.

        Raises
        ------
        UnknownWordError : a word is not in the vocabulary.
        SettingError : `count` is below 1, or not two words or two lists of the same length are given.
        """
        one, (a, b) = ask.as_lists("between", a, b)
        check_count(count)
        ends = self._built([[ask.Weighted(word, 1.0)] for pair in zip(a, b, strict=True) for word in pair])
        searched = self.searched(restrict, exclude)
        answers = [
            nearest_to_line(searched, self.words, ends.directions[i : i + 2], count, sum(ends.left_out[i : i + 2], []))
            for i in range(0, len(ends.directions), 2)
        ]
        return answers[0] if one else answers

    @overload
    def rank(
        self, word: str, other: str, *, restrict: Restriction | None = None, exclude: Iterable[str] = ()
    ) -> int: ...
    @overload
    def rank(
        self, word: ask.Words, other: ask.Words, *, restrict: Restriction | None = None, exclude: Iterable[str] = ()
    ) -> NDArray[np.int64]: ...
    def rank(self, word: Any, other: Any, *, restrict: Any = None, exclude: Iterable[str] = ()) -> Any:
        """The place of `other` among the neighbours of `word`: 1 for the most similar.

        It is one more than the number of words with a larger cosine, `word` not counted (gensim's
        rule: equally similar words share a place). Two lists of words are asked pair by pair, for
        an array. Only words that `restrict=` and `exclude=` allow are counted; `other` itself may
        be any word. Raises as `most_similar` does.
        """
        one, (word, other) = ask.as_lists("rank", word, other)
        asked = self._built([[ask.Weighted(each, 1.0)] for each in word])
        compared = self[list(other)]
        places = np.arange(len(compared))[:, None]
        thresholds = exact_cosines(compared, places, asked.directions)[:, 0]
        own = np.array([rows[0] if rows else -1 for rows in asked.left_out], np.int64)
        ranks = 1 + count_nearer(self.searched(restrict, exclude), asked.directions, thresholds, own)
        return int(ranks[0]) if one else ranks

    def _built(self, asked: Sequence[list[ask.Weighted]]) -> ask.Queries:
        return ask.build(asked, self.find, self._matrix)

    def _answer(
        self,
        asked: Sequence[list[ask.Weighted]],
        count: int,
        method: AnalogyMethod,
        restrict: Any,
        exclude: Iterable[str],
        approximate: bool,
    ) -> list[Neighbours]:
        check_count(count)
        check_method(method)
        if approximate:
            return self._named(self._answer_by_index(asked, count, method, restrict, exclude)) if asked else []
        searched = self.searched(restrict, exclude)
        most = min(count, searched.n_rows)
        if not asked:
            return []
        if method == "3cosmul":
            sums, left_out = ask.build_sums(asked, self.find, self._matrix)
            found = best_answers(searched, sums, method, most, left_out) if most else None
        else:
            directions, left_out = self._built(asked)
            found = nearest(searched, directions, most, left_out) if most else None
        return [Neighbours() for _ in asked] if found is None else self._named(found)

    def _answer_by_index(
        self,
        asked: Sequence[list[ask.Weighted]],
        count: int,
        method: AnalogyMethod,
        restrict: Any,
        exclude: Iterable[str],
    ) -> Nearest:
        if restrict is not None:
            raise SettingError("approximate=True searches among all words: restrict= needs the exact search")
        if method != "3cosadd":
            raise SettingError(f"approximate=True finds what is nearest to a sum: {method!r} needs the exact search")
        directions, left_out = self._built(asked)
        excluded = self._excluded(exclude)
        return self.index.nearest(directions, min(count, len(self)), [[*rows, *excluded] for rows in left_out])

    def _named(self, found: Nearest) -> list[Neighbours]:
        words = self.words
        return [
            Neighbours(
                Neighbour(words[row], similarity)
                for row, similarity in zip(rows, similarities, strict=True)
                if similarity >= -1.0  # those left out have -inf
            )
            for rows, similarities in zip(found.rows.tolist(), found.similarities.tolist(), strict=True)
        ]
