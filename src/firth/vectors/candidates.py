"""The rows of a matrix that may answer a question: all, the first few, or chosen ones.

Shapes  V rows of D numbers, of which N are searched. A place is in [0, N), a row in [0, V).

No normalised copy of the matrix is kept, only the inverse norm of each row.
"""

from collections.abc import Iterator
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError
from firth.vectors.exact_search import all_cosines

__all__ = ["FEW", "TINY", "SearchedRows", "inverse_norms"]

TINY = 1e-30  # a row shorter than this counts as zero: its inverse norm would leave float32's range
HUGE = 1e18  # a row longer than this would overflow float32 when squared
PIECE_NUMBERS = 400_000  # chosen rows are copied in pieces that fit the cache
FEW = 6  # so many queries are faster one by one than as a product with blocks of rows scaled to length 1
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

    def cosines(self, queries: Matrix) -> Matrix:
        """The cosine of each row with each of a few queries of length 1 (Q, N), on all cores."""
        if self.rows is None:
            return all_cosines(self.matrix, self.inverse, queries)
        if len(self.rows) > len(self.matrix) // DENSE:
            return all_cosines(self.matrix, self.inverse, queries)[:, self.rows]
        cosines = np.empty((len(queries), len(self.rows)), np.float32)
        piece = max(1, PIECE_NUMBERS // self.matrix.shape[1])
        for first in range(0, len(self.rows), piece):
            last = first + piece
            cosines[:, first:last] = queries @ self.units(first, last).T
        return cosines

    def cosine_blocks(self, queries: Matrix, block_rows: int, scores: int) -> Iterator[tuple[int, Matrix]]:
        """The first place of each block of rows, and the cosines of the queries with its rows (Q, rows).

        For a few queries, of which `scores` are made for each row, it is one block of all rows.
        """
        if max(len(queries), scores) <= FEW:
            yield 0, self.cosines(queries)
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
