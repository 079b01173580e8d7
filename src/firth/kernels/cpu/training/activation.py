"""The logistic function and its loss, LANES numbers at a time, without tables and without limits.

word2vec.c looks the sigmoid up in 1,000 steps and treats everything beyond +-6 as certain; gensim leaves such pairs
out. Here both are good to float32 rounding everywhere, so that the loss is the true one.

Reference   firth.illustrated.negative_sampling
"""

from numpy import float32

from firth.kernels.compile import step
from firth.simd.operations import absolute, add, choose, div, fma, maximum, mul, nearest, power_of_two, splat, sub

__all__ = ["exp_of_minus", "polynomial", "sigmoid_and_softplus"]

_LOG2_E = float32(1.4426950408889634)
_LOWEST = float32(-126.0)  # 2 ** -126 is the smallest normal float32
# Minimax polynomials, lowest power first, fitted by iteratively reweighted least squares (Lawson 1961).
# 2 ** f on [-0.5, 0.5], relative error 8e-8; log(1 + t) / t on [0, 1], error of the logarithm 2e-7.
_EXP2 = tuple(float32(c) for c in (1.00000007, 0.69314697, 0.2402212, 0.05550713, 0.00967554, 0.00132765))
_LOG1P = tuple(
    float32(c) for c in (0.99998114, -0.49947178, 0.3282422, -0.22589799, 0.13467449, -0.05514516, 0.0107645)
)


@step
def polynomial(x, coefficients):
    """Horner's rule; the loop is unrolled because the length of a tuple is part of its type."""
    total = splat(coefficients[-1])
    for i in range(len(coefficients) - 2, -1, -1):
        total = fma(total, x, splat(coefficients[i]))
    return total


@step
def exp_of_minus(x):
    """exp(-x) for x >= 0, to a relative error of 2e-7 + 8e-8 x; 1e-38 where the true value is smaller still."""
    exponent = maximum(mul(x, splat(-_LOG2_E)), splat(_LOWEST))
    whole = nearest(exponent)
    return power_of_two(polynomial(sub(exponent, whole), _EXP2), whole)


@step
def sigmoid_and_softplus(x):
    """sigmoid(x) = 1 / (1 + exp(-x)) and softplus(x) = log(1 + exp(x)) = -log sigmoid(-x)."""
    one = splat(float32(1))
    small = exp_of_minus(absolute(x))
    large_side = div(one, add(one, small))
    sigmoid = choose(x, mul(small, large_side), large_side)
    softplus = fma(small, polynomial(small, _LOG1P), maximum(x, splat(float32(0))))
    return sigmoid, softplus
