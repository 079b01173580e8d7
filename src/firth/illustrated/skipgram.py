"""Skip-gram with negative sampling, one position at a time: the slow twin of kernels/cpu/training/skipgram.py."""

from collections.abc import Sequence

from firth.illustrated.negative_sampling import Numbers
from firth.illustrated.questions import ask_each, noise_questions

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

    word_vectors and context_vectors (V, D) change in place. targets_at_once : see ask_each.
    """
    questions = noise_questions(center, negatives)
    return ask_each(word_vectors, context_vectors, context, questions, learning_rate, targets_at_once)
