"""Bootstrap confidence intervals (Efron 1979): resample the items of a test set, and see how far the score moves.

Questions made from the same pair of words are right or wrong together, so an interval that took them as independent
would be far too narrow. Whole groups of such questions are therefore drawn with replacement.

Shapes  Q items, G groups of them, R resamples.
"""

from collections.abc import Iterator
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.interruption import blas

__all__ = ["Interval", "percentile_interval", "resample_weights", "resampled_mean"]

# The ends of a 95 % interval then move by about 0.05 standard errors from seed to seed.
RESAMPLES = 2000
_WEIGHTS_AT_ONCE = 1 << 20


class Interval(NamedTuple):
    """A confidence interval from `low` to `high`; both are NaN where there is nothing to resample.

    level : the confidence, in (0, 1); 0.95 is 95 %.
    """

    low: float
    high: float
    level: float = 0.95

    def formatted(self) -> str:
        """Both ends to 3 decimals; an empty string for NaN."""
        return "" if isnan(self.low) else f"{self.low:.3f} … {self.high:.3f}"


def percentile_interval(resampled: NDArray[np.float64], level: float = 0.95) -> Interval:
    """The middle `level` of resampled scores (R,); NaN at both ends if none is finite."""
    usable = resampled[np.isfinite(resampled)]
    if usable.size == 0:
        return Interval(float("nan"), float("nan"), level)
    low, high = np.quantile(usable, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level)


def resample_weights(groups: int, resamples: int = RESAMPLES, seed: int = 1) -> Iterator[NDArray[np.float64]]:
    """How often each group occurs in each draw of `groups` with replacement, as blocks of (R, groups).

    The R of all blocks add up to `resamples`; a block holds at most 8 MB.
    """
    random = np.random.default_rng(seed)
    step = max(1, _WEIGHTS_AT_ONCE // groups)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        draws = random.integers(0, groups, (rows, groups))
        draws += np.arange(rows)[:, None] * groups
        counts = np.bincount(draws.ravel(), minlength=rows * groups)
        yield counts.reshape(rows, groups).astype(np.float64)


def resampled_mean(
    values: NDArray[np.float64], labels: NDArray[np.int64], *, resamples: int = RESAMPLES, seed: int = 1
) -> NDArray[np.float64]:
    """The mean of `values` (Q,) in each of R draws of their groups with replacement; (0,) without values.

    labels : (Q,) the group of each value, at least 0; labels that do not occur count for nothing.
    """
    if len(values) == 0:
        return np.empty(0)
    sizes = np.bincount(labels).astype(np.float64)
    sums = np.bincount(labels, weights=values)
    used = sizes > 0
    sizes, sums = sizes[used], sums[used]
    blocks = resample_weights(len(sizes), resamples, seed)
    with blas:
        return np.concatenate([(weights @ sums) / (weights @ sizes) for weights in blocks])
