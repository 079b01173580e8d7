"""The best rows for many queries: a matrix product whose numbers are judged while they are in registers.

Slow twin  vectors/neighbours.py, the plain way with NumPy: for 1,000 queries and 400,000 × 50 numbers
           0.41 s, of which 0.33 s are the BLAS product alone; this takes 0.25 s on the same 2 cores.
Shapes     Q queries in tiles of TILE; K best kept for each; B rows of D numbers in a block.
           block (B, D) float32, C-contiguous, B a multiple of 4; rows of length 1.
           queries (tiles * D * TILE,) float32: number d of all queries of a tile side by side.
           products (ROWS * TILE,) float32 is room to work in.
           cosines, rows (Q, K): see heap.py.
           thresholds (Q,) float32: a copy of the roots.
Threads    share nothing but the queries: each has its own heaps.
"""

from numpy import uint64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.search.heap import replace_root
from firth.simd.bytes import trailing_zeros
from firth.simd.lanes import LANES, VECTOR_REGISTERS
from firth.simd.operations import lanes_above, load, splat
from firth.simd.rows import fma_rows, load_rows, store_rows, zero_rows

__all__ = ["OFFSETS", "ROWS", "TILE", "offer_rows"]

ROWS = 4  # rows at once; with REGISTERS columns each, sums and operands fill the register file
REGISTERS = 6 if VECTOR_REGISTERS == 32 else 3
TILE = REGISTERS * LANES  # queries at once
OFFSETS = tuple(i * LANES for i in range(REGISTERS))


@step
def multiply(block, row, queries, start, offsets, products):
    """products[i * TILE + j] = row + i of the block times query j of the tile that begins at start."""
    sums0 = sums1 = sums2 = sums3 = zero_rows(offsets)
    for d in range(block.shape[1]):
        operands = load_rows(queries, offsets, start + d * TILE)
        sums0 = fma_rows(splat(block[row, d]), operands, sums0)
        sums1 = fma_rows(splat(block[row + 1, d]), operands, sums1)
        sums2 = fma_rows(splat(block[row + 2, d]), operands, sums2)
        sums3 = fma_rows(splat(block[row + 3, d]), operands, sums3)
    store_rows(products, offsets, 0, sums0)
    store_rows(products, offsets, TILE, sums1)
    store_rows(products, offsets, 2 * TILE, sums2)
    store_rows(products, offsets, 3 * TILE, sums3)


@step
def lanes_with_news(products, i, thresholds, query, start):
    """Which of LANES queries would take row i into their best, as bits."""
    return lanes_above(load(products, i * TILE + start), load(thresholds, query + start))


@step
def any_news(products, thresholds, query):
    """Whether any query of a tile would take one of the rows into its best."""
    news = uint64(0)
    for start in range(0, TILE, LANES):
        for i in range(ROWS):
            news |= lanes_with_news(products, i, thresholds, query, start)
    return news != 0


@kernel
def offer_rows(block, first_row, n_rows, queries, offsets, products, thresholds, cosines, rows):
    """Keep those of the first n_rows rows of the block that are among the best of some query."""
    size = block.shape[1]
    for query in range(0, thresholds.shape[0], TILE):
        for row in range(0, n_rows, ROWS):
            multiply(block, row, queries, query * size, offsets, products)
            if any_news(products, thresholds, query):
                for i in range(min(ROWS, n_rows - row)):
                    for start in range(0, TILE, LANES):
                        news = lanes_with_news(products, i, thresholds, query, start)
                        while news != 0:
                            j = start + trailing_zeros(news)
                            news &= news - uint64(1)
                            replace_root(cosines, rows, query + j, products[i * TILE + j], first_row + row + i)
                            thresholds[query + j] = cosines[query + j, 0]
