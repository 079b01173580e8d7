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
from firth.simd.rows import SUMS_PER_ROW, fma_rows, load_rows, splat_row, store_rows, store_sums, take, weighted_sum
from firth.simd.rows import zero_rows

__all__ = ["move_cbow", "score_cbow"]


@step
def _average(weights, inputs, n, cbow, mean):
    """hidden = the mean of the inputs; gradient = 0."""
    for column in range(0, weights.columns, LANES):
        total = load(weights.word, inputs[0] + column)
        for k in range(1, n):
            total = add(total, load(weights.word, inputs[k] + column))
        store(cbow.hidden, column, mul(total, splat(mean)))
        store(cbow.gradient, column, splat(float32(0)))


@step
def _score(weights, rows, block, cbow, steps, first, signs, signs_at, rate, loss):
    """steps[first + j] = learning rate x error of the hidden vector and target j of a block."""
    sums = zero_rows(block)
    for column in range(0, weights.columns, LANES):
        sums = fma_rows(load(cbow.hidden, column), load_rows(weights.context, rows, column), sums)
    store_sums(steps, first, sums)
    return steps_from_dots(steps, first, SUMS_PER_ROW, signs, signs_at + PAIR, rate, loss)


@step
def _move_targets(weights, rows, block, cbow, steps, first):
    """Move a block of targets along the hidden vector, and add what they want of it to the gradient."""
    sizes = splat_row(block, steps, first)
    for column in range(0, weights.columns, LANES):
        before = load_rows(weights.context, rows, column)
        store(cbow.gradient, column, weighted_sum(sizes, before, load(cbow.gradient, column)))
        store_rows(weights.context, rows, column, fma_rows(load(cbow.hidden, column), sizes, before))


@step
def _move_inputs(weights, inputs, n, cbow, mean):
    """Give every input the gradient, or its share of it."""
    factor = splat(mean if cbow.share else float32(1))
    for column in range(0, weights.columns, LANES):
        change = mul(load(cbow.gradient, column), factor)
        for k in range(n):
            at = inputs[k] + column
            store(weights.word, at, add(load(weights.word, at), change))


@step
def score_cbow(weights, inputs, n, targets, first, n_blocks, block, cbow, steps, signs, rate, loss):
    """Score the mean of inputs[:n] against the targets at targets[first:]; returns loss + theirs."""
    _average(weights, inputs, n, cbow, float32(1) / float32(n))
    for b in range(n_blocks):
        rows = take(block, targets, first + b * len(block))
        loss = _score(weights, rows, block, cbow, steps, b * PAIR, signs, b * 2 * PAIR, rate, loss)
    return loss


@step
def move_cbow(weights, inputs, n, targets, first, n_blocks, block, cbow, steps):
    """Move what score_cbow has scored: the targets along the mean, then every input along their sum."""
    for b in range(n_blocks):
        rows = take(block, targets, first + b * len(block))
        _move_targets(weights, rows, block, cbow, steps, b * PAIR)
    _move_inputs(weights, inputs, n, cbow, float32(1) / float32(n))
