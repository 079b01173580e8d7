"""From dot products to errors and losses: what all objectives but full softmax share.

Each target is a logistic regression: is it the center (label 1) or noise (label 0), does the path take this branch?

    error = learning rate * (label - weight * sigmoid(z))        z = dot product - shift
    loss  = weight * softplus(z) - label * z

Reference   firth.illustrated.targets
"""

from numpy import float32

from firth.kernels.compile import step
from firth.kernels.cpu.training.activation import sigmoid_and_softplus
from firth.simd.lanes import LANES
from firth.simd.operations import absolute, fma, load, mul, splat, store, sub
from firth.simd.rows import BLOCK_ROWS, load_eights

__all__ = ["PAIR", "errors_from_dots"]

PAIR = 2 * BLOCK_ROWS  # dot products of two inputs with a block


@step
def _symmetric_errors(dots, at, label, weight, rate, loss):
    """Without shifts, and with weights of 0 and 1: sigmoid(-z) for 1 - sigmoid(z), which keeps small errors exact.

    With the sign -1 for label 1, 1 for label 0 and 0 for padding, error = -sign * sigmoid(sign * dot).
    """
    sign = fma(splat(float32(-2)), label, weight)
    sigmoid, softplus = sigmoid_and_softplus(mul(sign, load(dots, at)))
    store(dots, at, mul(mul(sign, splat(-rate)), sigmoid))
    return fma(absolute(sign), softplus, loss)


@step
def _shifted_errors(dots, at, labels_and_weights, shift, rate, loss):
    label, weight = labels_and_weights
    z = sub(load(dots, at), shift)  # log-odds of label 1
    sigmoid, softplus = sigmoid_and_softplus(z)
    store(dots, at, mul(splat(rate), sub(label, mul(weight, sigmoid))))
    return sub(fma(weight, softplus, loss), mul(label, z))


@step
def errors_from_dots(workspace, at, n, eights, rate, loss):
    """Replace n dot products at steps[at:] by learning rate x error; returns loss + their losses.

    eights   where in labels, weights and shifts those of the first and of the second eight dot products are
    """
    return _errors(workspace.steps, at, n, workspace.targets, eights, (rate, loss), workspace.targets.shifts)


@step
def _errors(dots, at, n, targets, eights, rate_and_loss, shifts):
    rate, loss = rate_and_loss
    first, second = eights
    for part in range(0, n, LANES):
        label = load_eights(targets.labels, first, second, part)
        weight = load_eights(targets.weights, first, second, part)
        if shifts is None:
            loss = _symmetric_errors(dots, at + part, label, weight, rate, loss)
        else:
            shift = load_eights(shifts, first, second, part)
            loss = _shifted_errors(dots, at + part, (label, weight), shift, rate, loss)
    return loss
