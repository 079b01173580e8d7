"""Skip-gram with negative sampling, one position at a time: the slow twin of kernels/cpu/skipgram.py."""

from collections.abc import Sequence

import numpy as np

from firth.illustrated.negative_sampling import Numbers, errors_of, loss_of

__all__ = ["skipgram_step"]


def skipgram_step(
    word_vectors: Numbers,
    context_vectors: Numbers,
    center: int,
    context: Sequence[int],
    negatives: Sequence[int],
    learning_rate: float,
    targets_at_once: int | None = None,
) -> float:
    """Ask each word of a window which word stands in its middle; returns the loss before the step, in nats.

    All questions are asked first; then everything moves. word_vectors and context_vectors (V, D) change in place.
    targets_at_once : the kernel moves so many targets together, and later ones meet word vectors that have moved;
        None moves all at once.
    """
    targets = np.array([center, *negatives])
    labels = np.array([1.0] + [0.0] * len(negatives))
    dots = word_vectors[context] @ context_vectors[targets].T
    steps = learning_rate * errors_of(dots, labels)
    size = targets_at_once or len(targets)
    for begin in range(0, len(targets), size):
        block = targets[begin : begin + size]
        before = context_vectors[block].copy()
        for word, step in zip(context, steps[:, begin : begin + size], strict=True):
            context_vectors[block] += np.outer(step, word_vectors[word])
            word_vectors[word] += step @ before
    return loss_of(dots, np.broadcast_to(labels, dots.shape))
