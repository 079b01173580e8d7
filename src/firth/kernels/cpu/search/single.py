"""Exact search for one question: every row is read once, from the first to the last, as fast as memory gives it.

Slow twin  vectors/exact_search.py, the plain way with NumPy; of quotients vectors/analogy_search.py. For 400,000 × 50
           numbers in row order on 2 cores, 4.3 ms for the BLAS product and 0.3 to find the best; this takes 2.2 for
           both. One row after another is what the processor's prefetching is made for: 16 rows side by side took twice
           as long.
Shapes     V rows of D numbers; K best kept.
           numbers (V * D,) float32: the rows end to end.    inverse_norms (V,) float32.
           query (D,) float32, of length 1.
           cosines, scores, rows (1, K): see heap.py.    found (V,) float32.
           packed (Q * (whole + LANES),) float32: several queries, from `offsets` on; of each the `whole` registers
           that D fills, then a register for the last LANES numbers of a row, with zeros for those seen before.
           counts: of these queries, how many come first and are multiplied; and all.
           products (8 or LANES,) float32 is room to work in.
Threads    share nothing but the matrix and the query: each has its own heap, or its own part of what is found.
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
def keep_best(numbers, inverse_norms, query, first, last, cosines, rows):
    """Keep those of the rows [first, last) that are among the best."""
    threshold = cosines[0, 0]
    for row in range(first, last):
        found = cosine(numbers, inverse_norms, row, query)
        if found > threshold:
            replace_root(cosines, rows, 0, found, row)
            threshold = cosines[0, 0]


@kernel
def fill_cosines(numbers, inverse_norms, query, first, last, found):
    """found[row] = the cosine, for the rows [first, last)."""
    for row in range(first, last):
        found[row] = cosine(numbers, inverse_norms, row, query)


@step
def multiply(numbers, row, size, packed, offsets, products):
    """products[q] = dot product of a row, of at least LANES numbers, and query q."""
    start = row * size
    whole = size - size % LANES
    sums = zero_rows(offsets)
    for d in range(0, whole, LANES):
        sums = fma_rows(load(numbers, start + d), load_rows(packed, offsets, d), sums)
    sums = fma_rows(load(numbers, start + size - LANES), load_rows(packed, offsets, whole), sums)
    store_sums(products, 0, sums)


@step
def product_of_shifted(products, first, last, inverse_norm):
    """The product of (1 + cosine) / 2 over some queries."""
    total = float32(1.0)
    for q in range(first, last):
        total *= (products[q] * inverse_norm + float32(1.0)) * float32(0.5)
    return total


@kernel
def keep_best_quotients(numbers, inverse_norms, packed, offsets, counts, small, products, first, last, scores, rows):
    """Keep the rows [first, last) with the largest product of the first queries, divided by that of the others."""
    size = numbers.shape[0] // inverse_norms.shape[0]
    added, asked = counts
    threshold = scores[0, 0]
    for row in range(first, last):
        multiply(numbers, row, size, packed, offsets, products)
        score = product_of_shifted(products, 0, added, inverse_norms[row])
        score /= product_of_shifted(products, added, asked, inverse_norms[row]) + small
        if score > threshold:
            replace_root(scores, rows, 0, score, row)
            threshold = scores[0, 0]
