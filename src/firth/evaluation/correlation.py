"""Pearson's and Spearman's correlation, also for many weighted resamples of the same data at once.

A bootstrap sample is a weight for each observation: how often it was drawn. Ranks with ties then
follow from the running sum of weights in sorted order, so that 1,000 resamples cost one sort, not
1,000.

Shapes    n observations, R resamples.
"""

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["p_value", "pearson", "ranks", "spearman", "weighted_pearson", "weighted_spearman"]

Numbers = NDArray[np.float64]

_MOST_STEPS, _PRECISION, _TINY = 500, 1e-15, 1e-300  # of the continued fraction


def ranks(values: Numbers) -> Numbers:
    """Ranks 1…n of `values` (n,); equal values share the mean of their ranks.

    >>> ranks(np.array([10.0, 30.0, 20.0, 30.0])).tolist()
    [1.0, 3.5, 2.0, 3.5]
    """
    result: Numbers = _weighted_ranks(values, np.ones((1, len(values))))[0]
    return result


def pearson(first: Numbers, second: Numbers) -> float:
    """Pearson's correlation of two (n,) arrays, in [-1, 1]; NaN if either is constant or n < 2."""
    return float(weighted_pearson(first, second, np.ones((1, len(first))))[0])


def spearman(first: Numbers, second: Numbers) -> float:
    """Spearman's correlation of two (n,) arrays, in [-1, 1]; NaN if either is constant or n < 2."""
    return float(weighted_spearman(first, second, np.ones((1, len(first))))[0])


def p_value(correlation: float, n: int) -> float:
    """The probability that n pairs of unrelated numbers have a correlation at least as far from 0, on either side.

    That of Student's t with n - 2 degrees of freedom, exact for normally distributed numbers and Pearson's correlation;
    an approximation for Spearman's, as in SciPy. NaN for n < 3 or a correlation that is NaN.
    """
    if n < 3 or math.isnan(correlation):
        return math.nan
    return _incomplete_beta(max(0.0, 1.0 - correlation**2), (n - 2) / 2, 0.5)


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz & Stegun 26.5.8)."""
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):  # where the fraction of the other side converges fast
        return 1.0 - _incomplete_beta(1.0 - x, b, a)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    fraction = numerator = 1.0
    denominator = 0.0
    for step in range(_MOST_STEPS):
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        denominator = 1.0 / (1.0 + term * denominator or _TINY)
        numerator = 1.0 + term / numerator or _TINY
        fraction *= numerator * denominator
        if step and abs(numerator * denominator - 1.0) < _PRECISION:
            break
    return math.exp(logarithm) * (fraction - 1.0) / a


def weighted_pearson(first: Numbers, second: Numbers, weights: Numbers) -> Numbers:
    """Pearson's correlation (R,) of `first` and `second`, (n,) or (R, n), under weights (R, n)."""
    total = weights.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        first = first - (weights * first).sum(axis=1, keepdims=True) / total
        second = second - (weights * second).sum(axis=1, keepdims=True) / total
        shared = np.einsum("rn,rn,rn->r", weights, first, second)
        spread = np.einsum("rn,rn,rn->r", weights, first, first)
        spread *= np.einsum("rn,rn,rn->r", weights, second, second)
        result: Numbers = np.clip(shared / np.sqrt(spread), -1, 1)
    return result


def weighted_spearman(first: Numbers, second: Numbers, weights: Numbers) -> Numbers:
    """Spearman's correlation (R,) of `first` (n,) and `second` (n,) under weights (R, n)."""
    return weighted_pearson(_weighted_ranks(first, weights), _weighted_ranks(second, weights), weights)


def _weighted_ranks(values: Numbers, weights: Numbers) -> Numbers:
    """Ranks (R, n) of `values` (n,) if value i occurs weights[r, i] times; ties share a rank."""
    if len(values) == 0:
        return np.empty_like(weights)
    _, tie = np.unique(values, return_inverse=True)
    order = np.argsort(tie, kind="stable")
    starts = np.flatnonzero(np.diff(tie[order], prepend=-1))
    occurrences = np.add.reduceat(weights[:, order], starts, axis=1)
    last = np.cumsum(occurrences, axis=1)
    mean_rank: Numbers = last - (occurrences - 1) / 2
    return mean_rank[:, tie]
