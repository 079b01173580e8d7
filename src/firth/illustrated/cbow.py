"""Continuous bag of words with negative sampling, one position at a time: the slow twin of kernels/cpu/cbow.py."""

from collections.abc import Sequence

import numpy as np

from firth.illustrated.negative_sampling import Numbers, errors_of, loss_of

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

    exact : the mean of n words passes 1 / n of its gradient to each (Irsoy et al. 2020, arXiv:2012.15332);
        word2vec.c passes all of it. word_vectors and context_vectors (V, D) change in place.
    """
    targets = [center, *negatives]
    labels = np.array([1.0] + [0.0] * len(negatives))
    hidden = word_vectors[list(context)].mean(axis=0)
    outputs = context_vectors[targets].copy()
    dots = outputs @ hidden
    steps = learning_rate * errors_of(dots, labels)
    context_vectors[targets] += np.outer(steps, hidden)
    change = steps @ outputs / (len(context) if exact else 1)
    for word in context:  # one after another: a word may stand in the window twice
        word_vectors[word] += change
    return loss_of(dots, labels)
