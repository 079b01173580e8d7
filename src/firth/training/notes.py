"""What a user should know before a training begins, that little of the text will be read or that it will take long; and
after it, that little was learned.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from firth.arrays import Counts, Matrix
from firth.corpus.encoded import EncodedCorpus
from firth.training.history import EpochRecord
from firth.training.hyperparameters import Hyperparameters
from firth.training.sampling_tables import keep_probabilities

__all__ = ["outcome_notes", "training_notes"]

_LITTLE = 0.1  # share of the tokens that subsampling keeps, below which this is mentioned
_MANY_WORDS = 50_000  # vocabulary size above which the cost of softmax is mentioned
_OPERATIONS = 6  # for each number of a pair of vectors: a product and two updates
_UNCHANGED = 0.99  # of the loss of an untrained model: a loss above has hardly fallen
_PARALLEL = 0.98  # mean cosine of two words, above which all vectors are nearly one
_SAMPLE = 1_000  # words whose cosines are averaged
_OPERATIONS_PER_HOUR = 3600 * 30e9  # of one thread on a processor of 2020 and later


def training_notes(settings: Hyperparameters, corpus: EncodedCorpus, counts: Counts | None = None) -> Iterator[str]:
    """Sentences for the user; none for most texts and settings.

    counts : (V,) how often each word is read; None: as often as the vocabulary says.
    """
    vocabulary, tokens = corpus.vocabulary, len(corpus.ids)
    read = vocabulary.counts if counts is None else counts
    kept = float(keep_probabilities(vocabulary.counts, settings.subsample_threshold) @ read)
    if kept < _LITTLE * tokens:
        # Where a text has few different words, all are frequent: little would be learned without a word about it.
        yield (
            f"Note: subsampling (subsample_threshold={settings.subsample_threshold:g}) keeps about {kept:,.0f} of "
            f"{tokens:,} tokens per epoch; set it to 0 to keep all."
        )
    words = len(vocabulary)
    if settings.objective == "softmax" and words > _MANY_WORDS:  # every token times the whole vocabulary
        hours = kept * words * settings.vector_size * _OPERATIONS / (_OPERATIONS_PER_HOUR * settings.worker_threads)
        yield (
            f"Note: objective='softmax' with {words:,} words takes very roughly {hours:,.1f} hours per epoch of this "
            "text. hierarchical_softmax and negative_sampling take seconds to minutes; max_vocabulary limits the words."
        )


def outcome_notes(history: Sequence[EpochRecord], untrained_loss: float, word_vectors: Matrix) -> Iterator[str]:
    """Sentences for the user after a training; none for most texts and settings."""
    losses = [record.loss for record in history if record.pairs]
    if losses and losses[-1] > _UNCHANGED * untrained_loss:
        yield (
            f"Note: little was learned: the loss is {losses[-1]:.4f}, that of an untrained model {untrained_loss:.4f}. "
            "More text, more epochs or a higher learning_rate may help."
        )
    elif (cosine := _mean_cosine(word_vectors)) > _PARALLEL:
        yield (
            f"Note: all vectors point nearly the same way (the mean cosine of two words is {cosine:.3f}), so "
            "similarities say little. More text, more epochs or a higher learning_rate may help."
        )


def _mean_cosine(word_vectors: Matrix) -> float:
    """The mean over all pairs of the most frequent words; 0 for a single word."""
    some = word_vectors[:_SAMPLE].astype(np.float64)
    some = some / np.maximum(np.linalg.norm(some, axis=1, keepdims=True), np.finfo(np.float64).tiny)
    n = len(some)
    return float((some.sum(axis=0) ** 2).sum() - n) / (n * (n - 1)) if n > 1 else 0.0
