"""Skip-gram: every word around a position is asked which word stands there.

Source      Mikolov et al. 2013, arXiv:1310.4546, equation 4. The window's words share their noise words, as in
            Ji et al. 2016, arXiv:1604.04661: all dot products of a position are one small matrix product.
Slow twin   firth.illustrated.skipgram
Shapes      n inputs (word vectors) by 1 + K targets (context vectors), all float32; weights change in place.

As in word2vec.c, a position trains the pairs in which its word is the one to be recognised: over the whole text these
are the same pairs as with center and context exchanged.
"""

from firth.kernels.compile import step
from firth.kernels.cpu.training.targets import PAIR, steps_from_dots
from firth.simd.lanes import LANES
from firth.simd.operations import load, store
from firth.simd.rows import (
    BLOCK_ROWS,
    fma_rows,
    load_rows,
    splat_row,
    store_pair_of_sums,
    store_rows,
    take,
    weighted_sum,
    zero_rows,
)

__all__ = ["move_skipgram", "multiply_pairs", "score_skipgram"]


@step
def multiply_pairs(matrix, inputs, n, context, rows, columns, products, first):
    """products[first + 8 k + j] = dot product of input k and target j of a block; two inputs at a time.

    matrix, inputs   the inputs start at matrix[inputs[k]:]; if n is odd, inputs[n] is any of them
    context, rows    the targets
    """
    for k in range(0, n, 2):
        sums_a = zero_rows(rows)
        sums_b = zero_rows(rows)
        for column in range(0, columns, LANES):
            targets = load_rows(context, rows, column)
            sums_a = fma_rows(load(matrix, inputs[k] + column), targets, sums_a)
            sums_b = fma_rows(load(matrix, inputs[k + 1] + column), targets, sums_b)
        store_pair_of_sums(products, first + k * BLOCK_ROWS, sums_a, sums_b)


@step
def _move(weights, room, n, rows, block, first):
    """Move a block of targets along every input and every input along the targets, LANES columns at a time.

    The targets pull from where they were scored: each target row is loaded and stored once.
    """
    for column in range(0, weights.columns, LANES):
        before = load_rows(weights.context, rows, column)
        after = before
        for k in range(n):
            sizes = splat_row(block, room.steps, first + k * BLOCK_ROWS)
            at = room.inputs[k] + column
            vector = load(weights.word, at)
            after = fma_rows(vector, sizes, after)
            store(weights.word, at, weighted_sum(sizes, before, vector))
        store_rows(weights.context, rows, column, after)


@step
def _multiply(weights, room, n, asked, block, b, per_block):
    rows = take(block, room.target_rows, asked.first + b * len(block))
    multiply_pairs(weights.word, room.inputs, n, weights.context, rows, weights.columns, room.steps, b * per_block)


@step
def _multiply_tail(weights, room, n, asked, tail, per_block):
    if tail is not None and asked.tail:
        rows = take(tail, room.target_rows, asked.first + asked.blocks * BLOCK_ROWS)
        first = asked.blocks * per_block
        multiply_pairs(weights.word, room.inputs, n, weights.context, rows, weights.columns, room.steps, first)


@step
def _move_tail(weights, room, n, asked, tail, per_block):
    if tail is not None and asked.tail:
        rows = take(tail, room.target_rows, asked.first + asked.blocks * BLOCK_ROWS)
        _move(weights, room, n, rows, tail, asked.blocks * per_block)


@step
def score_skipgram(weights, room, n, asked, block, tail, rate, loss):
    """Score all pairs of the n inputs and the targets of a position; returns loss + theirs.

    All products come first, then all sigmoids: each is a long chain of steps, and many chains run side by side.
    """
    room.inputs[n] = room.inputs[n - 1]  # so that inputs pair up
    per_block = (n + 1) * BLOCK_ROWS
    for b in range(asked.blocks):
        _multiply(weights, room, n, asked, block, b, per_block)
    _multiply_tail(weights, room, n, asked, tail, per_block)
    for b in range(asked.blocks + asked.tail):
        signs_at = asked.signs_at + b * BLOCK_ROWS
        for k in range(0, n, 2):
            second = asked.nothing_at if k + 1 == n else signs_at
            loss = steps_from_dots(room, b * per_block + k * BLOCK_ROWS, PAIR, signs_at, second, rate, loss)
    return loss


@step
def move_skipgram(weights, room, n, asked, block, tail):
    """Move what score_skipgram has scored, block after block: a later one meets inputs that earlier ones moved."""
    per_block = (n + 1) * BLOCK_ROWS
    for b in range(asked.blocks):
        rows = take(block, room.target_rows, asked.first + b * len(block))
        _move(weights, room, n, rows, block, b * per_block)
    _move_tail(weights, room, n, asked, tail, per_block)
