"""The compiled way to answer many queries over a large vocabulary, on all cores.

Shapes  N rows that are searched, D numbers per row, Q queries.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.kernels.cpu.search.batch import OFFSETS, ROWS, TILE, offer_rows
from firth.kernels.cpu.search.heap import BELOW_ALL
from firth.parallel import available_cores, even_parts, share_parts
from firth.vectors.candidates import SearchedRows

__all__ = ["best_rows"]

BLOCK_NUMBERS = 1 << 16  # 256 KB of rows at once, beside the queries in the second-level cache
ABOVE_ALL = 2.0  # no cosine is


def best_rows(searched: SearchedRows, queries: Matrix, count: int) -> NDArray[np.int64]:
    """The places of the best `count` rows for each query and a few more (Q, at least count), in no order.

    Parameters
    ----------
    queries : (Q, D) of length 1, or 0.
    count : in [1, N].
    """
    tiles = -(-len(queries) // TILE)
    vector_size = queries.shape[1]
    padded = np.zeros((tiles, TILE, vector_size), np.float32)
    padded.reshape(-1, vector_size)[: len(queries)] = queries
    packed = np.ascontiguousarray(padded.transpose(0, 2, 1)).ravel()
    threads = max(1, min(available_cores(), searched.n_rows // max(count, 1000)))

    def search(parts: Iterator[slice]) -> list[NDArray[np.int64]]:
        return [_best_of(searched, part, packed, (len(queries), count)) for part in parts]

    found = share_parts(search, even_parts(searched.n_rows, threads), threads)
    return np.hstack([rows for some in found for rows in some])


def _best_of(searched: SearchedRows, part: slice, packed: Vector, shape: tuple[int, int]) -> NDArray[np.int64]:
    """The best places of one part of the rows for each query, of the given shape (Q, count)."""
    n_queries, count = shape
    vector_size = searched.matrix.shape[1]
    slots = len(packed) // vector_size
    cosines = np.full((slots, count), BELOW_ALL, np.float32)
    rows = np.zeros((slots, count), np.int64)
    thresholds = np.full(slots, BELOW_ALL, np.float32)
    thresholds[n_queries:] = ABOVE_ALL  # slots that only fill the last tile take nothing
    products = np.empty(ROWS * TILE, np.float32)
    block_rows = max(1, BLOCK_NUMBERS // (ROWS * vector_size)) * ROWS
    block = np.zeros((block_rows, vector_size), np.float32)
    for first in range(part.start, part.stop, block_rows):
        last = min(first + block_rows, part.stop)
        searched.units(first, last, out=block[: last - first])
        offer_rows(block, first, last - first, packed, OFFSETS, products, thresholds, cosines, rows)
    return rows[:n_queries]
