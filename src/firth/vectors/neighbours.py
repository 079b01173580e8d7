"""Exact search: the rows of a matrix that point most nearly the same way as a query.

Shapes  V rows, D numbers per row, Q queries.

No second, normalised copy of the matrix is kept, only the inverse norm of each row. Rows are
visited in blocks that fit the cache; a row enters the list of candidates only where its cosine
passes the worst of the best found so far, so almost nothing is ever sorted.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError

__all__ = ["Nearest", "Neighbour", "inverse_norms", "nearest"]

BLOCK_ROWS = 2048  # with QUERIES_AT_ONCE: 8 MB of cosines; measured best of 1024…16384 for 400,000 × 50
QUERIES_AT_ONCE = 1056  # a whole number of tiles of the compiled search, whatever the registers
WORTH_COMPILING = 1 << 33  # multiplications: 0.1 s, beyond which loading compiled code pays
LARGEST_HEAP = 1000  # longer lists of the best are sorted faster by NumPy
TINY = 1e-30  # a row shorter than this counts as zero: its inverse norm would leave float32's range
HUGE = 1e18  # a row longer than this would overflow float32 when squared


class Neighbour(NamedTuple):
    """A word and the cosine of the angle between its vector and the query, in [-1, 1]."""

    word: str
    similarity: float


class Nearest(NamedTuple):
    """The best rows for each query, best first; ties in row order."""

    rows: NDArray[np.int64]  # (Q, count)
    similarities: NDArray[np.float64]  # (Q, count) cosines


def inverse_norms(matrix: Matrix) -> Vector:
    """1 / length of each row (V,); 0 for zero rows, so that their cosine with anything is 0.

    Raises SettingError where a row is not finite or longer than 1e18, naming the row.
    """
    with np.errstate(all="ignore"):
        squares = np.einsum("ij,ij->i", matrix, matrix)
    # Squares of rows outside about 1e-15…1e18 lose their digits in float32: those few rows again.
    odd = np.flatnonzero(~((squares > 1e-30) & (squares < HUGE**2)))
    norms = np.sqrt(squares.astype(np.float64))
    with np.errstate(all="ignore"):
        norms[odd] = np.linalg.norm(matrix[odd].astype(np.float64), axis=1)
    wrong = odd[~(norms[odd] < HUGE)]
    if len(wrong):
        raise SettingError(
            f"row {wrong[0]:,} of the matrix has length {norms[wrong[0]]}: "
            "every number must be finite and the length below 1e18"
        )
    inverse = np.zeros(len(matrix), np.float32)
    np.divide(1.0, norms, out=inverse, where=norms > TINY, casting="same_kind")
    return inverse


def nearest(
    matrix: Matrix,
    inverse: Vector,
    queries: NDArray[np.float64],
    count: int,
    left_out: Sequence[Sequence[int]],
) -> Nearest:
    """The `count` rows with the largest cosine to each query, exactly.

    Parameters
    ----------
    matrix, inverse : (V, D) and the (V,) inverse norms of its rows.
    queries : (Q, D) of length 1, or 0.
    count : at least 1 and at most the rows that any query may be answered with.
    left_out : for each query, rows that are no answer to it.
    """
    spare = max(map(len, left_out), default=0)
    wanted = min(len(matrix), count + spare)
    rows = np.empty((len(queries), count), np.int64)
    similarities = np.empty((len(queries), count), np.float64)
    at_once = max(1, min(QUERIES_AT_ONCE, QUERIES_AT_ONCE * BLOCK_ROWS // wanted))
    for start in range(0, len(queries), at_once):
        some = slice(start, start + at_once)
        found = _candidates(matrix, inverse, queries[some].astype(np.float32), wanted)
        cosines = _exact_cosines(matrix, found, queries[some])
        for i, excluded in enumerate(left_out[some]):
            cosines[i, np.isin(found[i], excluded)] = -np.inf
        order = np.lexsort((found, -cosines), axis=1)[:, :count]
        rows[some] = np.take_along_axis(found, order, axis=1)
        similarities[some] = np.take_along_axis(cosines, order, axis=1)
    return Nearest(rows, similarities)


def _candidates(matrix: Matrix, inverse: Vector, queries: Matrix, count: int) -> NDArray[np.int64]:
    """The best `count` rows for each query, or a few more (Q, at least count), in no order."""
    if matrix.size * len(queries) >= WORTH_COMPILING and count <= LARGEST_HEAP:
        # Not at the top of the file: single questions should not wait 0.4 s for Numba.
        from firth.vectors.compiled_search import best_rows

        return best_rows(matrix, inverse, queries, count)
    if len(queries) == 1:
        cosines = np.matmul(matrix, queries[0]) * inverse
        return _largest(cosines, count)[None]
    block_rows = max(BLOCK_ROWS, count)
    best = _Best(len(queries), count)
    for start in range(0, len(matrix), block_rows):
        block = matrix[start : start + block_rows]
        unit = block * inverse[start : start + block_rows, None]
        best.offer(start, queries @ unit.T)
    return best.rows()


def _largest(values: Vector, count: int) -> NDArray[np.int64]:
    """Where the `count` largest values are, in no order.

    A group of neighbours whose largest value is not among the `count` largest of all groups holds
    none of the answers, so only `count` groups are looked into (0.3 ms instead of 3 for 400,000).
    """
    group = 128
    whole = len(values) // group * group
    if len(values) <= 16 * group * count:
        return np.argpartition(values, len(values) - count)[len(values) - count :]
    highest = values[:whole].reshape(-1, group).max(axis=1)
    groups = np.argpartition(highest, len(highest) - count)[len(highest) - count :]
    places = (groups[:, None] * group + np.arange(group)).ravel()
    places = np.concatenate((places, np.arange(whole, len(values))))
    inner = np.argpartition(values[places], len(places) - count)[len(places) - count :]
    return places[inner]


class _Best:
    """The best rows seen so far for each query, and newcomers that are not yet sorted in."""

    def __init__(self, queries: int, count: int) -> None:
        self._cosines = np.full((queries, count), -np.inf, np.float32)
        self._rows = np.zeros((queries, count), np.int64)
        self._threshold = self._cosines[:, 0].copy()  # (Q,) the worst of the best
        self._newcomers: list[tuple[NDArray[np.int64], NDArray[np.int64], Vector]] = []
        self._waiting = 0

    def offer(self, start: int, cosines: Matrix) -> None:
        """Keep those of the cosines (Q, rows), of rows from `start` on, that are good enough."""
        if not np.isfinite(self._threshold[0]):
            self._begin(start, cosines)
            return
        hopeful = np.flatnonzero(cosines.max(axis=1) > self._threshold)
        some = cosines[hopeful]
        query, column = np.nonzero(some > self._threshold[hopeful, None])
        self._newcomers.append((hopeful[query], column + start, some[query, column]))
        self._waiting += len(query)
        # Sorting in only now and then: after i blocks the next i bring as many newcomers as
        # `count`.
        if self._waiting > self._cosines.size:
            self._sort_in()

    def _begin(self, start: int, cosines: Matrix) -> None:
        """The first block is as long as the list of the best, or longer."""
        count = self._cosines.shape[1]
        split = cosines.shape[1] - count
        columns = np.argpartition(cosines, split, axis=1)[:, split:]
        self._rows[:] = columns + start
        self._cosines[:] = np.take_along_axis(cosines, columns, axis=1)
        self._threshold = self._cosines.min(axis=1)

    def _sort_in(self) -> None:
        queries, count = self._cosines.shape
        known = np.repeat(np.arange(queries), count)
        parts = [(known, self._rows.ravel(), self._cosines.ravel()), *self._newcomers]
        query, row, cosine = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((-cosine, query))
        starts = np.searchsorted(query[order], np.arange(queries))
        chosen = order[starts[:, None] + np.arange(count)]
        self._rows = row[chosen]
        self._cosines = cosine[chosen]
        self._threshold = self._cosines[:, -1].copy()
        self._newcomers.clear()
        self._waiting = 0

    def rows(self) -> NDArray[np.int64]:
        """The best rows for each query (Q, count), in no order."""
        if self._newcomers:
            self._sort_in()
        return self._rows


def _exact_cosines(matrix: Matrix, rows: NDArray[np.int64], queries: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosines (Q, count) in float64, so that one query and many give the very same numbers."""
    query = np.repeat(np.arange(len(queries)), rows.shape[1])
    row = rows.ravel()
    cosines = np.empty(len(row), np.float64)
    step = max(1, (1 << 21) // matrix.shape[1])  # 16 MB of float64 at once
    for start in range(0, len(row), step):
        some = slice(start, start + step)
        found = matrix[row[some]].astype(np.float64)
        norms = np.sqrt(np.einsum("nd,nd->n", found, found))
        norms[norms <= TINY] = np.inf
        cosines[some] = np.einsum("nd,nd->n", found, queries[query[some]]) / norms
    return np.clip(cosines, -1.0, 1.0).reshape(rows.shape)
