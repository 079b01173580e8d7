"""What all tests made of questions share: how many could be asked, and how many were answered rightly."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.evaluation.shown import ShownScore, share_of

__all__ = ["AnsweredQuestions"]


@dataclass(frozen=True, repr=False)
class AnsweredQuestions(ShownScore):
    """The answers of one model to Q questions.

    Attributes
    ----------
    questions : the Q questions.
    answers : (Q,) the model's answer, or None where a word of the question is not among those considered.
    right : (Q,) whether the answer is the expected word.
    """

    questions: Sequence[Any]
    answers: Sequence[str | None]
    right: NDArray[np.bool_]

    @cached_property
    def was_asked(self) -> NDArray[np.bool_]:
        """(Q,) whether all words of the question are among those considered."""
        return np.array([answer is not None for answer in self.answers], bool)

    @property
    def total(self) -> int:
        """Questions in the test set, Q."""
        return len(self.questions)

    @property
    def asked(self) -> int:
        """Questions whose words are all known."""
        return int(self.was_asked.sum())

    @property
    def correct(self) -> int:
        """Right answers."""
        return int(self.right.sum())

    @property
    def accuracy(self) -> float:
        """Right answers among the questions asked, in [0, 1]; NaN if none could be asked."""
        return share_of(self.correct, self.asked)

    def measures(self) -> dict[str, float]:
        """The accuracy."""
        return {"accuracy": self.accuracy}
