"""Matrix products of the vectors that predict the next item, in blocks that the registers of a processor hold.

Three products make a step of sampled softmax: scores of histories with drawn items, and the slopes of both. NumPy's
BLAS computes them as fast, but with threads of its own, which take processor time while they wait.

Reference  numpy.matmul
Shapes     a block is ROWS rows of one operand and COLUMNS columns of the other; layout: Layout, vectors: BatchVectors.
           scores (rows, P), flat; rows of the examples of a chunk, from `first` on among those of the batch.
"""

from firth.kernels.compile import step
from firth.simd.lanes import LANES, VECTOR_REGISTERS
from firth.simd.rows import fma_products, load_rows, store_rows, zero_rows

__all__ = ["COLUMNS", "ROWS", "add_slopes_of_drawn", "score_drawn", "slopes_of_hidden"]

ROWS = 6 if VECTOR_REGISTERS == 16 else 8
COLUMNS = 2 * LANES
_TILE = (0, LANES)
_EACH = tuple(range(ROWS))  # the first columns of a row
_SUMS = tuple(range(2 * ROWS))  # for its length


@step
def score_drawn(vectors, layout, first, count, scores, used):
    """Fill scores with the products of hidden of `count` examples and the first `used` drawn items, in whole tiles."""
    for tile in range(0, used, COLUMNS):
        for row in range(0, count, ROWS):
            left = (first + row) * layout.stride
            right = tile * layout.stride
            sums = zero_rows(_SUMS)
            for d in range(layout.numbers):
                operands = load_rows(vectors.drawn_by_number, _TILE, right + d * COLUMNS)
                sums = fma_products(vectors.hidden, layout.vector_rows, left + d, operands, sums)
            store_rows(scores, layout.score_places, row * layout.padded + tile, sums)


@step
def slopes_of_hidden(vectors, layout, first, count, errors, used):
    """Fill back with the products of the errors of `count` examples and the vectors of the `used` drawn items."""
    for tile in range(0, layout.stride, COLUMNS):
        for row in range(0, count, ROWS):
            left = row * layout.padded
            right = tile * layout.padded
            sums = zero_rows(_SUMS)
            for j in range(used):
                operands = load_rows(vectors.drawn_by_item, _TILE, right + j * COLUMNS)
                sums = fma_products(errors, layout.score_rows, left + j, operands, sums)
            store_rows(vectors.back, layout.vector_places, (first + row) * layout.stride + tile, sums)


@step
def add_slopes_of_drawn(vectors, layout, examples, errors, used, start):
    """Add the products of errors, transposed, and hidden to drawn_slopes from `start` on.

    examples : the first one, and how many.    used : how many items are drawn.
    """
    first, count = examples
    for j in range(0, used, ROWS):
        for tile in range(0, layout.stride, COLUMNS):
            right = first * layout.stride + tile
            place = start + j * layout.stride + tile
            sums = load_rows(vectors.drawn_slopes, layout.vector_places, place)
            for row in range(count):
                operands = load_rows(vectors.hidden, _TILE, right + row * layout.stride)
                sums = fma_products(errors, _EACH, row * layout.padded + j, operands, sums)
            store_rows(vectors.drawn_slopes, layout.vector_places, place, sums)
