"""The compiled strategies of ExactSearch, as one thread runs them: arrays packed for the kernels, parts of the rows.

Imported when the first query needs it, since loading compiled code takes 0.5 s. The kernels: kernels/cpu/search.

Shapes  V rows of D numbers, of which N are candidates; Q queries.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.kernels.arguments import Heaps, MatrixRows, QueryTiles, QuotientQueries, RowBlock
from firth.kernels.cpu.search import batch, single
from firth.kernels.cpu.search.heap import BELOW_ALL
from firth.simd.lanes import LANES
from firth.simd.rows import BLOCK_ROWS
from firth.vectors.candidates import Candidates

__all__ = ["fill_parts", "keep_best_of_blocks", "keep_best_of_parts", "keep_best_quotients_of_parts", "tiled"]

BLOCK_NUMBERS = 1 << 16  # 256 KB of rows, together with the queries in the second-level cache
ONCE_READ_NUMBERS = 1 << 18  # where all queries are in registers, and rows are read once: 0.4 ms less for 50,000 × 100
ABOVE_ALL = 2.0  # greater than any cosine

Found = tuple[Vector, NDArray[np.int64]]  # scores and rows

# ---------------------------------------------------------------- single query; the matrix must be C-contiguous


def keep_best_of_parts(candidates: Candidates, query: Vector, count: int, parts: Iterator[slice]) -> Found:
    """The best `count` rows of some parts for one query (D,), or fewer if there are no more."""
    return _kept(partial(single.keep_best, _flat(candidates), query), count, parts)


def fill_parts(candidates: Candidates, query: Vector, cosines: Vector, parts: Iterator[slice]) -> None:
    """Write the cosines of the rows of some parts into `cosines` (V,)."""
    matrix = _flat(candidates)
    for part in parts:
        single.fill_cosines(matrix, query, part.start, part.stop, cosines)


def keep_best_quotients_of_parts(
    candidates: Candidates, queries: Matrix, added: int, small: float, count: int, parts: Iterator[slice]
) -> Found:
    """As keep_best_of_parts, for the score of 3CosMul: see ExactSearch.best_quotients."""
    products = np.empty(max(BLOCK_ROWS, LANES), np.float32)
    packed = _packed(queries, added)
    keep = partial(single.keep_best_quotients, _flat(candidates), packed, np.float32(small), products)
    return _kept(keep, count, parts)


def _flat(candidates: Candidates) -> MatrixRows:
    return MatrixRows(candidates.matrix.reshape(-1), candidates.inverse_norms)


def _kept(keep: Callable[..., None], count: int, parts: Iterator[slice]) -> Found:
    """What a kernel keeps of some parts."""
    heaps = Heaps(np.full((1, count), BELOW_ALL, np.float32), np.zeros((1, count), np.int64))
    for part in parts:
        keep(part.start, part.stop, heaps)
    used = heaps.scores > BELOW_ALL
    return heaps.scores[used], heaps.rows[used]


def _packed(queries: Matrix, added: int) -> QuotientQueries:
    """Padded to 4 or 8 queries, so that only two kernels are compiled."""
    n_queries, size = queries.shape
    whole = size - size % LANES
    packed = np.zeros((4 if n_queries <= 4 else BLOCK_ROWS, whole + LANES), np.float32)
    packed[:n_queries, :whole] = queries[:, :whole]
    packed[:n_queries, whole + LANES - (size - whole) :] = queries[:, whole:]
    return QuotientQueries(packed.ravel(), tuple(range(0, packed.size, whole + LANES)), added, n_queries)


# ---------------------------------------------------------------- many queries


def tiled(queries: Matrix) -> QueryTiles:
    """The queries (Q, D) in tiles; the last one is filled up with zeros."""
    width = next((width for width in batch.WIDTHS if width >= len(queries)), batch.WIDTHS[-1])
    tiles, size = -(-len(queries) // width), queries.shape[1]
    padded = np.zeros((tiles, width, size), np.float32)
    padded.reshape(-1, size)[: len(queries)] = queries
    return QueryTiles(np.ascontiguousarray(padded.transpose(0, 2, 1)).ravel(), batch.offsets_of(width))


def keep_best_of_blocks(
    candidates: Candidates, queries: QueryTiles, shape: tuple[int, int], parts: Iterator[slice]
) -> list[NDArray[np.int64]]:
    """Indices of the best candidates for each query, for each part an array of the given shape (Q, count)."""
    return [_best_of_part(candidates, queries, shape, part) for part in parts]


def _best_of_part(
    candidates: Candidates, queries: QueryTiles, shape: tuple[int, int], part: slice
) -> NDArray[np.int64]:
    n_queries, count = shape
    slots = len(queries.numbers) // candidates.matrix.shape[1]
    heaps = Heaps(np.full((slots, count), BELOW_ALL, np.float32), np.zeros((slots, count), np.int64))
    thresholds = np.full(slots, BELOW_ALL, np.float32)
    thresholds[n_queries:] = ABOVE_ALL  # the padding of the last tile keeps nothing
    products = np.empty(batch.ROWS * batch.WIDTHS[-1], np.float32)
    numbers = BLOCK_NUMBERS if slots > len(queries.offsets) * LANES else ONCE_READ_NUMBERS
    for block in _blocks(candidates, part, numbers):
        batch.keep_best(block, queries, thresholds, products, heaps)
    return heaps.rows[:n_queries]


def _blocks(candidates: Candidates, part: slice, numbers: int) -> Iterator[RowBlock]:
    """The rows of a part, in blocks of so many numbers: where they are if the kernel can read them there, else copied.

    24 queries of 50,000 × 100 numbers take 3.8 ms without copies of the rows, and 5.3 with them.
    """
    matrix, norms = candidates.matrix, candidates.inverse_norms
    size = matrix.shape[1]
    block_rows = max(1, min(numbers // size, part.stop - part.start) // batch.ROWS) * batch.ROWS
    units = np.zeros((block_rows, size), np.float32)
    ones = np.ones(block_rows, np.float32)
    is_readable = candidates.rows is None and matrix.flags.c_contiguous
    for first in range(part.start, part.stop, block_rows):
        last = min(first + block_rows, part.stop)
        whole = (last - first) % batch.ROWS == 0
        if is_readable and whole:
            yield RowBlock(matrix[first:last], norms[first:last], first, last - first)
        else:
            candidates.units(first, last, out=units[: last - first])
            yield RowBlock(units, ones, first, last - first)
