"""The candidates of a search: the rows that it may return, which are all, the first few, or chosen ones.

Shapes  V rows of D numbers, of which N are candidates. An index is in [0, N), a row in [0, V).

No normalised copy of the matrix is kept, only the inverse norm of each row.
"""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError

__all__ = ["TINY", "Candidates", "inverse_row_norms"]

TINY = 1e-30  # a shorter row counts as zero: its inverse norm would exceed the range of float32
HUGE = 1e18  # a longer row would exceed it when squared
ROWS_AT_ONCE = 4096  # whose norms are computed in float64: there may be as many as the matrix has, all of them zeros


class Candidates(NamedTuple):
    """N rows of a matrix."""

    matrix: Matrix  # (V, D), or the first N rows of it where rows is None
    inverse_norms: Vector  # 1 / length of each row of `matrix`
    rows: NDArray[np.int64] | None = None  # (N,) ascending; None: all rows of `matrix`

    @property
    def n_rows(self) -> int:
        """N."""
        return len(self.matrix if self.rows is None else self.rows)

    def rows_at(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of the matrix that have these indices."""
        return indices if self.rows is None else self.rows[indices]

    def indices_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The indices of the given rows; -1 for rows that are not candidates, and for -1."""
        if self.rows is None:
            return np.where(rows < len(self.matrix), rows, -1)
        indices = np.searchsorted(self.rows, rows)
        is_candidate = np.append(self.rows, -1)[indices] == rows
        return np.where(is_candidate & (rows >= 0), indices, -1)

    def units(self, first: int, last: int, out: Matrix | None = None) -> Matrix:
        """The candidates [first, last), scaled to length 1, as a new array or in `out`."""
        if self.rows is None:
            return np.multiply(self.matrix[first:last], self.inverse_norms[first:last, None], out=out)
        rows = self.rows[first:last]
        return np.multiply(self.matrix[rows], self.inverse_norms[rows, None], out=out)

    def without(self, rows: NDArray[np.int64]) -> Self:
        """The same candidates except the given rows."""
        indices = self.indices_of(rows)
        kept = np.ones(self.n_rows, bool)
        kept[indices[indices >= 0]] = False
        return self if kept.all() else self._replace(rows=self.rows_at(np.flatnonzero(kept)))


def inverse_row_norms(matrix: Matrix) -> Vector:
    """1 / length of each row (V,); 0 for rows of zeros, so that their cosine with anything is 0.

    Raises SettingError where a row is not finite or longer than 1e18, naming the row.
    """
    with np.errstate(all="ignore"):
        squares = np.einsum("ij,ij->i", matrix, matrix)
    # Squares of rows outside about 1e-15 … 1e18 lose digits in float32: those rows are computed again.
    odd = np.flatnonzero(~((squares > 1e-30) & (squares < HUGE**2)))
    norms = np.sqrt(squares.astype(np.float64))
    with np.errstate(all="ignore"):
        for first in range(0, len(odd), ROWS_AT_ONCE):
            some = odd[first : first + ROWS_AT_ONCE]
            norms[some] = np.linalg.norm(matrix[some].astype(np.float64), axis=1)
    wrong = odd[~(norms[odd] < HUGE)]
    if len(wrong):
        raise SettingError(
            f"row {wrong[0]:,} of the matrix has length {norms[wrong[0]]}: "
            "every number must be finite and the length below 1e18"
        )
    inverse = np.zeros(len(matrix), np.float32)
    np.divide(1.0, norms, out=inverse, where=norms > TINY, casting="same_kind")
    return inverse
