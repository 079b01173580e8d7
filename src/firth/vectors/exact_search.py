"""A few queries, one by one, and all rows of a matrix: as fast as memory can be read.

Shapes  V rows of D numbers, Q queries.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.parallel import available_cores, even_parts, share_parts
from firth.vectors.compiling import compiling_pays
from firth.vectors.ranking import largest

__all__ = ["LARGEST_HEAP", "all_cosines", "best_of_all", "best_quotients", "can_divide"]

PIECE_NUMBERS = 400_000  # so many BLAS multiplies with a vector in one thread (below 460,800): see _multiply()
PARTS_PER_THREAD = 4  # a thread that is held up leaves the rest to the others
MOST_THREADS = 8  # more do not make memory faster
LARGEST_HEAP = 1000  # longer lists of the best are sorted faster by NumPy
MOST_DIVIDED, NARROWEST = 8, 16  # queries, and numbers per row, of best_quotients()

Result = TypeVar("Result")


def all_cosines(matrix: Matrix, inverse_norms: Vector, queries: Matrix) -> Matrix:
    """The cosine of each row with each query of length 1 (Q, V), on all cores."""
    return _cosines(matrix, inverse_norms, queries, _is_compiled(matrix, len(queries)))


def best_of_all(matrix: Matrix, inverse_norms: Vector, query: Vector, count: int) -> NDArray[np.int64]:
    """The `count` rows with the largest cosines (count,), in no order; of equals the first.

    Compiled code keeps the best while it reads, and never writes the cosines of the others: 2.2 ms
    for 400,000 × 50 numbers, where filling new memory with cosines and choosing takes 0.6 more.
    """
    compiled = _is_compiled(matrix, 1)
    if not compiled or count > LARGEST_HEAP:
        return largest(_cosines(matrix, inverse_norms, query[None], compiled), count).ravel()
    from firth.vectors.compiled_scan import best_of_parts

    return _best(_share_parts(matrix, partial(best_of_parts, matrix, inverse_norms, query, count)), count)


def can_divide(matrix: Matrix, queries: int, count: int) -> bool:
    """Whether best_quotients() can be asked: it is compiled, and there for questions of the usual size."""
    fits = queries <= MOST_DIVIDED and matrix.shape[1] >= NARROWEST and count <= LARGEST_HEAP
    return fits and _is_compiled(matrix, 0)


def best_quotients(
    matrix: Matrix, inverse_norms: Vector, queries: Matrix, added: int, small: float, count: int
) -> NDArray[np.int64]:
    """The `count` rows with the largest quotients (count,), in no order; of equals the first.

    With (1 + cosine) / 2 for each query: the product of those of the first `added`, by that of the
    others plus `small`. All cosines of a row are made while it is read: 4.6 ms for 3 queries and
    400,000 × 50 numbers, where tables of cosines take 11.
    """
    from firth.vectors.compiled_scan import best_quotients_of_parts

    work = partial(best_quotients_of_parts, matrix, inverse_norms, queries, added, small, count)
    return _best(_share_parts(matrix, work), count)


def _best(found: list[tuple[Vector, NDArray[np.int64]]], count: int) -> NDArray[np.int64]:
    """The best of the rows that each thread has found, of equals the first."""
    scores, rows = map(np.concatenate, zip(*found, strict=True))
    best: NDArray[np.int64] = rows[np.lexsort((rows, -scores))[:count]]
    return best


def _is_compiled(matrix: Matrix, queries: int) -> bool:
    """Whether the compiled way is taken: BLAS is as fast where columns lie in one piece, and is there already."""
    return bool(matrix.flags.c_contiguous) and compiling_pays(matrix.size * queries)


def _cosines(matrix: Matrix, inverse_norms: Vector, queries: Matrix, compiled: bool) -> Matrix:
    fill = _multiply
    if compiled:
        from firth.vectors.compiled_scan import fill_parts as fill
    table = np.empty((len(queries), len(matrix)), np.float32)
    for query, cosines in zip(queries, table, strict=True):
        _share_parts(matrix, partial(fill, matrix, inverse_norms, query, cosines))
    return table


def _share_parts(matrix: Matrix, work: Callable[[Iterator[slice]], Result]) -> list[Result]:
    """What the threads return that work on the matrix part by part."""
    threads = max(1, min(available_cores(), MOST_THREADS, matrix.size // PIECE_NUMBERS))
    parts = 1 if threads == 1 else threads * PARTS_PER_THREAD
    return share_parts(work, even_parts(len(matrix), parts), threads)


def _multiply(matrix: Matrix, inverse_norms: Vector, query: Vector, cosines: Vector, parts: Iterator[slice]) -> None:
    """`matrix @ query * inverse_norms` for each part, as a stack of pieces so small that BLAS starts no threads.

    The threads of BLAS wait for each other: with other work on the 2 cores, 400,000 × 50 took 12 ms
    in one product and 8 ms here (alone 2.6 ms both).
    """
    piece = max(1, PIECE_NUMBERS // matrix.shape[1])
    for part in parts:
        pieces = (part.stop - part.start) // piece
        rest = part.start + pieces * piece
        stack = matrix[part.start : rest].reshape(pieces, piece, matrix.shape[1])
        np.matmul(stack, query, out=cosines[part.start : rest].reshape(pieces, piece))
        np.matmul(matrix[rest : part.stop], query, out=cosines[rest : part.stop])
        np.multiply(cosines[part], inverse_norms[part], out=cosines[part])
