"""The compiled way to answer one question: some parts of a matrix, read by one thread.

Shapes  V rows of D numbers, Q queries.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.kernels.cpu.search.heap import BELOW_ALL
from firth.kernels.cpu.search.single import fill_cosines, keep_best, keep_best_quotients
from firth.simd.lanes import LANES
from firth.simd.rows import BLOCK_ROWS

__all__ = ["best_of_parts", "best_quotients_of_parts", "fill_parts"]


def best_of_parts(
    matrix: Matrix, inverse_norms: Vector, query: Vector, count: int, parts: Iterator[slice]
) -> tuple[Vector, NDArray[np.int64]]:
    """The best `count` of the rows in some parts of a C-contiguous matrix: cosines and rows, as many as there are."""
    return _kept(partial(keep_best, matrix.reshape(-1), inverse_norms, query), count, parts)


def fill_parts(matrix: Matrix, inverse_norms: Vector, query: Vector, cosines: Vector, parts: Iterator[slice]) -> None:
    """Write the cosines of the rows in some parts of a C-contiguous matrix where they belong (V,)."""
    numbers = matrix.reshape(-1)
    for part in parts:
        fill_cosines(numbers, inverse_norms, query, part.start, part.stop, cosines)


def best_quotients_of_parts(
    matrix: Matrix,
    inverse_norms: Vector,
    queries: Matrix,
    added: int,
    small: float,
    count: int,
    parts: Iterator[slice],
) -> tuple[Vector, NDArray[np.int64]]:
    """As best_of_parts, for scores as of 3CosMul: the first `added` queries by the others."""
    packed, offsets = _packed(queries)
    counts = (added, len(queries))
    products = np.empty(max(BLOCK_ROWS, LANES), np.float32)
    fixed = (matrix.reshape(-1), inverse_norms, packed, offsets, counts, np.float32(small), products)
    return _kept(partial(keep_best_quotients, *fixed), count, parts)


def _kept(keep: Callable[..., None], count: int, parts: Iterator[slice]) -> tuple[Vector, NDArray[np.int64]]:
    """What a kernel has kept of some parts: scores and rows, as many as there are."""
    scores = np.full((1, count), BELOW_ALL, np.float32)
    rows = np.zeros((1, count), np.int64)
    for part in parts:
        keep(part.start, part.stop, scores, rows)
    taken = scores > BELOW_ALL
    return scores[taken], rows[taken]


def _packed(queries: Matrix) -> tuple[Vector, tuple[int, ...]]:
    """The queries as keep_best_quotients takes them, 4 or 8 of them, so that there are two kernels and no more."""
    n_queries, size = queries.shape
    whole = size - size % LANES
    packed = np.zeros((4 if n_queries <= 4 else BLOCK_ROWS, whole + LANES), np.float32)
    packed[:n_queries, :whole] = queries[:, :whole]
    packed[:n_queries, whole + LANES - (size - whole) :] = queries[:, whole:]
    return packed.ravel(), tuple(range(0, packed.size, whole + LANES))
