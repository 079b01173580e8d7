"""Continuous bag of words: the mean of the words around a position is asked which word stands there.

Source      Mikolov et al. 2013, arXiv:1301.3781, section 3.1; negative sampling as in arXiv:1310.4546, equation 4;
            the exact gradient: Irsoy et al. 2020, arXiv:2012.15332.
Slow twin   firth.illustrated.cbow
Shapes      n inputs (word vectors), 1 + K targets (context vectors), all float32; weights change in place.
"""

from numpy import float32

from firth.kernels.compile import step
from firth.kernels.cpu.targets import PAIR, steps_from_dots
from firth.simd.lanes import LANES
from firth.simd.operations import add, load, mul, splat, store
from firth.simd.rows import (
    SUMS_PER_ROW,
    fma_rows,
    load_rows,
    splat_row,
    store_rows,
    store_sums,
    take,
    weighted_sum,
    zero_rows,
)

__all__ = ["move_cbow", "score_cbow"]


@step
def _average(weights, room, n, cbow):
    """Set hidden to the mean of the inputs, and gradient to 0."""
    mean = splat(float32(1) / float32(n))
    for column in range(0, weights.columns, LANES):
        total = load(weights.word, room.inputs[0] + column)
        for k in range(1, n):
            total = add(total, load(weights.word, room.inputs[k] + column))
        store(cbow.hidden, column, mul(total, mean))
        store(cbow.gradient, column, splat(float32(0)))


@step
def _score(weights, room, rows, block, cbow, first, signs_at, rate, loss):
    """steps[first + j] = learning rate x error of the hidden vector and target j of a block."""
    sums = zero_rows(block)
    for column in range(0, weights.columns, LANES):
        sums = fma_rows(load(cbow.hidden, column), load_rows(weights.context, rows, column), sums)
    store_sums(room.steps, first, sums)
    return steps_from_dots(room.steps, first, SUMS_PER_ROW, room.signs, signs_at + PAIR, rate, loss)


@step
def _move_targets(weights, room, rows, block, cbow, first):
    """Move a block of targets along the hidden vector, and add what they want of it to the gradient."""
    sizes = splat_row(block, room.steps, first)
    for column in range(0, weights.columns, LANES):
        before = load_rows(weights.context, rows, column)
        store(cbow.gradient, column, weighted_sum(sizes, before, load(cbow.gradient, column)))
        store_rows(weights.context, rows, column, fma_rows(load(cbow.hidden, column), sizes, before))


@step
def _move_inputs(weights, room, n, cbow):
    """Give every input the gradient, or its share of it."""
    share = splat(float32(1) / float32(n) if cbow.share else float32(1))
    for column in range(0, weights.columns, LANES):
        change = mul(load(cbow.gradient, column), share)
        for k in range(n):
            at = room.inputs[k] + column
            store(weights.word, at, add(load(weights.word, at), change))


@step
def score_cbow(weights, room, n, first, block, cbow, rate, loss):
    """Score the mean of the n inputs against the targets at target_rows[first:]; returns loss + theirs."""
    _average(weights, room, n, cbow)
    for b in range(room.n_blocks):
        rows = take(block, room.target_rows, first + b * len(block))
        loss = _score(weights, room, rows, block, cbow, b * PAIR, b * 2 * PAIR, rate, loss)
    return loss


@step
def move_cbow(weights, room, n, first, block, cbow):
    """Move what score_cbow has scored: the targets along the mean, then every input along what they pull."""
    for b in range(room.n_blocks):
        rows = take(block, room.target_rows, first + b * len(block))
        _move_targets(weights, room, rows, block, cbow, b * PAIR)
    _move_inputs(weights, room, n, cbow)
