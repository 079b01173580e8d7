"""Continuous bag of words with negative sampling, one position at a time. Compiled: kernels/cpu/training/cbow.py."""

from collections.abc import Sequence

from firth.illustrated.negative_sampling import Numbers
from firth.illustrated.targets import noise_targets, train_mean

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
    """The mean of a window predicts the word in its middle; returns the loss before the step, in nats.

    word_vectors and context_vectors (V, D) change in place. exact : see train_mean.
    """
    targets = noise_targets(center, negatives)
    return train_mean(word_vectors, context_vectors, context, targets, learning_rate, exact=exact)
