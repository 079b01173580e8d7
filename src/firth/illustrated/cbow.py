"""Continuous bag of words with negative sampling, one position at a time (kernels/cpu/training/cbow.py)."""

from collections.abc import Sequence

from firth.illustrated.negative_sampling import Numbers
from firth.illustrated.questions import ask_mean, noise_questions

__all__ = ["cbow_step"]


def cbow_step(
    word_vectors: Numbers,
    context_vectors: Numbers,
    center: int,
    context: Sequence[int],
    negatives: Sequence[int],
    learning_rate: float,
    *,
    exact: bool,
) -> float:
    """Ask the mean of a window which word stands in its middle; returns the loss before the step, in nats.

    word_vectors and context_vectors (V, D) change in place. exact : see ask_mean.
    """
    questions = noise_questions(center, negatives)
    return ask_mean(word_vectors, context_vectors, context, questions, learning_rate, exact=exact)
