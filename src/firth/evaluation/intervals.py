"""How far a score could be off, by resampling what was asked (Efron 1979).

Questions made from the same word pair stand and fall together, so an interval that took them as
independent would be far too narrow. What is drawn with replacement are therefore whole groups of
questions.
"""

from collections.abc import Iterator
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Interval", "group_totals", "percentile_interval", "resample_weights", "resampled_ratio"]

# The ends of a 95 % interval then move by about 0.05 standard errors from seed to seed.
RESAMPLES = 2000
_WEIGHTS_AT_ONCE = 1 << 20


class Interval(NamedTuple):
    """A confidence interval: `low` to `high`, at `level` (0.95 is 95 %)."""

    low: float
    high: float
    level: float = 0.95

    def shown(self) -> str:
        """Both ends, to 3 decimals; nothing where there are none."""
        return "" if isnan(self.low) else f"{self.low:.3f} … {self.high:.3f}"


def percentile_interval(resampled: NDArray[np.float64], level: float = 0.95) -> Interval:
    """The middle `level` of resampled scores; NaN at both ends where there are none."""
    usable = resampled[np.isfinite(resampled)]
    if usable.size == 0:
        return Interval(float("nan"), float("nan"), level)
    low, high = np.quantile(usable, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level)


def resample_weights(groups: int, resamples: int = RESAMPLES, seed: int = 1) -> Iterator[NDArray[np.float64]]:
    """How often each group is in each draw of `groups` with replacement, as blocks of (R, groups).

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


def group_totals(labels: NDArray[np.int64], values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Sum of `values` (Q,) for each label 0…G-1 in `labels` (Q,)."""
    length = int(labels.max(initial=-1)) + 1
    return np.bincount(labels, weights=values, minlength=length).astype(np.float64)


def resampled_ratio(
    numerators: NDArray[np.float64],
    denominators: NDArray[np.float64],
    *,
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> NDArray[np.float64]:
    """Sum of numerators over sum of denominators, for `resamples` draws of their groups.

    Both are (G,), for instance correct answers and questions asked for each pair of words.
    """
    if len(numerators) == 0:
        return np.empty(0)
    blocks = resample_weights(len(numerators), resamples, seed)
    return np.concatenate([(weights @ numerators) / (weights @ denominators) for weights in blocks])
