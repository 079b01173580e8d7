"""From dot products to errors and losses: exact, as on the processor (kernels/cpu/training/logistic.py)."""

import math

from numpy import float32

from firth.kernels.cuda.compile import device

__all__ = ["error_and_loss", "weighted_error_and_loss"]


@device
def _sigmoid_and_softplus(z):
    """sigmoid(z) = 1 / (1 + exp(-z)) and softplus(z) = log(1 + exp(z))."""
    small = float32(math.exp(-abs(z)))
    large_side = float32(1) / (float32(1) + small)
    sigmoid = large_side if z >= float32(0) else small * large_side
    return sigmoid, max(z, float32(0)) + float32(math.log1p(small))


@device
def error_and_loss(dot, label, rate):
    """Learning rate x (label - sigmoid(dot)), and -log sigmoid(dot) or -log sigmoid(-dot), for a label of 0 or 1.

    With sigmoid(-dot) for 1 - sigmoid(dot), small errors stay exact.
    """
    sigmoid, softplus = _sigmoid_and_softplus(-dot if label else dot)
    return (rate if label else -rate) * sigmoid, softplus


@device
def weighted_error_and_loss(z, label, weight, rate):
    """Learning rate x (label - weight x sigmoid(z)), and weight x softplus(z) - label x z, of log-odds z."""
    sigmoid, softplus = _sigmoid_and_softplus(z)
    return rate * (label - weight * sigmoid), weight * softplus - label * z
