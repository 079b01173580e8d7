"""Is one model better than another? A paired test of two scores on the same test set.

Two models often fail on the same questions, so their difference is far more certain than either score. It is tested on
the items that both models cover, by drawing these with replacement (the paired bootstrap: Efron and Tibshirani 1993,
ch. 16; for language data Berg-Kirkpatrick, Burkett and Klein 2012).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError
from firth.evaluation.analogies import AnalogyScore
from firth.evaluation.categorisation import CategorisationScore
from firth.evaluation.correlation import spearman, weighted_spearman
from firth.evaluation.intervals import Interval, percentile_interval, resample_weights, resampled_mean
from firth.evaluation.odd_one_out import OddOneOutScore
from firth.evaluation.score import AccuracyScore, Score, format_number
from firth.evaluation.similarity import SimilarityScore
from firth.notebook import html_table

__all__ = [
    "COMPARISON_COLUMNS",
    "Comparison",
    "compare",
    "compare_analogies",
    "compare_categorisations",
    "compare_odd_one_out",
    "compare_similarities",
    "two_sided_p",
]

COMPARISON_COLUMNS = ("covered", "difference", "95 % interval", "p")


@dataclass(frozen=True)
class Comparison:
    """Two models on the items (questions, words or pairs) that both cover.

    Attributes
    ----------
    first, second : their scores on these items (accuracy, purity or Spearman's correlation); NaN if there are none.
    covered : the number of these items.
    interval : 95 % confidence interval of `first - second`.
    p_value : two-sided, in (0, 1]: the probability of a difference at least this far from zero if there were none.
    """

    first: float
    second: float
    covered: int
    interval: Interval
    p_value: float

    @property
    def difference(self) -> float:
        """`first - second`: positive where the first model is better."""
        return self.first - self.second

    def row(self) -> tuple[str, str, str, str]:
        """A row of COMPARISON_COLUMNS."""
        difference, p_value = format_number(self.difference, "+.3f"), format_number(self.p_value)
        return f"{self.covered:,}", difference, self.interval.formatted(), p_value

    def _repr_html_(self) -> str:
        columns = ["first", "second", *COMPARISON_COLUMNS]
        row = (format_number(self.first), format_number(self.second), *self.row())
        return html_table("Comparison", columns, [row], numbers=len(columns))


def compare(first: Score, second: Score, *, seed: int = 1) -> Comparison:
    """Compare two scores of one kind, by the function for this kind.

    Raises   SettingError if the scores are of different kinds or test sets.
    """
    if isinstance(first, AccuracyScore) and isinstance(second, AccuracyScore):
        return _compare_accuracies(first, second, seed)
    if isinstance(first, SimilarityScore) and isinstance(second, SimilarityScore):
        return compare_similarities(first, second, seed=seed)
    if isinstance(first, CategorisationScore) and isinstance(second, CategorisationScore):
        return compare_categorisations(first, second, seed=seed)
    names = f"{type(first).__name__} and {type(second).__name__}"
    raise SettingError(f"{names} cannot be compared: evaluate both models on the same test set")


def compare_analogies(first: AnalogyScore, second: AnalogyScore, *, seed: int = 1) -> Comparison:
    """Compare the accuracies of two models on the same analogy questions.

    Questions that begin with the same pair of words are right or wrong together, so pairs are resampled.

    Parameters
    ----------
    seed : of the 2,000 resamples.

    Raises
    ------
    SettingError
        if the two scores are of different questions.
    """
    return _compare_accuracies(first, second, seed)


def compare_odd_one_out(first: OddOneOutScore, second: OddOneOutScore, *, seed: int = 1) -> Comparison:
    """Compare the accuracies of two models on the same odd-one-out questions; questions are resampled.

    Parameters
    ----------
    seed : of the 2,000 resamples.

    Raises
    ------
    SettingError
        if the two scores are of different questions.
    """
    return _compare_accuracies(first, second, seed)


def compare_categorisations(first: CategorisationScore, second: CategorisationScore, *, seed: int = 1) -> Comparison:
    """Compare the purities of two models over the words that both know.

    Words are resampled; each model's clusters stay as they are.

    Parameters
    ----------
    seed : of the 2,000 resamples.

    Raises
    ------
    SettingError
        if the two scores are of different categories.
    """
    rows = {word: row for row, word in enumerate(second.words)}
    ours = np.array([row for row, word in enumerate(first.words) if word in rows], np.int64)
    theirs = np.array([rows[word] for word in first.words if word in rows], np.int64)
    same = np.array_equal(first.categories[ours], second.categories[theirs])
    if first.total != second.total or not same:
        raise SettingError("the two scores are of different categories: evaluate both models on the same ones")
    hits, others = first.in_majority[ours].astype(np.float64), second.in_majority[theirs].astype(np.float64)
    return _compare_hits(hits, others, np.arange(len(hits)), seed)


def compare_similarities(first: SimilarityScore, second: SimilarityScore, *, seed: int = 1) -> Comparison:
    """Compare the Spearman correlations of two models on the same pairs of words; pairs are resampled.

    Parameters
    ----------
    seed : of the 2,000 resamples.

    Raises
    ------
    SettingError
        if the two scores are of different pairs.
    """
    if list(first.pairs) != list(second.pairs):
        raise SettingError("the two scores are of different pairs of words: evaluate both models on the same ones")
    both = first.is_covered & second.is_covered
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
    return _comparison(spearman(human, cosines), spearman(human, others), count, differences)


def _compare_accuracies(first: AccuracyScore, second: AccuracyScore, seed: int) -> Comparison:
    if list(first.questions) != list(second.questions):
        raise SettingError("the two scores are of different questions: evaluate both models on the same ones")
    both = first.is_covered & second.is_covered
    hits, others = first.right[both].astype(np.float64), second.right[both].astype(np.float64)
    return _compare_hits(hits, others, first.groups[both], seed)


def _compare_hits(
    first: NDArray[np.float64], second: NDArray[np.float64], groups: NDArray[np.int64], seed: int
) -> Comparison:
    """Compare the shares of hits (n,), 1 or 0, of two models; groups (n,) of items are resampled together."""
    if not len(groups):
        return _nothing_in_common()
    differences = resampled_mean(first - second, groups, seed=seed)
    return _comparison(float(first.mean()), float(second.mean()), len(groups), differences)


def _comparison(first: float, second: float, covered: int, differences: NDArray[np.float64]) -> Comparison:
    return Comparison(first, second, covered, percentile_interval(differences), two_sided_p(differences))


def two_sided_p(differences: NDArray[np.float64]) -> float:
    """Twice the share of resampled differences (R,) on the far side of zero, with the data counted as one more."""
    usable = differences[np.isfinite(differences)]
    tail = min((usable <= 0).sum(), (usable >= 0).sum())
    return float(min(1.0, 2 * (tail + 1) / (len(usable) + 1)))


def _nothing_in_common(count: int = 0) -> Comparison:
    nan = float("nan")
    return Comparison(nan, nan, count, Interval(nan, nan), nan)
