"""A matrix that is filled row by row before anyone knows how many rows there are."""

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix

__all__ = ["GrowingMatrix"]

MOVED_ROWS = 4096  # at once, when gaps are closed


class GrowingMatrix:
    """Rows of D float32 numbers in one block of memory that the system extends in place.

    Memory that was reserved but never filled costs nothing, so a generous guess is free, and the peak stays near the
    size of the finished matrix (collecting pieces and joining them would double it).
    """

    def __init__(self, vector_size: int) -> None:
        self._matrix: Matrix = np.empty((0, vector_size), np.float32)
        self._used = 0

    @property
    def used(self) -> int:
        """Rows reserved so far."""
        return self._used

    @property
    def capacity(self) -> int:
        """Rows that can be reserved without growing."""
        return len(self._matrix) - self._used

    def grow(self, rows: int, expected: int) -> None:
        """Provide capacity for at least `rows` more, or for `expected` rows in all.

        Slices handed out before must not be written to any more.
        """
        rows = max(self._used + rows, self._used + self._used // 8, expected)
        vector_size = self._matrix.shape[1]
        if self._used == 0:
            self._matrix = np.empty((rows, vector_size), np.float32)
        else:
            self._resize(rows)

    def reserve(self, rows: int) -> Matrix:
        """The next `rows` rows, for the caller to fill; `capacity` must suffice."""
        self._used += rows
        return self._matrix[self._used - rows : self._used]

    def drop(self, rows: NDArray[np.int64]) -> None:
        """Take out these rows and close the gaps."""
        if not len(rows):
            return
        is_kept = np.ones(self._used, bool)
        is_kept[rows] = False
        to = int(rows.min())
        for begin in range(to, self._used, MOVED_ROWS):
            end = min(begin + MOVED_ROWS, self._used)
            moved = self._matrix[begin:end][is_kept[begin:end]]
            self._matrix[to : to + len(moved)] = moved
            to += len(moved)
        self._used = to

    def finish(self) -> Matrix:
        """The rows reserved so far (V, D), and no more memory than they need."""
        self._resize(self._used)
        return self._matrix

    def _resize(self, rows: int) -> None:
        # refcheck would refuse because slices were handed out, but those are no longer in use.
        self._matrix.resize((rows, self._matrix.shape[1]), refcheck=False)
