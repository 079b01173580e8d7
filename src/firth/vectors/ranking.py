"""Ranking of rows: the top k of many scores without sorting them, exact cosines in float64, ties in row order.

A search (exact_search.py, analogy_search.py, ann/index.py) first finds a few more rows than wanted by their scores in
float32. Ranking.best_of then orders them by exact scores, so that one query and a batch return the same numbers.

Shapes  Q queries, N rows, K best rows per query, D numbers per row.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.vectors.candidates import TINY
from firth.vectors.given import check_whole

__all__ = ["SPARE", "Ranking", "TopRows", "check_count", "cosines_of_rows", "exact_cosines", "largest"]

SPARE = 2  # more rows than wanted are ranked in float64: float32 may confuse the last of them with the next
GROUP = 128  # scores that are skipped together where their largest is too small


class Ranking(NamedTuple):
    """The best rows for each query, best first; ties in row order. Excluded rows have minus infinity."""

    rows: NDArray[np.int64]  # (Q, K)
    similarities: NDArray[np.float64]  # (Q, K) cosines, or the scores of 3CosMul

    @classmethod
    def best_of(
        cls,
        rows: NDArray[np.int64],
        similarities: NDArray[np.float64],
        excluded: Sequence[Sequence[int]],
        count: int,
    ) -> "Ranking":
        """The `count` best of the rows found (Q, at least count).

        Parameters
        ----------
        similarities : of these rows; changed in place.
        excluded : for each query, rows that must not be among its results.
        """
        for column in zip_longest(*excluded, fillvalue=-1):  # one of the rows excluded for each query
            similarities[rows == np.array(column)[:, None]] = -np.inf
        order = np.lexsort((rows, -similarities), axis=1)[:, :count]
        return cls(np.take_along_axis(rows, order, axis=1), np.take_along_axis(similarities, order, axis=1))


def exact_cosines(
    matrix: Matrix,
    rows: NDArray[np.int64],
    queries: NDArray[np.float64],
    query_of: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Cosines (n, K) in float64.

    Parameters
    ----------
    rows : (n, K) rows of the matrix.
    queries : (Q, D) of length 1, or 0.
    query_of : (n,) the query that belongs to each line of `rows`; None: n = Q, in order.
    """
    query = np.repeat(np.arange(len(rows)) if query_of is None else query_of, rows.shape[1])
    row = rows.ravel()
    cosines = np.empty(len(row), np.float64)
    step = max(1, (1 << 16) // matrix.shape[1])  # 512 KB of float64 at once stay in the cache
    for start in range(0, len(row), step):
        some = slice(start, start + step)
        cosines[some] = cosines_of_rows(matrix[row[some]].astype(np.float64), queries[query[some]])
    return cosines.reshape(rows.shape)


def cosines_of_rows(found: NDArray[np.float64], queries: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosines (n,) of rows (n, D) with a query each (n, D), or with one (D,): the same bits in both ways."""
    norms = np.sqrt(np.einsum("nd,nd->n", found, found))
    norms[norms <= TINY] = np.inf
    cosines: NDArray[np.float64] = np.einsum("nd,nd->n" if queries.ndim == 2 else "nd,d->n", found, queries) / norms
    np.maximum(cosines, -1.0, out=cosines)  # np.clip takes longer for a few
    np.minimum(cosines, 1.0, out=cosines)
    return cosines


def check_count(count: object) -> None:
    """Raise SettingError unless this is a possible number of results."""
    check_whole("count", count)


def largest(scores: NDArray[np.floating], count: int) -> NDArray[np.int64]:
    """Indices of the `count` largest scores of each line (Q, count), ascending; of equal scores the first.

    In long lines, a group whose largest score is below the `count` largest of all groups is skipped, so only about
    `count` groups are read again (0.1 ms instead of 3 for 400,000 scores).
    """
    if count == 1:
        first: NDArray[np.int64] = scores.argmax(axis=1, keepdims=True)
        return first
    if scores.shape[1] > 16 * GROUP * count:
        return np.stack([_largest_in_groups(line, count) for line in scores])
    return _largest_of_short(scores, count)


def _largest_in_groups(scores: NDArray[np.floating], count: int) -> NDArray[np.int64]:
    groups = len(scores) // GROUP
    grouped = scores[: groups * GROUP].reshape(GROUP, groups)  # a group is a column: all maxima grow in parallel
    highest = grouped.max(axis=0)
    promising = np.flatnonzero(highest >= np.partition(highest, groups - count)[groups - count])
    indices = (np.arange(GROUP)[:, None] * groups + promising).ravel()
    indices = np.concatenate((indices, np.arange(grouped.size, len(scores))))
    return indices[_largest_of_short(scores[None, indices], count).ravel()]


def _largest_of_short(scores: NDArray[np.floating], count: int) -> NDArray[np.int64]:
    split = scores.shape[1] - count
    least = np.partition(scores, split, axis=1)[:, split, None]
    above, equal = scores > least, scores == least
    missing = count - np.count_nonzero(above, axis=1, keepdims=True)
    chosen = above | (equal & (np.cumsum(equal, axis=1) <= missing))
    return np.nonzero(chosen)[1].reshape(-1, count)


class TopRows:
    """The best rows so far for each query, of equals the first, while scores arrive in blocks of rows.

    Rows above the current threshold are collected and sorted in only now and then.
    """

    def __init__(self, queries: int, count: int) -> None:
        self._scores = np.full((queries, count), -np.inf, np.float32)
        self._rows = np.zeros((queries, count), np.int64)
        self._threshold = self._scores[:, 0].copy()  # (Q,) the worst score kept
        self._is_empty = True
        self._pending: list[tuple[NDArray[np.int64], NDArray[np.int64], Vector]] = []  # (query, row, score)
        self._n_pending = 0

    def offer(self, start: int, scores: Matrix) -> None:
        """Keep the best of the scores (Q, rows) of the rows from `start` on.

        The first block must have at least `count` rows.
        """
        if self._is_empty:
            self._fill(start, scores)
            return
        promising = np.flatnonzero(scores.max(axis=1) > self._threshold)
        some = scores[promising]
        query, column = np.nonzero(some > self._threshold[promising, None])
        self._pending.append((promising[query], column + start, some[query, column]))
        self._n_pending += len(query)
        # After i blocks the next i bring about `count` rows: sorting that seldom costs little.
        if self._n_pending > self._scores.size:
            self._sort_in()

    def _fill(self, start: int, scores: Matrix) -> None:
        self._is_empty = False
        columns = largest(scores, self._scores.shape[1])
        self._rows[:] = columns + start
        self._scores[:] = np.take_along_axis(scores, columns, axis=1)
        self._threshold = self._scores.min(axis=1)

    def _sort_in(self) -> None:
        queries, count = self._scores.shape
        kept = np.repeat(np.arange(queries), count)
        parts = [(kept, self._rows.ravel(), self._scores.ravel()), *self._pending]
        query, row, score = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((row, -score, query))
        starts = np.searchsorted(query[order], np.arange(queries))
        chosen = order[starts[:, None] + np.arange(count)]
        self._rows = row[chosen]
        self._scores = score[chosen]
        self._threshold = self._scores[:, -1].copy()
        self._pending.clear()
        self._n_pending = 0

    def rows(self) -> NDArray[np.int64]:
        """The best rows for each query (Q, count), in no order."""
        if self._pending:
            self._sort_in()
        return self._rows
