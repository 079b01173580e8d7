"""Yes-or-no questions about a prediction: what all objectives but full softmax come down to.

Each question is about one row of the output matrix, its target: "is this word there?", "does the path go on this way?".
A question may be asked several times, and be answered with yes some of the times.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from firth.illustrated.negative_sampling import Numbers, sigmoid

__all__ = ["Questions", "ask_each", "ask_mean", "noise_questions"]


class Questions(NamedTuple):
    """N questions about one prediction."""

    targets: list[int]  # (n,) rows of the output matrix, all different
    asked: Numbers  # (n,) how often each is asked
    yes: Numbers  # (n,) how often the answer is yes
    shifts: Numbers  # (n,) what is subtracted from the dot product to give the log-odds of a yes

    def errors(self, dot_products: Numbers) -> Numbers:
        """Answers - predictions, of dot products (..., n)."""
        return np.asarray(self.yes - self.asked * sigmoid(dot_products - self.shifts))

    def loss(self, dot_products: Numbers) -> float:
        """The negative log-likelihood of the answers, in nats."""
        log_odds = dot_products - self.shifts
        return float((self.asked * np.logaddexp(0, log_odds) - self.yes * log_odds).sum())


def noise_questions(center: int, negatives: Sequence[int]) -> Questions:
    """Negative sampling: is this word the center? Once for it, and once for each noise word."""
    n = 1 + len(negatives)
    return Questions([center, *negatives], np.ones(n), np.eye(1, n)[0], np.zeros(n))


def ask_each(
    word_vectors: Numbers,
    output_vectors: Numbers,
    context: Sequence[int],
    questions: Questions,
    learning_rate: float,
    targets_at_once: int | None = None,
) -> float:
    """Skip-gram: ask each word of a window; returns the loss before the step, in nats.

    All questions are asked first; then everything moves. word_vectors (V, D) and output_vectors change in place.
    targets_at_once : the kernel moves so many targets together, and later ones meet word vectors that have moved;
        None moves all at once.
    """
    targets = np.array(questions.targets, np.intp)
    dots = word_vectors[context] @ output_vectors[targets].T
    steps = learning_rate * questions.errors(dots)
    size = targets_at_once or max(len(targets), 1)
    for begin in range(0, len(targets), size):
        block = targets[begin : begin + size]
        before = output_vectors[block].copy()
        for word, step in zip(context, steps[:, begin : begin + size], strict=True):
            output_vectors[block] += np.outer(step, word_vectors[word])
            word_vectors[word] += step @ before
    return questions.loss(dots)


def ask_mean(
    word_vectors: Numbers,
    output_vectors: Numbers,
    context: Sequence[int],
    questions: Questions,
    learning_rate: float,
    *,
    exact: bool,
) -> float:
    """CBOW: ask the mean of a window; returns the loss before the step, in nats.

    exact : the mean of n words passes 1 / n of its gradient to each (Irsoy et al. 2020, arXiv:2012.15332);
        word2vec.c passes all of it. word_vectors (V, D) and output_vectors change in place.
    """
    hidden = word_vectors[list(context)].mean(axis=0)
    outputs = output_vectors[questions.targets].copy()
    dots = outputs @ hidden
    steps = learning_rate * questions.errors(dots)
    output_vectors[questions.targets] += np.outer(steps, hidden)
    change = steps @ outputs / (len(context) if exact else 1)
    for word in context:  # one after another: a word may stand in the window twice
        word_vectors[word] += change
    return questions.loss(dots)
