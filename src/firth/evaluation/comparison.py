"""Is one model better than another? A paired test on the same questions.

Two models often fail on the same questions, so their difference is far more certain than either
score. It is judged on the questions that both could be asked, by drawing those with replacement
(the paired bootstrap: Efron and Tibshirani 1993, ch. 16; for language data Berg-Kirkpatrick,
Burkett and Klein 2012).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError
from firth.evaluation.analogies import AnalogyScore
from firth.evaluation.correlation import spearman, weighted_spearman
from firth.evaluation.intervals import (
    Interval,
    group_totals,
    percentile_interval,
    resample_weights,
    resampled_ratio,
)
from firth.evaluation.similarity import SimilarityScore
from firth.notebook import html_table

__all__ = ["COMPARISON_COLUMNS", "Comparison", "compare_analogies", "compare_similarities"]

COMPARISON_COLUMNS = ("asked", "difference", "95 % interval", "p")


@dataclass(frozen=True)
class Comparison:
    """Two models on the questions that both could be asked.

    Attributes
    ----------
    first, second : their scores on these questions (accuracy or Spearman's correlation).
    asked : how many questions these are.
    interval : 95 % confidence interval of `first - second`.
    p_value : chance of a difference at least this far from zero, were there none; two-sided.
    """

    first: float
    second: float
    asked: int
    interval: Interval
    p_value: float

    @property
    def difference(self) -> float:
        """`first - second`: positive where the first model is better."""
        return self.first - self.second

    def row(self) -> tuple[str, str, str, str]:
        """A row of COMPARISON_COLUMNS."""
        return f"{self.asked:,}", f"{self.difference:+.3f}", self.interval.shown(), f"{self.p_value:.3f}"

    def _repr_html_(self) -> str:
        columns = ["first", "second", *COMPARISON_COLUMNS]
        row = (f"{self.first:.3f}", f"{self.second:.3f}", *self.row())
        return html_table("Comparison", columns, [row], numbers=len(columns))


def compare_analogies(first: AnalogyScore, second: AnalogyScore, *, seed: int = 1) -> Comparison:
    """Compare the accuracies of two models on the same analogy questions.

    What is drawn are the pairs that questions start from: their questions stand and fall together.

    Raises
    ------
    SettingError
        if the two were not asked the same questions.
    """
    if list(first.questions) != list(second.questions):
        raise SettingError("the two models were not asked the same questions")
    both = first.was_asked & second.was_asked
    count = int(both.sum())
    if not count:
        return _nothing_in_common()
    gain = first.right.astype(np.float64) - second.right
    asked = group_totals(first.pair_labels, both.astype(np.float64))
    gains = group_totals(first.pair_labels, gain * both)
    used = asked > 0
    differences = resampled_ratio(gains[used], asked[used], seed=seed)
    return Comparison(
        float(first.right[both].mean()),
        float(second.right[both].mean()),
        count,
        percentile_interval(differences),
        _p_value(differences),
    )


def compare_similarities(first: SimilarityScore, second: SimilarityScore, *, seed: int = 1) -> Comparison:
    """Compare the Spearman correlations of two models on the same pairs of words.

    Raises
    ------
    SettingError
        if the two were not asked the same pairs.
    """
    if list(first.pairs) != list(second.pairs):
        raise SettingError("the two models were not asked the same pairs of words")
    both = first.was_asked & second.was_asked
    count = int(both.sum())
    if count < 2:
        return _nothing_in_common(count)
    human, cosines, others = first.judgements[both], first.cosines[both], second.cosines[both]
    differences = np.concatenate(
        [
            weighted_spearman(human, cosines, weights) - weighted_spearman(human, others, weights)
            for weights in resample_weights(count, seed=seed)
        ]
    )
    return Comparison(
        spearman(human, cosines),
        spearman(human, others),
        count,
        percentile_interval(differences),
        _p_value(differences),
    )


def _p_value(differences: NDArray[np.float64]) -> float:
    """Twice the share of resamples on the far side of zero, counting the data as one more."""
    usable = differences[np.isfinite(differences)]
    tail = min((usable <= 0).sum(), (usable >= 0).sum())
    return float(min(1.0, 2 * (tail + 1) / (len(usable) + 1)))


def _nothing_in_common(count: int = 0) -> Comparison:
    nan = float("nan")
    return Comparison(nan, nan, count, Interval(nan, nan), 1.0)
