"""What all scores have in common: coverage, accuracy, and how they are shown in text and notebooks.

`Score` is the base of every score, `AccuracyScore` of those that count right answers (analogies, odd one out).
An item of a test set (a question, a pair of words, a word of a category) is covered if all its words are among those
considered; items that are not covered are left out of the score and lower the coverage.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import quoted, warn
from firth.evaluation.intervals import Interval, percentile_interval, resampled_mean
from firth.notebook import html_table

__all__ = ["SCORE_COLUMNS", "AccuracyScore", "Score", "format_number", "ratio", "warn_if_uncovered"]

SCORE_COLUMNS = ("measure", "score", "95 % interval", "covered")


def format_number(value: float, form: str = ".3f") -> str:
    """A number to 3 decimals; an empty string for NaN."""
    return "" if isnan(value) else format(value, form)


def ratio(part: int, whole: int) -> float:
    """`part / whole`; NaN if `whole` is 0."""
    return part / whole if whole else nan


class Score(ABC):
    """The result of one model on one test set."""

    @property
    @abstractmethod
    def total(self) -> int:
        """Items in the test set: questions, pairs or words."""

    @property
    @abstractmethod
    def covered(self) -> int:
        """Items of which the model knows all words."""

    @abstractmethod
    def measures(self) -> dict[str, float]:
        """Each measure by its name, the most important one first."""

    @abstractmethod
    def interval(self, level: float = 0.95, seed: int = 1) -> Interval:
        """Bootstrap confidence interval of the first measure.

        Parameters
        ----------
        level : confidence, in (0, 1).
        seed : of the 2,000 resamples.
        """

    @property
    def coverage(self) -> float:
        """`covered / total`, in [0, 1]; NaN for an empty test set."""
        return ratio(self.covered, self.total)

    def record(self) -> dict[str, float]:
        """The score as numbers by name, a row of a data frame: measures, ends of the 95 % interval, and coverage."""
        interval = self.interval()
        return {
            **{name.lower(): value for name, value in self.measures().items()},
            "low": interval.low,
            "high": interval.high,
            "covered": self.covered,
            "total": self.total,
            "coverage": self.coverage,
        }

    def rows(self) -> list[tuple[str, ...]]:
        """A row for each measure: its name and value; the first row also has the interval and the coverage."""
        first_only = (self.interval().formatted(), f"{self.covered:,} of {self.total:,}")
        measures = enumerate(self.measures().items())
        return [(name, format_number(value), *(("", "") if i else first_only)) for i, (name, value) in measures]

    def __repr__(self) -> str:
        measures = ", ".join(f"{name} {value:.3f}" for name, value in self.measures().items())
        return f"{type(self).__name__}({measures}, {self.covered:,} of {self.total:,} covered)"

    def _repr_html_(self) -> str:
        return html_table(type(self).__name__, SCORE_COLUMNS, self.rows(), numbers=3)


@dataclass(frozen=True, repr=False)
class AccuracyScore(Score):
    """The answers of one model to Q questions.

    Attributes
    ----------
    questions : (Q,) the questions.
    answers : (Q,) the model's answer, or None where the question is not covered.
    right : (Q,) whether the answer is the expected word.
    """

    questions: Sequence[Any]
    answers: Sequence[str | None]
    right: NDArray[np.bool_]

    @cached_property
    def is_covered(self) -> NDArray[np.bool_]:
        """(Q,) whether all words of the question are among those considered."""
        return np.array([answer is not None for answer in self.answers], bool)

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """(Q,) a label for each question; questions of one label are resampled together."""
        return np.arange(self.total)

    @property
    def total(self) -> int:
        """Questions in the test set, Q."""
        return len(self.questions)

    @property
    def covered(self) -> int:
        """Questions whose words are all known."""
        return int(self.is_covered.sum())

    @property
    def correct(self) -> int:
        """Number of right answers."""
        return int(self.right.sum())

    @property
    def accuracy(self) -> float:
        """`correct / covered`, in [0, 1]; NaN if no question is covered."""
        return ratio(self.correct, self.covered)

    def measures(self) -> dict[str, float]:
        """The accuracy."""
        return {"accuracy": self.accuracy}

    def interval(self, level: float = 0.95, seed: int = 1) -> Interval:
        """Bootstrap confidence interval of the accuracy; `groups` of questions are resampled.

        Parameters
        ----------
        level : confidence, in (0, 1).
        seed : of the 2,000 resamples.
        """
        hits = self.right[self.is_covered].astype(np.float64)
        return percentile_interval(resampled_mean(hits, self.groups[self.is_covered], seed=seed), level)


def warn_if_uncovered(score: Score, items: str, words: Iterable[str]) -> None:
    """Issue a FirthWarning where the model covers nothing of a test set, so that the score says nothing.

    items : what the test set consists of, in the plural.
    words : words of the test set, of which the first few are examples.
    """
    if score.total and not score.covered:
        examples = ", ".join(map(quoted, islice(words, 3)))
        warn(
            f"none of the {score.total:,} {items} is covered, so there is no score: "
            f"they have words that the model does not know. The test set begins with {examples}"
        )
