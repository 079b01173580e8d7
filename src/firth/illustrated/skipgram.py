"""Skip-gram with negative sampling, one position at a time. Compiled: kernels/cpu/training/skipgram.py."""

from collections.abc import Sequence

from firth.illustrated.negative_sampling import Numbers
from firth.illustrated.targets import noise_targets, train_each

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
    """Each word of a window predicts the word in its middle; returns the loss before the step, in nats.

    word_vectors and context_vectors (V, D) change in place. targets_at_once : see train_each.
    """
    targets = noise_targets(center, negatives)
    return train_each(word_vectors, context_vectors, context, targets, learning_rate, targets_at_once)
