"""Softmax over the vocabulary, its loss, and the error of every word: prediction - target.

Source      Bengio et al. 2003, JMLR 3, section 2.       Reference   firth.illustrated.softmax
Shapes      B rows of V scores; a row takes `stride` numbers, a multiple of LANES and at least V. The numbers after the
            first V are padding. scores is flat, (B * stride,) float32, and changes in place.
Time        three passes over a row that stays in the cache; NumPy's five passes take twice as long.
"""

import math

from numba import float32, float64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.training.activation import exp_of_minus
from firth.simd.lanes import LANES
from firth.simd.operations import add, load, maximum, mul, splat, store, sub, sum_lanes

__all__ = ["exponentiate_row", "highest_lane", "softmax_errors"]

_LOWEST = float32(-3e38)  # the score of padding: its exponential is 0, whatever the highest score


@step
def add_bias(scores, start, stride, bias, n_outcomes):
    """Add the bias to a row, fill its padding with the lowest score; returns a register with the highest in a lane."""
    for v in range(n_outcomes, stride):
        scores[start + v] = _LOWEST
    full_registers = n_outcomes - n_outcomes % LANES
    highest = splat(_LOWEST)
    for v in range(0, full_registers, LANES):
        score = add(load(scores, start + v), load(bias, v))
        store(scores, start + v, score)
        highest = maximum(highest, score)
    for v in range(full_registers, n_outcomes):
        scores[start + v] += bias[v]
    for v in range(full_registers, stride, LANES):
        highest = maximum(highest, load(scores, start + v))
    return highest


@step
def highest_lane(register, scratch):
    """The largest lane of a register."""
    store(scratch, 0, register)
    highest = scratch[0]
    for lane in range(1, LANES):
        highest = max(highest, scratch[lane])
    return highest


@step
def exponentiate_row(scores, start, stride, highest):
    """Replace every score by exp(score - highest); returns their sum."""
    top = splat(highest)
    total = splat(float32(0))
    for v in range(0, stride, LANES):
        exponential = exp_of_minus(sub(top, load(scores, start + v)))
        store(scores, start + v, exponential)
        total = add(total, exponential)
    return sum_lanes(total)


@step
def scale_row(scores, start, stride, factor):
    """Multiply a row by a number."""
    times = splat(factor)
    for v in range(0, stride, LANES):
        store(scores, start + v, mul(load(scores, start + v), times))


@kernel
def softmax_errors(scores, stride, bias, targets, scale, losses, scratch):
    """Replace scores by scale * (prediction - target), and fill losses with -log prediction of each target, in nats.

    bias : (V,) float32, added to every row first.
    targets : (B,) int32 in [0, V); a negative one means none: the row becomes scale * prediction.
    losses : (B,) float64, filled; meaningless in rows without a target.
    scratch : (LANES,) float32.
    """
    n_outcomes = bias.shape[0]
    for row in range(targets.shape[0]):
        start = row * stride
        target = targets[row]
        highest = highest_lane(add_bias(scores, start, stride, bias, n_outcomes), scratch)
        chosen = scores[start + target] if target >= 0 else highest
        total = exponentiate_row(scores, start, stride, highest)
        losses[row] = math.log(float64(total)) + float64(highest) - float64(chosen)
        scale_row(scores, start, stride, scale / total)
        if target >= 0:
            scores[start + target] -= scale
