"""Analogies: the words with the best score combined from their cosines with several words.

Source  3CosAdd: Mikolov, Yih and Zweig 2013, "Linguistic regularities in continuous space word representations".
        3CosMul: Levy and Goldberg 2014, "Linguistic regularities in sparse and explicit word representations", eq. 5.
Shapes  N candidates, Q queries, U different directions in them, D numbers per row.

Many analogy questions are made of few words. So the cosines of their U directions with a block of rows are computed
once, as a matrix product, and each query only combines a few lines of that table: 19,544 questions over 30,000 words of
100 numbers took half the time of a product with one line per query. What is found in float32 is ranked in float64.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeAlias, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import SettingError
from firth.vectors.candidates import Candidates
from firth.vectors.exact_search import ExactSearch
from firth.vectors.ranking import SPARE, Ranking, TopRows, exact_cosines
from firth.vectors.search_backend import SearchBackend

__all__ = ["NONE", "AnalogyMethod", "WordSums", "best_scores", "check_method"]

AnalogyMethod: TypeAlias = Literal["3cosadd", "3cosmul"]

Number = TypeVar("Number", np.float32, np.float64)

NONE = -1  # pads queries with fewer words than others
SMALL = 1e-6  # keeps 3CosMul from dividing by zero; gensim's value (the paper: 1e-3)


class WordSums(NamedTuple):
    """Queries as sums and differences of `directions`: indices of its lines, padded with NONE."""

    directions: NDArray[np.float64]  # (U, D) of length 1, or 0
    added: NDArray[np.int64]  # (Q, at least 1)
    subtracted: NDArray[np.int64]  # (Q, at least 0)


def check_method(method: object, backend: SearchBackend = "cpu") -> None:
    """Raise SettingError unless this is an AnalogyMethod that the backend of a search can use."""
    if method not in get_args(AnalogyMethod):
        raise SettingError(f"method={method!r}: must be one of {', '.join(get_args(AnalogyMethod))}")
    if backend == "cuda" and method != "3cosadd":
        raise SettingError(f"method={method!r}: backend='cuda' finds the rows nearest to sums; use backend='cpu'")


def best_scores(
    search: ExactSearch,
    sums: WordSums,
    method: AnalogyMethod,
    count: int,
    excluded: Sequence[Sequence[int]],
    candidates: Candidates | None = None,
) -> Ranking:
    """The `count` rows with the best score for each query.

    "3cosadd" adds and subtracts cosines; "3cosmul" shifts them to [0, 1], (1 + cosine) / 2, and divides the product of
    those added by the product of those subtracted.

    Parameters
    ----------
    method : one that the backend of the search can use.
    count : in [1, N].
    excluded : for each query, rows that must not be among its results.
    candidates : None: all rows.
    """
    candidates = candidates or search.all_rows()
    rows = np.empty((len(sums.added), count), np.int64)
    scores = np.empty((len(sums.added), count), np.float64)
    block_rows = search.sizes.analogy_rows
    per_table = max(1, search.sizes.analogies_per_table * block_rows // max(block_rows, count))
    if search.backend == "cuda":
        per_table = search.sizes.gpu_queries
    for start in range(0, len(rows), per_table):
        some = slice(start, start + per_table)
        queries = sums._replace(added=sums.added[some], subtracted=sums.subtracted[some])
        wanted = min(candidates.n_rows, count + SPARE)
        found = candidates.rows_at(_shortlist(search, queries, method, wanted, excluded[some], candidates))
        find = _exact_cosines_of(search.matrix, found, sums.directions, method)
        exact = _score(find, queries.added, queries.subtracted, method)
        rows[some], scores[some] = Ranking.best_of(found, exact, excluded[some], count)
    return Ranking(rows, scores)


class _Excluded(NamedTuple):
    """Candidates that must not be found: index `indices[i]` for query `queries[i]`; queries ascend."""

    queries: NDArray[np.int64]
    indices: NDArray[np.int64]

    @classmethod
    def of(cls, candidates: Candidates, excluded: Sequence[Sequence[int]]) -> "_Excluded":
        queries = np.repeat(np.arange(len(excluded)), [len(rows) for rows in excluded])
        return cls(queries, candidates.indices_of(np.array([row for rows in excluded for row in rows], np.int64)))

    def mask(self, scores: Matrix, query: int, index: int) -> None:
        """Set their scores to minus infinity; `scores[0, 0]` is that of the given query and index."""
        count, width = scores.shape
        low, high = np.searchsorted(self.queries, [query, query + count])
        columns = self.indices[low:high] - index
        here = (columns >= 0) & (columns < width) & (self.indices[low:high] >= 0)
        scores[self.queries[low:high][here] - query, columns[here]] = -np.inf


def _shortlist(
    search: ExactSearch,
    sums: WordSums,
    method: AnalogyMethod,
    count: int,
    excluded: Sequence[Sequence[int]],
    candidates: Candidates,
) -> NDArray[np.int64]:
    """Indices of the best `count` candidates for each query (Q, at least count), in no order."""
    if search.backend == "cuda":
        wanted = min(candidates.n_rows, count + max(map(len, excluded), default=0))
        return search.found_by_gpu(candidates, _summed(sums), wanted)
    if method == "3cosmul" and len(sums.added) == 1:
        added, subtracted = sums.added[sums.added != NONE], sums.subtracted[sums.subtracted != NONE]
        queries = sums.directions[np.concatenate((added, subtracted))].astype(np.float32)
        wanted = min(candidates.n_rows, count + len(excluded[0]))
        found = search.best_quotients(candidates, queries, len(added), SMALL, wanted)
        if found is not None:
            return found[None]
    return _shortlist_by_table(search, sums, method, count, excluded, candidates)


def _summed(sums: WordSums) -> Matrix:
    """Queries (Q, D), whose product with a row of length 1 is the score of "3cosadd"."""
    directions = np.vstack((sums.directions, np.zeros_like(sums.directions[:1])))  # NONE is the last one
    queries = np.zeros((len(sums.added), directions.shape[1]), np.float64)
    for lines in sums.added.T:
        queries += directions[lines]
    for lines in sums.subtracted.T:
        queries -= directions[lines]
    return queries.astype(np.float32)


def _shortlist_by_table(
    search: ExactSearch,
    sums: WordSums,
    method: AnalogyMethod,
    count: int,
    excluded: Sequence[Sequence[int]],
    candidates: Candidates,
) -> NDArray[np.int64]:
    """The same (Q, count), with one table of cosines for all queries."""
    masked = _Excluded.of(candidates, excluded)
    members = np.hstack((sums.added, sums.subtracted))
    used, lines = np.unique(members, return_inverse=True)
    lines = np.where(members == NONE, NONE, lines.reshape(members.shape) - (used[0] == NONE))
    added, subtracted = np.hsplit(lines, [sums.added.shape[1]])
    directions = sums.directions[used[used != NONE]].astype(np.float32)
    if used[0] == NONE:  # an extra line of the table
        directions = np.vstack((directions, np.zeros_like(directions[:1])))
    at_once = search.sizes.analogies_at_once
    starts = range(0, len(added), at_once)
    best = [TopRows(min(at_once, len(added) - start), count) for start in starts]
    block_rows = max(search.sizes.analogy_rows, count)
    for first, table in search.cosine_blocks(candidates, directions, block_rows, len(added)):
        if method == "3cosmul":
            _shift_to_unit_interval(table)
        if used[0] == NONE:
            table[NONE] = _neutral(method)
        for start, some in zip(starts, best, strict=True):
            part = slice(start, start + at_once)
            scores = _score(table.__getitem__, added[part], subtracted[part], method)
            masked.mask(scores, start, first)
            some.offer(first, scores)
    return np.vstack([some.rows() for some in best])


def _exact_cosines_of(
    matrix: Matrix, rows: NDArray[np.int64], directions: NDArray[np.float64], method: AnalogyMethod
) -> Callable[[NDArray[np.int64]], NDArray[np.float64]]:
    """A function from a direction for each query (Q,) to the cosines (Q, count) of its rows, in float64."""

    def find(lines: NDArray[np.int64]) -> NDArray[np.float64]:
        cosines = exact_cosines(matrix, rows, directions, lines)
        if method == "3cosmul":
            _shift_to_unit_interval(cosines)
        cosines[lines == NONE] = _neutral(method)
        return cosines

    return find


def _shift_to_unit_interval(cosines: NDArray[np.floating]) -> None:
    cosines += 1
    cosines /= 2


def _neutral(method: AnalogyMethod) -> float:
    """What changes nothing when it is added, or multiplied with."""
    return 0.0 if method == "3cosadd" else 1.0


def _score(
    find: Callable[[NDArray[np.int64]], NDArray[Number]],
    added: NDArray[np.int64],
    subtracted: NDArray[np.int64],
    method: AnalogyMethod,
) -> NDArray[Number]:
    """The score of each row (Q, rows); `find` returns cosines (Q, rows) for a line of each query, as a new array."""
    scores = find(added[:, 0])
    if method == "3cosmul":
        for lines in added.T[1:]:
            scores *= find(lines)
        divisor = find(subtracted[:, 0]) if subtracted.size else np.ones_like(scores)
        for lines in subtracted.T[1:]:
            divisor *= find(lines)
        divisor += SMALL
        scores /= divisor
        return scores
    for lines in added.T[1:]:
        scores += find(lines)
    for lines in subtracted.T:
        scores -= find(lines)
    return scores
