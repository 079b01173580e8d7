"""Exact search for many queries on a GPU: a matrix product whose results are compared while they are on the chip.

A block multiplies 64 queries with the rows of one part of the matrix, 64 at a time. A thread sums 8 × 8 products in
registers, from tiles in shared memory. What beats the K-th best of its query goes to a short list in shared memory, and
the thread of that query puts it into a heap in the memory of the GPU: after the first rows that is rare. Then the heaps
of all parts are merged.

Reference  ExactSearch in vectors/exact_search.py; the heap is that of the processor (kernels/cpu/search/heap.py).
Shapes     N candidates, rows of D numbers; Q queries, in tiles of QUERIES; K best rows are kept for each query; a heap
           for each part and query: (parts * tiles * QUERIES, K). Rows are numbered among the candidates.
"""

from typing import Any, NamedTuple

from numba import cuda
from numpy import float32, int16, int32, int64

from firth.kernels.cpu.search.heap import is_worse, replace_root
from firth.kernels.cuda.compile import device, gpu_kernel, of_cpu
from firth.kernels.cuda.tiles import DEPTH, EACH, NUMBERS, ROWS, STRIDE, SUMS, THREADS, add_products, place

__all__ = ["QUERIES", "SearchedRows", "keep_best", "merge_parts"]

QUERIES = ROWS  # of a tile; columns of the list fit int16, and there is a thread for each query when heaps are changed
_LIST = QUERIES * ROWS
_BELOW_ALL = float32(-3e38)  # sums of cosines are compared, too
_ABOVE_ALL = float32(3e38)

_is_worse, _replace_root = of_cpu(is_worse), of_cpu(replace_root)


class SearchedRows(NamedTuple):
    """The candidates."""

    numbers: Any  # (V * D,) float32 on the device
    inverse_norms: Any  # (V,) float32
    chosen: Any  # (N,) int32 rows of the matrix; (0,) if they are the first N
    count: int  # N
    per_part: int  # of which each part has so many


@device
def _load_tile(numbers, rows, size, first, tile, me):
    """tile[d, i] = number `first` + d of row rows[i]; 0 where there is none."""
    d = me % DEPTH
    for i in range(me // DEPTH, QUERIES, THREADS // DEPTH):
        row = rows[i]
        is_there = row >= 0 and first + d < size
        tile[d * STRIDE + i] = numbers[int64(row) * size + first + d] if is_there else float32(0)


@device
def _list_better(products, scales, thresholds, listed, me):
    """List what beats the worst of the best rows of a query.   scales : 0 or less for what is no row."""
    scores, columns, counts = listed
    for j in range(EACH):
        column = place(me % EACH, j)
        scale = scales[column]
        for i in range(EACH):
            query = place(me // EACH, i)
            score = products[i * EACH + j] * scale
            if scale >= float32(0) and score > thresholds[query]:
                at = cuda.atomic.add(counts, query, 1) * QUERIES + query
                scores[at] = score
                columns[at] = column


@device
def _keep(heaps, slot, score, row):
    """Replace the worst of the best rows of a query by a better one."""
    if _is_worse(heaps.scores[slot, 0], heaps.rows[slot, 0], score, row):
        _replace_root(heaps, slot, score, row)


def _keep_best(candidates, queries, n_queries, size, heaps):
    """Block (i, p) fills the heaps of the queries of tile i and of part p.   queries : (Q * D,) float32"""
    left = cuda.shared.array(NUMBERS, float32)
    right = cuda.shared.array(NUMBERS, float32)
    scores = cuda.shared.array(_LIST, float32)
    columns = cuda.shared.array(_LIST, int16)
    counts = cuda.shared.array(QUERIES, int32)
    thresholds = cuda.shared.array(QUERIES, float32)
    of_queries = cuda.shared.array(QUERIES, int32)
    of_rows = cuda.shared.array(ROWS, int32)
    scales = cuda.shared.array(ROWS, float32)
    products = cuda.local.array(SUMS, float32)
    a = cuda.local.array(EACH, float32)
    b = cuda.local.array(EACH, float32)
    listed = scores, columns, counts
    me = cuda.threadIdx.x
    query = cuda.blockIdx.x * QUERIES + me
    slot = cuda.blockIdx.y * cuda.gridDim.x * QUERIES + query
    is_query = query < n_queries
    for k in range(heaps.scores.shape[1]):
        heaps.scores[slot, k] = _BELOW_ALL
        heaps.rows[slot, k] = 0
    counts[me] = 0
    thresholds[me] = _BELOW_ALL if is_query else _ABOVE_ALL
    of_queries[me] = query if is_query else -1
    begin = cuda.blockIdx.y * candidates.per_part
    end = min(begin + candidates.per_part, candidates.count)
    for first in range(begin, end, ROWS):
        row = first + me
        if row < end and len(candidates.chosen) > 0:
            row = candidates.chosen[row]
        of_rows[me] = row if first + me < end else -1
        scales[me] = candidates.inverse_norms[row] if first + me < end else float32(-1)
        for i in range(SUMS):
            products[i] = float32(0)
        cuda.syncthreads()
        for d in range(0, size, DEPTH):
            _load_tile(queries, of_queries, size, d, left, me)
            _load_tile(candidates.numbers, of_rows, size, d, right, me)
            cuda.syncthreads()
            add_products(left, right, products, a, b, me)
            cuda.syncthreads()
        _list_better(products, scales, thresholds, listed, me)
        cuda.syncthreads()
        for i in range(counts[me]):
            at = i * QUERIES + me
            _keep(heaps, slot, scores[at], int32(first + columns[at]))
        counts[me] = 0
        if is_query:
            thresholds[me] = heaps.scores[slot, 0]


def _merge_parts(heaps, slots, parts):
    """A thread for each of the first `slots` heaps, those of part 0: the best of all parts."""
    slot = cuda.grid(1)
    if slot < slots:
        for other in range(slot + slots, parts * slots, slots):
            for k in range(heaps.scores.shape[1]):
                _keep(heaps, slot, heaps.scores[other, k], heaps.rows[other, k])


keep_best, merge_parts = gpu_kernel(_keep_best), gpu_kernel(_merge_parts)
