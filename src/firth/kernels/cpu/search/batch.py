"""Exact search for many queries: a matrix product whose results are compared while they are in registers.

single.py does the same for one query.

Reference  ExactSearch in vectors/exact_search.py, the table of cosines in NumPy: for 1,000 queries and 400,000 × 50
           numbers 0.41 s, of which the BLAS product alone takes 0.33; this takes 0.25 s on the same 2 cores.
Shapes     Q queries in tiles of one of the WIDTHS; K best rows are kept for each; blocks of B rows of D numbers, B a
           multiple of 4.
           block: RowBlock; queries: QueryTiles; heaps: Heaps of Q queries, in kernels/arguments.py.
           thresholds (Q,) float32: a copy of the roots of the heaps.
           products (ROWS * widest,) float32: workspace.
Widths     A tile takes as long however many of its queries are in use: for 50,000 × 100 numbers on one core with AVX2
           and other work on the other, one of 8, 16 or 24 queries 2.8, 3.2 or 3.8 ms.
Threads    share only the queries: each has heaps of its own.
"""

from numpy import uint64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.search.heap import replace_root
from firth.simd.bytes import trailing_zeros
from firth.simd.lanes import LANES, VECTOR_REGISTERS
from firth.simd.operations import lanes_above, load, splat
from firth.simd.rows import fma_rows, load_rows, store_rows, zero_rows

__all__ = ["ROWS", "WIDTHS", "keep_best", "offsets_of"]

ROWS = 4  # rows multiplied together; with REGISTERS columns each, sums and operands fill the register file
REGISTERS = 6 if VECTOR_REGISTERS == 32 else 3
WIDTHS = tuple(registers * LANES for registers in (1, 2, 3, 6) if registers <= REGISTERS)  # queries in a tile


def offsets_of(width: int) -> tuple[int, ...]:
    """Where the registers of a tile begin; the kernel is compiled for each number of them."""
    return tuple(range(0, width, LANES))


@step
def width(queries):
    """Queries in a tile."""
    return len(queries.offsets) * LANES


@step
def scaled(scale, sums, queries):
    """The sums times a number."""
    return fma_rows(splat(scale), sums, zero_rows(queries.offsets))


@step
def cosines(block, row, queries, start, products):
    """products[i * width + j] = the cosine of row + i of the block and query j of the tile that starts at `start`."""
    sums0 = sums1 = sums2 = sums3 = zero_rows(queries.offsets)
    for d in range(block.rows.shape[1]):
        operands = load_rows(queries.numbers, queries.offsets, start + d * width(queries))
        sums0 = fma_rows(splat(block.rows[row, d]), operands, sums0)
        sums1 = fma_rows(splat(block.rows[row + 1, d]), operands, sums1)
        sums2 = fma_rows(splat(block.rows[row + 2, d]), operands, sums2)
        sums3 = fma_rows(splat(block.rows[row + 3, d]), operands, sums3)
    store_rows(products, queries.offsets, 0, scaled(block.scales[row], sums0, queries))
    store_rows(products, queries.offsets, width(queries), scaled(block.scales[row + 1], sums1, queries))
    store_rows(products, queries.offsets, 2 * width(queries), scaled(block.scales[row + 2], sums2, queries))
    store_rows(products, queries.offsets, 3 * width(queries), scaled(block.scales[row + 3], sums3, queries))


@step
def lanes_above_threshold(products, start, thresholds, query):
    """Which of LANES products, from `start` on, beat the current K-th best of as many queries, as bits."""
    return lanes_above(load(products, start), load(thresholds, query))


@step
def any_above_threshold(products, thresholds, query, queries):
    """Whether any of the ROWS rows beats the current K-th best of any query of the tile."""
    above = uint64(0)
    for start in range(0, width(queries), LANES):
        for i in range(ROWS):
            above |= lanes_above_threshold(products, i * width(queries) + start, thresholds, query + start)
    return above != 0


@kernel
def keep_best(block, queries, thresholds, products, heaps):
    """Add those of the block's rows to the heaps that are among the best of a query."""
    size = block.rows.shape[1]
    for query in range(0, thresholds.shape[0], width(queries)):
        for row in range(0, block.count, ROWS):
            cosines(block, row, queries, query * size, products)
            if any_above_threshold(products, thresholds, query, queries):
                for i in range(min(ROWS, block.count - row)):
                    for start in range(0, width(queries), LANES):
                        scores = i * width(queries) + start
                        above = lanes_above_threshold(products, scores, thresholds, query + start)
                        while above != 0:
                            j = trailing_zeros(above)
                            above &= above - uint64(1)
                            slot = query + start + j
                            replace_root(heaps, slot, products[scores + j], block.first + row + i)
                            thresholds[slot] = heaps.scores[slot, 0]
