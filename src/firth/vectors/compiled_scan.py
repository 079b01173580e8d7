"""The compiled way to answer one query: some parts of a matrix, read by one thread.

Shapes  V rows of D numbers.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.kernels.cpu.heap import BELOW_ALL
from firth.kernels.cpu.scan import fill_cosines, keep_best

__all__ = ["best_of_parts", "fill_parts"]


def best_of_parts(
    matrix: Matrix, inverse_norms: Vector, query: Vector, count: int, parts: Iterator[slice]
) -> tuple[Vector, NDArray[np.int64]]:
    """The best `count` of the rows in some parts of a C-contiguous matrix: cosines and rows, as many as there are."""
    numbers = matrix.reshape(-1)
    cosines = np.full((1, count), BELOW_ALL, np.float32)
    rows = np.zeros((1, count), np.int64)
    for part in parts:
        keep_best(numbers, inverse_norms, query, part.start, part.stop, cosines, rows)
    taken = cosines > BELOW_ALL
    return cosines[taken], rows[taken]


def fill_parts(matrix: Matrix, inverse_norms: Vector, query: Vector, cosines: Vector, parts: Iterator[slice]) -> None:
    """Write the cosines of the rows in some parts of a C-contiguous matrix where they belong (V,)."""
    numbers = matrix.reshape(-1)
    for part in parts:
        fill_cosines(numbers, inverse_norms, query, part.start, part.stop, cosines)
