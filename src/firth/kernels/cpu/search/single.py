"""Exact search for a single query: every row is read once, in order, as fast as memory delivers it.

batch.py does the same for many queries.

Reference  ExactSearch in vectors/exact_search.py, the strategies in NumPy; of quotients vectors/analogy_search.py. For
           400,000 × 50 numbers on 2 cores the BLAS product takes 4.3 ms and finding the best 0.3; this takes 2.2 for
           both. Reading row after row is what the processor's hardware prefetching is made for: reading 16 rows in
           parallel took twice as long.
Shapes     V rows of D numbers; K best rows are kept.
           matrix: MatrixRows; heaps: Heaps of one query; queries: QuotientQueries, in kernels/arguments.py.
           query (D,) float32, of length 1.    cosines (V,) float32.
           products (8 or LANES,) float32: workspace.
Threads    share only the matrix and the query: each has a heap, or a part of `cosines`, of its own.
"""

from numpy import float32

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.search.cosine import cosine
from firth.kernels.cpu.search.heap import replace_root
from firth.simd.lanes import LANES
from firth.simd.operations import load
from firth.simd.rows import fma_rows, load_rows, store_sums, zero_rows

__all__ = ["fill_cosines", "keep_best", "keep_best_quotients"]


@kernel
def keep_best(matrix, query, first, last, heaps):
    """Add those of the rows [first, last) to the heap that are among the best."""
    threshold = heaps.scores[0, 0]
    for row in range(first, last):
        score = cosine(matrix.numbers, matrix.inverse_norms, row, query)
        if score > threshold:
            replace_root(heaps, 0, score, row)
            threshold = heaps.scores[0, 0]


@kernel
def fill_cosines(matrix, query, first, last, cosines):
    """cosines[row] = the cosine of each of the rows [first, last)."""
    for row in range(first, last):
        cosines[row] = cosine(matrix.numbers, matrix.inverse_norms, row, query)


@step
def dot_products(matrix, size, row, queries, products):
    """products[q] = dot product of query q and a row of `size` numbers, at least LANES."""
    start = row * size
    whole = size - size % LANES
    sums = zero_rows(queries.offsets)
    for d in range(0, whole, LANES):
        sums = fma_rows(load(matrix.numbers, start + d), load_rows(queries.numbers, queries.offsets, d), sums)
    # The last register overlaps the one before; there the packed queries hold zeros.
    last = load_rows(queries.numbers, queries.offsets, whole)
    sums = fma_rows(load(matrix.numbers, start + size - LANES), last, sums)
    store_sums(products, 0, sums)


@step
def product_of_shifted(products, first, last, inverse_norm):
    """The product of (1 + cosine) / 2 over the queries [first, last)."""
    total = float32(1.0)
    for q in range(first, last):
        total *= (products[q] * inverse_norm + float32(1.0)) * float32(0.5)
    return total


@kernel
def keep_best_quotients(matrix, queries, small, products, first, last, heaps):
    """As keep_best, for the scores of 3CosMul: the product over the added queries / (that over the others + small)."""
    size = matrix.numbers.shape[0] // matrix.inverse_norms.shape[0]
    threshold = heaps.scores[0, 0]
    for row in range(first, last):
        dot_products(matrix, size, row, queries, products)
        inverse_norm = matrix.inverse_norms[row]
        score = product_of_shifted(products, 0, queries.added, inverse_norm)
        score /= product_of_shifted(products, queries.added, queries.count, inverse_norm) + small
        if score > threshold:
            replace_root(heaps, 0, score, row)
            threshold = heaps.scores[0, 0]
