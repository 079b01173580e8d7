"""What a user should know before a training begins: that little of the text will be read, or that it will take long."""

from collections.abc import Iterator

from firth.corpus.encoded import EncodedCorpus
from firth.training.hyperparameters import Hyperparameters
from firth.training.sampling_tables import keep_probabilities

__all__ = ["training_notes"]

_LITTLE = 0.1  # share of the tokens that subsampling keeps, below which this is mentioned
_MANY_WORDS = 50_000  # vocabulary size above which the cost of softmax is mentioned
_OPERATIONS = 6  # for each number of a pair of vectors: a product and two updates
_OPERATIONS_PER_HOUR = 3600 * 30e9  # of one thread on a processor of 2020 and later


def training_notes(settings: Hyperparameters, corpus: EncodedCorpus) -> Iterator[str]:
    """Sentences for the user; none for most texts and settings."""
    vocabulary, tokens = corpus.vocabulary, len(corpus.ids)
    kept = float(keep_probabilities(vocabulary.counts, settings.subsample_threshold) @ vocabulary.counts)
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
