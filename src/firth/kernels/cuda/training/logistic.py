"""From dot products to errors and losses: exact, as on the processor (kernels/cpu/training/logistic.py)."""

import math

from numpy import float32

from firth.kernels.cuda.compile import device

__all__ = ["error_and_loss"]


@device
def error_and_loss(dot, is_center, rate):
    """Learning rate x (label - sigmoid(dot)), and -log sigmoid(dot) or -log sigmoid(-dot); `is_center` is the label.

    With sigmoid(-dot) for 1 - sigmoid(dot), small errors stay exact.
    """
    z = -dot if is_center else dot
    small = float32(math.exp(-abs(z)))
    large_side = float32(1) / (float32(1) + small)
    sigmoid = large_side if z >= float32(0) else small * large_side
    return (rate if is_center else -rate) * sigmoid, max(z, float32(0)) + float32(math.log1p(small))
