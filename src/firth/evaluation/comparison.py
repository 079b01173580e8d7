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
from firth.evaluation.answered import AnsweredQuestions
from firth.evaluation.categorisation import CategorisationScore
from firth.evaluation.correlation import spearman, weighted_spearman
from firth.evaluation.intervals import (
    Interval,
    group_totals,
    percentile_interval,
    resample_weights,
    resampled_ratio,
)
from firth.evaluation.odd_one_out import OddOneOutScore
from firth.evaluation.shown import shown_number
from firth.evaluation.similarity import SimilarityScore
from firth.notebook import html_table

__all__ = [
    "COMPARISON_COLUMNS",
    "Comparison",
    "compare_analogies",
    "compare_categorisations",
    "compare_odd_one_out",
    "compare_similarities",
]

COMPARISON_COLUMNS = ("asked", "difference", "95 % interval", "p")


@dataclass(frozen=True)
class Comparison:
    """Two models on the questions that both could be asked.

    Attributes
    ----------
    first, second : their scores on these questions (accuracy, purity or Spearman's correlation); NaN if there are none.
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
        difference, p_value = shown_number(self.difference, "+.3f"), shown_number(self.p_value)
        return f"{self.asked:,}", difference, self.interval.shown(), p_value

    def _repr_html_(self) -> str:
        columns = ["first", "second", *COMPARISON_COLUMNS]
        row = (shown_number(self.first), shown_number(self.second), *self.row())
        return html_table("Comparison", columns, [row], numbers=len(columns))


def compare_analogies(first: AnalogyScore, second: AnalogyScore, *, seed: int = 1) -> Comparison:
    """Compare the accuracies of two models on the same analogy questions.

    What is drawn are the pairs that questions start from: their questions stand and fall together.

    Raises
    ------
    SettingError
        if the two were not asked the same questions.
    """
    return _compare_answers(first, second, first.pair_labels, seed)


def compare_odd_one_out(first: OddOneOutScore, second: OddOneOutScore, *, seed: int = 1) -> Comparison:
    """Compare the accuracies of two models that were asked which word does not belong.

    Raises
    ------
    SettingError
        if the two were not asked the same questions.
    """
    return _compare_answers(first, second, np.arange(first.total), seed)


def compare_categorisations(first: CategorisationScore, second: CategorisationScore, *, seed: int = 1) -> Comparison:
    """Compare the purities of two models over the words that both know.

    Each model's clusters stay as they are; what is drawn are words.

    Raises
    ------
    SettingError
        if the categories of the two were not the same.
    """
    rows = {word: row for row, word in enumerate(second.words)}
    ours = np.array([row for row, word in enumerate(first.words) if word in rows], np.int64)
    theirs = np.array([rows[word] for word in first.words if word in rows], np.int64)
    same = np.array_equal(first.categories[ours], second.categories[theirs])
    if first.total != second.total or not same:
        raise SettingError("the two models were not given the same categories")
    hits, others = first.in_majority[ours].astype(np.float64), second.in_majority[theirs].astype(np.float64)
    return _compare_hits(hits, others, np.arange(len(hits)), seed)


def _compare_answers(
    first: AnsweredQuestions, second: AnsweredQuestions, groups: NDArray[np.int64], seed: int
) -> Comparison:
    """Accuracies on the questions asked of both; questions of one group stand and fall together."""
    if list(first.questions) != list(second.questions):
        raise SettingError("the two models were not asked the same questions")
    both = first.was_asked & second.was_asked
    hits, others = first.right[both].astype(np.float64), second.right[both].astype(np.float64)
    return _compare_hits(hits, others, groups[both], seed)


def _compare_hits(
    first: NDArray[np.float64], second: NDArray[np.float64], groups: NDArray[np.int64], seed: int
) -> Comparison:
    """Shares of hits (n,), 1 or 0, of two models."""
    if not len(groups):
        return _nothing_in_common()
    asked = group_totals(groups, np.ones(len(groups)))
    gains = group_totals(groups, first - second)
    differences = resampled_ratio(gains[asked > 0], asked[asked > 0], seed=seed)
    return Comparison(
        float(first.mean()),
        float(second.mean()),
        len(groups),
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
    return Comparison(nan, nan, count, Interval(nan, nan), nan)
