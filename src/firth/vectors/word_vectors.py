"""WordVectors: words with their vectors, and what can be computed with them.

Its methods delegate to what it owns: a Lookup (lookup.py), an ExactSearch (exact_search.py) and, once built or opened,
an Index for approximate search (ann/index.py). A query passes through query.py (parsed to directions), one of the two
searches, and ranking.py.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError
from firth.formats.stored import StoredVectors
from firth.progress import ProgressOption
from firth.vectors import query
from firth.vectors.analogy_search import AnalogyMethod, best_scores, check_method
from firth.vectors.ann.building import build_index, check_index_options
from firth.vectors.ann.graph import GraphSettings
from firth.vectors.ann.index import Index
from firth.vectors.between import nearest_to_line
from firth.vectors.candidates import Candidates
from firth.vectors.exact_search import ExactSearch
from firth.vectors.gensim_names import names_gensims
from firth.vectors.neighbours import Neighbour, Neighbours, WordBetween
from firth.vectors.query import Items, Many, Query, Restriction, Words
from firth.vectors.ranking import Ranking, check_count, exact_cosines
from firth.vectors.vector_table import VectorTable

__all__ = ["WordVectors"]


class _Narrowed(TypedDict, total=False):
    """Options of every query, for the overloads below."""

    restrict: Restriction | None
    exclude: str | Words | None


class _Options(_Narrowed, total=False):
    approximate: bool


class _SumOptions(_Options, total=False):
    method: AnalogyMethod


class WordVectors(VectorTable):
    """Words and one vector for each.

    Where a list of words is taken, any iterable of strings will do: a tuple, a set, an array, a column of a data frame.

    In all queries, `restrict=` names the candidates: a number n (the first n words, the most frequent in most files),
    words, or booleans (V,). `exclude=` names words that are left out of the results; unknown ones are ignored.

    Parameters
    ----------
    words : (V,) distinct strings, in the order of the rows.
    matrix : (V, D) numbers; float32 is used without a copy, anything else is converted.
    counts : (V,) occurrences of each word, if known.
    metadata : anything JSON can hold that a native file should keep with the vectors.
    fallback : "spelling" replaces an unknown word by the one with the nearest spelling.

    Raises
    ------
    SettingError : the parts do not fit together, or a word occurs twice.

    Examples
    --------
    >>> vectors = WordVectors(["king", "queen", "water"], [[2, 1], [1, 1], [-1, 3]])
    >>> vectors.most_similar("king", count=1)
    [Neighbour(word='queen', similarity=0.9486832980505138)]
    """

    def _compose(self, stored: StoredVectors, path: str | Path | None) -> None:
        super()._compose(stored, path)
        self._search = ExactSearch(self.matrix)
        self._index: Index | None = None
        self._index_path = None if path is None else Path(f"{Path(path)}.index")

    # ---------------------------------------------------------------- search

    @property
    def search(self) -> ExactSearch:
        """The exact search: `search.compiled`, when it uses compiled code, and `search.backend`, a GPU, can be set."""
        return self._search

    @property
    def index(self) -> Index:
        """The index for `approximate=True`: as built or opened, or from `MODEL.index` next to the file that was loaded.

        Raises
        ------
        SettingError : there is none.
        FormatError : the file next to the model is damaged, or belongs to other vectors.
        """
        if self._index is None:
            if self._index_path is None or not self._index_path.exists():
                where = f" in {self._index_path}" if self._index_path else ""
                raise SettingError(
                    f"no index{where}: build one with vectors.build_index() or `firth index MODEL`, "
                    "or use the exact search"
                )
            self._index = Index.open(self._index_path, self.matrix, mmap=self._mmap)
        return self._index

    def build_index(
        self,
        path: str | Path | None = None,
        *,
        recall: float = 0.95,
        links: int = 16,
        build_width: int = 100,
        seed: int = 1,
        threads: int | None = None,
        progress: ProgressOption = None,
    ) -> Index:
        """Build an index for approximate search, and use it from now on.

        Parameters
        ----------
        path : the file to save it to; `firth.load("x.firth")` finds "x.firth.index". None: it is not saved.
        recall : the share of the 10 nearest words to find: the search is made as wide as that takes on a sample of
            words and sums of words. `Index.recall` is what it finds on another sample.
        links : a word has links to at most twice as many others (M in the paper of Malkov and Yashunin 2018). More make
            the file larger and a search with high recall faster.
        build_width : how many words are compared to find the links of a new one (efConstruction in the paper).
        seed : of the graph. With `threads=1` it reproduces every link, with more threads only roughly.
        threads : None: all cores.
        progress : None or True: a bar in terminals and notebooks, else a line; False: nothing; or a function of a
            `firth.progress.Progress` record.

        Raises
        ------
        SettingError : an option has an impossible value, or all vectors are zeros.
        MissingExtraError : voyager is not installed.
        FormatError : the file cannot be written.
        """
        settings = GraphSettings(links, build_width, seed, threads)
        check_index_options(path, recall)
        index = build_index(self.matrix, self._search.inverse_norms, recall, settings, progress)
        if path is not None:
            index.save(path)
        self._index = index
        return index

    def open_index(self, path: str | Path) -> Index:
        """Use an index that was not saved next to the model.

        Raises
        ------
        FileNotFoundError : the file does not exist.
        FormatError : the file is damaged, or belongs to other vectors.
        """
        self._index = Index.open(path, self.matrix)
        return self._index

    # ---------------------------------------------------------------- queries for words

    @overload
    def most_similar(self, word: str, count: int = 10, **options: Unpack[_Options]) -> Neighbours: ...  # type: ignore[overload-overlap]
    @overload
    def most_similar(self, word: Words, count: int = 10, **options: Unpack[_Options]) -> list[Neighbours]: ...
    @overload
    def most_similar(self, word: Vector | Matrix, count: int = 10, **options: Unpack[_Options]) -> Any: ...
    @overload
    def most_similar(
        self,
        word: None = None,
        count: int = 10,
        *,
        positive: Items | None = None,
        negative: Items | None = None,
        **options: Unpack[_SumOptions],
    ) -> Neighbours: ...
    @overload
    def most_similar(
        self,
        word: None = None,
        count: int = 10,
        *,
        positive: Many,
        negative: Many | None = None,
        **options: Unpack[_SumOptions],
    ) -> list[Neighbours]: ...
    @names_gensims(topn="count", restrict_vocab="restrict", indexer="approximate")
    def most_similar(
        self,
        word: Any = None,
        count: int = 10,
        *,
        positive: Any = None,
        negative: Any = None,
        method: AnalogyMethod = "3cosadd",
        restrict: Restriction | None = None,
        exclude: str | Words | None = None,
        approximate: bool = False,
    ) -> Any:
        """The nearest neighbours: words whose vectors have the largest cosine to the query.

        Parameters
        ----------
        word : one word or vector (D,); or a list of words or a matrix (n, D), which are as many queries.
        count : at least 1; fewer are returned only where there are fewer candidates.
        positive, negative : what to add and to subtract in ONE query: a word, or a list of words, vectors (D,) and
            (word or vector, weight) pairs. Each is first scaled to length 1. A list of lists is as many queries.
        method : "3cosadd" ranks by the cosine to the sum. "3cosmul" ranks by the product of (1 + cosine) / 2 over the
            positive items, divided by that over the negative ones (Levy and Goldberg 2014), so that no single item
            outweighs the others; it takes no weights.
        restrict, exclude : the candidates, and words left out of the results.
        approximate : use the index, which finds most of the nearest words and reads few; see `build_index`. It supports
            neither `restrict` nor "3cosmul".

        Returns
        -------
        Best first, without the words of the query; `similarity` is the cosine, in [-1, 1] (with "3cosmul" the score, at
        least 0). One list for one query, a list of lists for many.

        Raises
        ------
        UnknownWordError : a word is not in the vocabulary; near spellings are named.
        SettingError : `count` is below 1, the query is empty, or a vector has the wrong length.

        Examples
        --------
        >>> vectors.most_similar("king")  # doctest: +SKIP
        >>> vectors.most_similar(["king", "water"], restrict=10_000)  # two queries # doctest: +SKIP
        >>> vectors.most_similar(positive=["king", "woman"], negative=["man"])  # doctest: +SKIP
        """
        is_single, queries = query.parse_similar(word, positive, negative)
        found = self._neighbours(queries, count, method, restrict, exclude, approximate)
        return found[0] if is_single else found

    @names_gensims(topn="count", restrict_vocab="restrict")
    def nearest_to_vector(
        self,
        vector: ArrayLike,
        count: int = 10,
        *,
        restrict: Restriction | None = None,
        exclude: str | Words | None = None,
        approximate: bool = False,
    ) -> Any:
        """As `most_similar`, for any numbers (D,), or for each row of a matrix (n, D)."""
        numbers = np.asarray(vector)
        if numbers.ndim not in (1, 2) or numbers.dtype.kind not in "fiu":
            raise SettingError(f"a vector of shape {numbers.shape}: must be numbers ({self.vector_size},) or a matrix")
        return self.most_similar(numbers, count, restrict=restrict, exclude=exclude, approximate=approximate)

    @overload
    def analogy(self, a: str, b: str, c: str, count: int = 10, **options: Unpack[_SumOptions]) -> Neighbours: ...  # type: ignore[overload-overlap]
    @overload
    def analogy(
        self, a: Words, b: Words, c: Words, count: int = 10, **options: Unpack[_SumOptions]
    ) -> list[Neighbours]: ...
    def analogy(
        self,
        a: Any,
        b: Any,
        c: Any,
        count: int = 10,
        *,
        method: AnalogyMethod = "3cosadd",
        restrict: Restriction | None = None,
        exclude: str | Words | None = None,
        approximate: bool = False,
    ) -> Any:
        """What is to `c` as `b` is to `a`: the words nearest to b − a + c.

        "man is to king as woman is to …" is `analogy("man", "king", "woman")`. Three lists of the same length are as
        many queries. Other parameters, results and errors: see `most_similar`.
        """
        is_single, queries = query.parse_analogy(a, b, c)
        found = self._neighbours(queries, count, method, restrict, exclude, approximate)
        return found[0] if is_single else found

    @overload
    def between(self, a: str, b: str, count: int = 10, **options: Unpack[_Narrowed]) -> list[WordBetween]: ...  # type: ignore[overload-overlap]
    @overload
    def between(self, a: Words, b: Words, count: int = 10, **options: Unpack[_Narrowed]) -> list[list[WordBetween]]: ...
    def between(
        self,
        a: Any,
        b: Any,
        count: int = 10,
        *,
        restrict: Restriction | None = None,
        exclude: str | Words | None = None,
    ) -> Any:
        """The words nearest to the straight line from one word to another, both scaled to length 1.

        A word is as near as its largest cosine to a point strictly between the ends; words that are nearest to one of
        the ends do not count.

        Returns
        -------
        Best first, without `a` and `b`: the word, that cosine, and the position of the point on the line, from 0 (`a`)
        to 1 (`b`). Fewer than `count` where fewer words are between. For two lists of words, pair by pair, a list of
        lists.

        Raises
        ------
        UnknownWordError : a word is not in the vocabulary.
        SettingError : `count` is below 1, or not two words or two lists of the same length are given.
        """
        self._search.check_file()
        is_single, (a, b) = query.parse_pairs("between", a, b)
        check_count(count)
        pairs = [word for pair in zip(a, b, strict=True) for word in pair]
        directions, own = query.directions_of(query.parse_words(pairs), self._lookup)
        candidates = self.candidates(restrict, exclude)
        found = []
        for i in range(0, len(directions), 2):
            ends, excluded = directions[i : i + 2], own[i] + own[i + 1]
            found.append(nearest_to_line(self._search, self.words, ends, count, excluded, candidates))
        return found[0] if is_single else found

    @overload
    def rank(self, word: str, other: str, **options: Unpack[_Narrowed]) -> int: ...  # type: ignore[overload-overlap]
    @overload
    def rank(self, word: Words, other: Words, **options: Unpack[_Narrowed]) -> NDArray[np.int64]: ...
    def rank(
        self, word: Any, other: Any, *, restrict: Restriction | None = None, exclude: str | Words | None = None
    ) -> Any:
        """The rank of `other` among the neighbours of `word`: 1 for the most similar.

        It is one more than the number of candidates with a larger cosine, `word` not counted (gensim's rule: equally
        similar words share a rank); `other` need not be a candidate. For two lists of words, pair by pair, an array.
        Raises as `most_similar` does.
        """
        self._search.check_file()
        is_single, (word, other) = query.parse_pairs("rank", word, other)
        directions, excluded = query.directions_of(query.parse_words(word), self._lookup)
        compared = self[other]
        lines = np.arange(len(compared))[:, None]
        thresholds = exact_cosines(compared, lines, directions)[:, 0]
        own = np.array([rows[0] if rows else -1 for rows in excluded], np.int64)
        ranks = 1 + self._search.count_nearer(directions, thresholds, own, self.candidates(restrict, exclude))
        return int(ranks[0]) if is_single else ranks

    def candidates(self, restrict: Restriction | None = None, exclude: str | Words | None = None) -> Candidates:
        """The rows that a query with these options may return. Raises UnknownWordError and SettingError."""
        return query.parse_candidates(restrict, exclude, self._lookup, self._search)

    def _neighbours(
        self,
        queries: Sequence[Query],
        count: int,
        method: AnalogyMethod,
        restrict: Restriction | None,
        exclude: str | Words | None,
        approximate: bool,
    ) -> list[Neighbours]:
        self._search.check_file()
        check_count(count)
        check_method(method, self._search.backend)
        if approximate:
            return self._named(self._approximate(queries, count, method, restrict, exclude)) if queries else []
        candidates = self.candidates(restrict, exclude)
        most = min(count, candidates.n_rows)
        if not queries:
            return []
        if method == "3cosmul":
            sums, own = query.sums_of(queries, self._lookup)
            found = best_scores(self._search, sums, method, most, own, candidates) if most else None
        else:
            directions, own = query.directions_of(queries, self._lookup)
            found = self._search.nearest(directions, most, own, candidates) if most else None
        return [Neighbours() for _ in queries] if found is None else self._named(found)

    def _approximate(
        self,
        queries: Sequence[Query],
        count: int,
        method: AnalogyMethod,
        restrict: Restriction | None,
        exclude: str | Words | None,
    ) -> Ranking:
        if restrict is not None:
            raise SettingError("approximate=True searches all words: restrict= needs the exact search")
        if method != "3cosadd":
            raise SettingError(f"approximate=True finds the nearest words to a sum: {method!r} needs the exact search")
        directions, own = query.directions_of(queries, self._lookup)
        excluded = query.excluded_rows(exclude, self._lookup)
        return self.index.nearest(directions, min(count, len(self)), [[*rows, *excluded] for rows in own])

    def _named(self, found: Ranking) -> list[Neighbours]:
        words = self.words
        counts = np.count_nonzero(found.similarities >= -1.0, axis=1)  # excluded rows, the last, have -inf
        return [
            Neighbours(map(Neighbour, [words[row] for row in rows[:count]], similarities))
            for count, rows, similarities in zip(
                counts.tolist(), found.rows.tolist(), found.similarities.tolist(), strict=True
            )
        ]
