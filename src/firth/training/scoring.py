"""The loss on a text that nothing is learned from: does a model foretell what it has not read?"""

import dataclasses
from typing import NamedTuple

from firth.arrays import Matrix
from firth.corpus.encoded import EncodedCorpus
from firth.errors import CorpusError, TrainingInterrupted
from firth.progress import Reporter
from firth.training.hyperparameters import Hyperparameters
from firth.training.trainer import Trainer, allocate_weights

__all__ = ["Score", "Scorer", "score_text"]


class Score(NamedTuple):
    """What a model says of a text."""

    loss: float  # mean negative log-likelihood per pair, in nats, as in an EpochRecord
    pairs: int  # (center, context) pairs for skip-gram, positions for CBOW
    words: int  # occurrences of words of the vocabulary, those that subsampling skips included
    unknown_words: int  # occurrences of other words: they are left out, and nobody's neighbours

    @property
    def coverage(self) -> float:
        """Share of the text's words that the model knows, in [0, 1]."""
        return self.words / (self.words + self.unknown_words)


class Scorer(Trainer):
    """A trainer whose learning rate is 0: it draws, multiplies and sums up the loss, and every step is 0."""

    def rate_at(self, epochs: float) -> float:
        """0, so that nothing moves."""
        return 0.0


def score_text(
    hyperparameters: Hyperparameters, corpus: EncodedCorpus, word_vectors: Matrix, output_vectors: Matrix, seed: int
) -> Score:
    """Read a text once with the windows, noise words and subsampling of training, and learn nothing.

    word_vectors : (V, D), copied; rows as in the vocabulary of the corpus.
    output_vectors : the context vectors (V, D), or the node vectors (V - 1, D) of hierarchical softmax.
    seed : of all draws; the same seed and text give the same pairs and noise words.

    Raises   CorpusError if no two known words of the text are neighbours; KeyboardInterrupt on Ctrl-C.
    """
    settings = dataclasses.replace(hyperparameters, epochs=1, seed=seed)
    weights = allocate_weights(settings, len(corpus.vocabulary))
    weights.set(word_vectors, output_vectors)
    ids_and_offsets = (corpus.ids, corpus.sentence_offsets)
    scorer = Scorer(settings, ids_and_offsets, corpus.vocabulary.counts, weights, Reporter())
    scorer.prepare()  # compiled here, if it has to be, and not by the first thread
    try:
        (record,) = scorer.run()
    except TrainingInterrupted:
        raise KeyboardInterrupt from None
    if not record.pairs:
        raise CorpusError(
            f"of {corpus.total_words:,} words the model knows {record.words:,}, and no two of them were read as "
            "neighbours: give a longer text"
        )
    return Score(record.loss, record.pairs, record.words, corpus.unknown_words)
