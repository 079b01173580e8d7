"""The rows of a matrix that may answer a question: all, the first few, or chosen ones.

Shapes  V rows of D numbers, of which N are searched. A place is in [0, N), a row in [0, V).

No normalised copy of the matrix is kept, only the inverse norm of each row.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.cores import available_cores
from firth.errors import SettingError

__all__ = ["TINY", "SearchedRows", "inverse_norms"]

TINY = 1e-30  # a row shorter than this counts as zero: its inverse norm would leave float32's range
HUGE = 1e18  # a row longer than this would overflow float32 when squared
PIECE_NUMBERS = 400_000  # so many BLAS multiplies with a vector in one thread (below 460,800): see cosines()
PARTS_PER_THREAD = 4  # a thread that is held up leaves the rest to the others
MOST_THREADS = 8  # more do not make memory faster
FEW = 4  # so many queries are faster one by one than as a product with blocks of rows scaled to length 1
DENSE = 8  # beyond one row in 8, all rows in order are read faster than the chosen ones


class SearchedRows(NamedTuple):
    """The N rows that are searched.

    rows : (N,) which they are, ascending; None where they are the first N.
    matrix, inverse : (V, D) and the (V,) inverse norms of its rows; (N, D) and (N,) where rows is None.
    """

    matrix: Matrix
    inverse: Vector
    rows: NDArray[np.int64] | None = None

    @property
    def n_rows(self) -> int:
        """N, the rows that are searched."""
        return len(self.matrix if self.rows is None else self.rows)

    def rows_at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of the matrix at these places."""
        return places if self.rows is None else self.rows[places]

    def units(self, first: int, last: int, out: Matrix | None = None) -> Matrix:
        """The rows from place `first` to `last`, scaled to length 1, as a new array or in `out`."""
        if self.rows is None:
            return np.multiply(self.matrix[first:last], self.inverse[first:last, None], out=out)
        rows = self.rows[first:last]
        return np.multiply(self.matrix[rows], self.inverse[rows, None], out=out)

    def cosines(self, query: Vector) -> Vector:
        """The cosine of each row with one query of length 1 (N,), on all cores."""
        if self.rows is None:
            return _cosines(self.matrix, self.inverse, query)
        if len(self.rows) > len(self.matrix) // DENSE:
            return _cosines(self.matrix, self.inverse, query)[self.rows]
        cosines = np.empty(len(self.rows), np.float32)
        piece = max(1, PIECE_NUMBERS // self.matrix.shape[1])
        for first in range(0, len(self.rows), piece):
            last = first + piece
            np.matmul(self.units(first, last), query, out=cosines[first:last])
        return cosines

    def cosine_blocks(self, queries: Matrix, block_rows: int, scores: int) -> Iterator[tuple[int, Matrix]]:
        """The first place of each block of rows, and the cosines of the queries with its rows (Q, rows).

        For a few queries, of which `scores` are made for each row, it is one block of all rows.
        """
        if max(len(queries), scores) <= FEW:
            cosines = [self.cosines(query) for query in queries]
            yield 0, np.stack(cosines) if len(cosines) > 1 else cosines[0][None]
            return
        for first in range(0, self.n_rows, block_rows):
            yield first, queries @ self.units(first, first + block_rows).T

    def places_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The places of the given rows; -1 for those that are not searched, and for -1."""
        if self.rows is None:
            return np.where(rows < len(self.matrix), rows, -1)
        places = np.searchsorted(self.rows, rows)
        there = np.append(self.rows, -1)[places] == rows
        return np.where(there & (rows >= 0), places, -1)

    def without(self, rows: NDArray[np.int64]) -> Self:
        """The same, less the given rows."""
        places = self.places_of(rows)
        kept = np.ones(self.n_rows, bool)
        kept[places[places >= 0]] = False
        return self if kept.all() else self._replace(rows=self.rows_at(np.flatnonzero(kept)))


def _cosines(matrix: Matrix, inverse: Vector, query: Vector) -> Vector:
    """`matrix @ query * inverse`, by threads that take turns at parts of the matrix.

    This is as fast as memory can be read. A product of the whole matrix is not, because the
    threads of BLAS wait for each other: with other work on the 2 cores, 400,000 × 50 took 12 ms in
    one product and 8 ms here (alone 2.6 ms both). Each part is a stack of pieces so small that
    BLAS leaves them to the thread that asks.
    """
    piece = max(1, PIECE_NUMBERS // matrix.shape[1])
    pieces = len(matrix) // piece
    cosines = np.empty(len(matrix), np.float32)
    threads = min(available_cores(), MOST_THREADS, max(1, pieces))
    parts = min(pieces, threads * PARTS_PER_THREAD)
    waiting = iter([slice(pieces * i // parts * piece, pieces * (i + 1) // parts * piece) for i in range(parts)])

    def work() -> None:
        for part in waiting:
            stack = matrix[part].reshape(-1, piece, matrix.shape[1])
            np.matmul(stack, query, out=cosines[part].reshape(-1, piece))
            np.multiply(cosines[part], inverse[part], out=cosines[part])

    rest = slice(pieces * piece, None)
    np.matmul(matrix[rest], query, out=cosines[rest])
    np.multiply(cosines[rest], inverse[rest], out=cosines[rest])
    if threads == 1:
        work()
        return cosines
    with ThreadPoolExecutor(threads - 1) as pool:
        others = [pool.submit(work) for _ in range(threads - 1)]
        work()
    for other in others:
        other.result()
    return cosines


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
