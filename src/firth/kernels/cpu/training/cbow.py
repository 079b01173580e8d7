"""Continuous bag of words: the mean of the words around a position is asked which word stands there.

Source      Mikolov et al. 2013, arXiv:1301.3781, section 3.1; negative sampling as in arXiv:1310.4546, equation 4;
            the exact gradient: Irsoy et al. 2020, arXiv:2012.15332.
Slow twin   firth.illustrated.cbow
Shapes      n inputs (word vectors), 1 + K targets (context vectors), all float32; weights change in place.
"""

from numpy import float32, int64

from firth.kernels.compile import step
from firth.kernels.cpu.training.targets import PAIR, steps_from_dots
from firth.simd.lanes import LANES
from firth.simd.operations import load, splat, store
from firth.simd.rows import (
    BLOCK_ROWS,
    add_rows,
    fma_rows,
    load_rows,
    splat_row,
    store_pair_of_sums,
    store_rows,
    store_sums,
    take,
    weighted_sum,
    zero_rows,
)

__all__ = ["average_inputs", "move_cbow", "move_inputs", "score_cbow", "share_of"]


_ONE = (0,)
_FOUR = (0, LANES, 2 * LANES, 3 * LANES)  # registers of a row that are worked on together


@step
def _average_columns(lanes, weights, room, n, hidden, gradient, at, column):
    mean = splat(float32(1) / float32(n))
    total = load_rows(weights.word, lanes, room.inputs[0] + column)
    for k in range(1, n):
        total = add_rows(total, load_rows(weights.word, lanes, room.inputs[k] + column))
    store_rows(hidden, lanes, at + column, fma_rows(mean, total, zero_rows(lanes)))
    store_rows(gradient, lanes, at + column, zero_rows(lanes))


@step
def average_inputs(weights, room, n, hidden, gradient, at):
    """Set hidden[at:] to the mean of the inputs, and gradient[at:] to 0."""
    whole = weights.columns - weights.columns % (4 * LANES)
    for column in range(0, whole, 4 * LANES):
        _average_columns(_FOUR, weights, room, n, hidden, gradient, at, column)
    for column in range(whole, weights.columns, LANES):
        _average_columns(_ONE, weights, room, n, hidden, gradient, at, column)


@step
def _multiply(weights, room, rows, cbow, first):
    """steps[first + j] = dot product of the hidden vector and target j of a block."""
    sums = zero_rows(rows)
    for column in range(0, weights.columns, LANES):
        sums = fma_rows(load(cbow.hidden, column), load_rows(weights.context, rows, column), sums)
    store_sums(room.steps, first, sums)


@step
def _multiply_two(weights, room, rows_a, rows_b, cbow, first):
    """The same for two blocks: their sums fill a register."""
    sums_a = zero_rows(rows_a)
    sums_b = zero_rows(rows_b)
    for column in range(0, weights.columns, LANES):
        hidden = load(cbow.hidden, column)
        sums_a = fma_rows(hidden, load_rows(weights.context, rows_a, column), sums_a)
        sums_b = fma_rows(hidden, load_rows(weights.context, rows_b, column), sums_b)
    store_pair_of_sums(room.steps, first, sums_a, sums_b)


@step
def _move_targets(weights, room, rows, block, cbow, first):
    """Move a block of targets along the hidden vector, and add what they want of it to the gradient."""
    sizes = splat_row(block, room.steps, first)
    for column in range(0, weights.columns, LANES):
        before = load_rows(weights.context, rows, column)
        store(cbow.gradient, column, weighted_sum(sizes, before, load(cbow.gradient, column)))
        store_rows(weights.context, rows, column, fma_rows(load(cbow.hidden, column), sizes, before))


@step
def share_of(n, cbow):
    """How much of the gradient each of n inputs gets; for skip-gram, the one input gets all."""
    if cbow is None:
        return float32(1)
    return float32(1) / float32(n) if cbow.share else float32(1)


@step
def _move_columns(lanes, weights, room, n, gradient, at, share, column):
    change = fma_rows(splat(share), load_rows(gradient, lanes, at + column), zero_rows(lanes))
    for k in range(n):
        row = room.inputs[k] + column
        store_rows(weights.word, lanes, row, add_rows(load_rows(weights.word, lanes, row), change))


@step
def move_inputs(weights, room, n, gradient, at, share):
    """Give every input its share of gradient[at:]."""
    whole = weights.columns - weights.columns % (4 * LANES)
    for column in range(0, whole, 4 * LANES):
        _move_columns(_FOUR, weights, room, n, gradient, at, share, column)
    for column in range(whole, weights.columns, LANES):
        _move_columns(_ONE, weights, room, n, gradient, at, share, column)


@step
def _move_tail(weights, room, asked, tail, cbow):
    if tail is not None and asked.tail:
        rows = take(tail, room.target_rows, asked.first + asked.blocks * BLOCK_ROWS)
        _move_targets(weights, room, rows, tail, cbow, asked.blocks * BLOCK_ROWS)


@step
def score_cbow(weights, room, n, asked, block, cbow, rate, loss):
    """Score the mean of the n inputs against the targets of a position; returns loss + theirs."""
    average_inputs(weights, room, n, cbow.hidden, cbow.gradient, int64(0))
    blocks = asked.blocks + asked.tail  # a tail is filled up with rows of zeros: products cost little
    odd = blocks & 1
    if odd:
        rows = take(block, room.target_rows, asked.first)
        _multiply(weights, room, rows, cbow, int64(0))
        loss = steps_from_dots(room, int64(0), BLOCK_ROWS, asked.signs_at, asked.nothing_at, rate, loss)
    for b in range(odd, blocks, 2):
        rows_a = take(block, room.target_rows, asked.first + b * len(block))
        rows_b = take(block, room.target_rows, asked.first + (b + 1) * len(block))
        _multiply_two(weights, room, rows_a, rows_b, cbow, b * BLOCK_ROWS)
    for b in range(odd, blocks, 2):
        signs_at = asked.signs_at + b * BLOCK_ROWS
        loss = steps_from_dots(room, b * BLOCK_ROWS, PAIR, signs_at, signs_at + BLOCK_ROWS, rate, loss)
    return loss


@step
def move_cbow(weights, room, n, asked, block, tail, cbow):
    """Move what score_cbow has scored: the targets along the mean, then every input along what they pull."""
    for b in range(asked.blocks):
        rows = take(block, room.target_rows, asked.first + b * len(block))
        _move_targets(weights, room, rows, block, cbow, b * BLOCK_ROWS)
    _move_tail(weights, room, asked, tail, cbow)
    move_inputs(weights, room, n, cbow.gradient, int64(0), share_of(n, cbow))
