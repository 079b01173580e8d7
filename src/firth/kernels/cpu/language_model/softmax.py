"""Softmax over a whole vocabulary, and what it teaches: target - prediction for every word.

Source      Bengio et al. 2003, JMLR 3, section 2.       Slow twin   firth.illustrated.softmax
Shapes      B rows of V scores; a row takes `stride` numbers, a multiple of LANES and at least V, of which those after V
            are not used. scores is flat, (B * stride,) float32, and changes in place.
Time        three passes over a row that stays in the cache; NumPy's five, one of them its exp, take twice as long.
"""

import math

from numba import float32, float64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.training.activation import exp_of_minus
from firth.simd.lanes import LANES
from firth.simd.operations import add, load, maximum, mul, splat, store, sub, sum_lanes

__all__ = ["softmax_errors"]

_NONE = float32(-3e38)  # the score of no word: its exponential is nothing beside any other


@step
def add_bias(scores, start, stride, bias, n_outcomes):
    """Add the bias to a row, give what is after its end the lowest score, and return the highest."""
    for v in range(n_outcomes, stride):
        scores[start + v] = _NONE
    whole = n_outcomes - n_outcomes % LANES
    highest = splat(_NONE)
    for v in range(0, whole, LANES):
        score = add(load(scores, start + v), load(bias, v))
        store(scores, start + v, score)
        highest = maximum(highest, score)
    for v in range(whole, n_outcomes):
        scores[start + v] += bias[v]
    for v in range(whole, stride, LANES):
        highest = maximum(highest, load(scores, start + v))
    return highest


@step
def highest_lane(register, scratch):
    """The largest number of a register."""
    store(scratch, 0, register)
    highest = scratch[0]
    for lane in range(1, LANES):
        highest = max(highest, scratch[lane])
    return highest


@step
def raise_row(scores, start, stride, highest):
    """Every score becomes exp(score - highest); returns their sum."""
    top = splat(highest)
    total = splat(float32(0))
    for v in range(0, stride, LANES):
        raised = exp_of_minus(sub(top, load(scores, start + v)))
        store(scores, start + v, raised)
        total = add(total, raised)
    return sum_lanes(total)


@step
def scale_row(scores, start, stride, factor):
    """Multiply a row."""
    times = splat(factor)
    for v in range(0, stride, LANES):
        store(scores, start + v, mul(load(scores, start + v), times))


@kernel
def softmax_errors(scores, stride, bias, targets, scale, losses, scratch):
    """Scores become scale * (prediction - target), and losses (B,) float64 the nats that each target cost.

    bias : (V,) is added to every row first.
    targets : (B,) int32 in [0, V), or negative for a row without one, which becomes its predictions.
    scratch : (LANES,) float32.
    """
    n_outcomes = bias.shape[0]
    for row in range(targets.shape[0]):
        start = row * stride
        target = targets[row]
        highest = highest_lane(add_bias(scores, start, stride, bias, n_outcomes), scratch)
        chosen = scores[start + target] if target >= 0 else highest
        total = raise_row(scores, start, stride, highest)
        losses[row] = math.log(float64(total)) + float64(highest) - float64(chosen)
        scale_row(scores, start, stride, scale / total)
        if target >= 0:
            scores[start + target] -= scale
