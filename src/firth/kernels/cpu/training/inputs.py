"""Several input rows as one vector, and its gradient back to the rows: CBOW's mean or sum, the inputs of full softmax.

Shapes   n inputs (word vectors) of D floats; the hidden vector and the gradient are rows of workspace matrices.
Window   n, shares: how many inputs there are, and how much each weighs; None: all alike.
"""

from numpy import float32

from firth.kernels.compile import step
from firth.simd.lanes import LANES
from firth.simd.operations import splat
from firth.simd.rows import add_rows, fma_rows, load_rows, store_rows, zero_rows

__all__ = ["average_inputs", "gradient_share", "move_inputs"]

_ONE = (0,)
_FOUR = (0, LANES, 2 * LANES, 3 * LANES)  # registers of a row that are worked on together


@step
def _sum_columns(lanes, weights, inputs, n, shares, column):
    if shares is None:
        total = load_rows(weights.input, lanes, inputs[0] + column)
        for k in range(1, n):
            total = add_rows(total, load_rows(weights.input, lanes, inputs[k] + column))
        return total
    total = zero_rows(lanes)
    for k in range(n):
        total = fma_rows(splat(shares[k]), load_rows(weights.input, lanes, inputs[k] + column), total)
    return total


@step
def _average_columns(lanes, weights, inputs, n, into, column):
    hidden, gradient, at, shares, factor = into
    total = _sum_columns(lanes, weights, inputs, n, shares, column)
    store_rows(hidden, lanes, at + column, fma_rows(splat(factor), total, zero_rows(lanes)))
    store_rows(gradient, lanes, at + column, zero_rows(lanes))


@step
def _weight(n, shares):
    if shares is None:
        return float32(n)
    total = float32(0)
    for k in range(n):
        total += shares[k]
    return total


@step
def _factor(n, shares, mean):
    """What the sum of n inputs is multiplied by; without a mean there is one input."""
    if mean is None:
        return float32(1)
    return float32(1) if mean.is_sum else float32(1) / _weight(n, shares)


@step
def average_inputs(weights, inputs, window, into, mean):
    """Set hidden[at:] to the mean of the inputs, or their sum, and gradient[at:] to 0.

    into     hidden, gradient, at
    """
    n, shares = window
    hidden, gradient, at = into
    into = hidden, gradient, at, shares, _factor(n, shares, mean)
    whole = weights.columns - weights.columns % (4 * LANES)
    for column in range(0, whole, 4 * LANES):
        _average_columns(_FOUR, weights, inputs, n, into, column)
    for column in range(whole, weights.columns, LANES):
        _average_columns(_ONE, weights, inputs, n, into, column)


@step
def gradient_share(window, mean):
    """How much of the gradient each input gets; without a mean, the one input gets all of it."""
    if mean is None:
        return float32(1)
    n, shares = window
    if mean.is_sum:
        return float32(1) / _weight(n, shares)
    return float32(1) / float32(n) if mean.exact_gradient else float32(1)


@step
def _move_columns(lanes, weights, inputs, n, gradient_at, share):
    gradient, at, column = gradient_at
    change = fma_rows(splat(share), load_rows(gradient, lanes, at + column), zero_rows(lanes))
    for k in range(n):  # loaded again for each: a word may occur twice in a window
        row = inputs[k] + column
        store_rows(weights.input, lanes, row, add_rows(load_rows(weights.input, lanes, row), change))


@step
def move_inputs(weights, inputs, n, gradient, at, share):
    """Add the share of gradient[at:] to every input."""
    whole = weights.columns - weights.columns % (4 * LANES)
    for column in range(0, whole, 4 * LANES):
        _move_columns(_FOUR, weights, inputs, n, (gradient, at, column), share)
    for column in range(whole, weights.columns, LANES):
        _move_columns(_ONE, weights, inputs, n, (gradient, at, column), share)
