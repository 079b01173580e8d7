"""The logarithm of 1 + x, LANES numbers at a time: what makes a sum of counts a feature.

Sources    the polynomial: Moshier, Cephes library, logf.c (Netlib, 1989); what rounding 1 + x loses: Goldberg 1991,
           "What every computer scientist should know about floating-point arithmetic", theorem 4.
Reference  numpy.log1p
"""

from numpy import float32

from firth.kernels.compile import step
from firth.kernels.cpu.training.activation import polynomial
from firth.simd.operations import add, choose, exponent_of, fma, fraction_of, mul, splat, sub

__all__ = ["log1p"]

_ROOT = float32(1.41421356)
_LOG = (3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1)
_LOG += (1.4249322787e-1, -1.2420140846e-1, 1.1676998740e-1, -1.1514610310e-1, 7.0376836292e-2)
_LOG = tuple(float32(c) for c in _LOG)  # (log(1 + f) - f + f² / 2) / f³ for 1 + f from root 1/2 to root 2
_LOG2_HIGH, _LOG2_LOW = float32(0.693359375), float32(-2.12194440e-4)  # their sum is log 2; the first has few bits


@step
def log1p(x):
    """log(1 + x) for 0 <= x < 1e30, to a relative error of 3e-7."""
    one, half = splat(float32(1)), splat(float32(0.5))
    total = add(one, x)
    exponent, fraction = exponent_of(total), fraction_of(total)
    excess = sub(splat(_ROOT), fraction)
    exponent = choose(excess, add(exponent, one), exponent)
    f = sub(choose(excess, mul(fraction, half), fraction), one)
    square = mul(f, f)
    tail = mul(mul(polynomial(f, _LOG), f), square)
    tail = fma(exponent, splat(_LOG2_LOW), sub(tail, mul(square, half)))
    # What rounding 1 + x lost, where that is much of the logarithm; over the total, which changes it by less still.
    lost = choose(sub(total, splat(float32(1.5))), sub(x, sub(total, one)), splat(float32(0)))
    return add(fma(exponent, splat(_LOG2_HIGH), f), add(tail, lost))
