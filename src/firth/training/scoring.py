"""Loss on held-out text: how well the model predicts words it was not trained on."""

import dataclasses
import math
from typing import NamedTuple

from firth.arrays import Matrix
from firth.backends.cpu import CpuBackend
from firth.corpus.encoded import EncodedCorpus
from firth.errors import CorpusError, DivergenceError
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import rows_of_words
from firth.training.plan import NO_EXTRAS, plan_training

__all__ = ["Score", "score_text"]


class Score(NamedTuple):
    """The loss of a model on a text."""

    loss: float  # mean negative log-likelihood per pair, in nats, as in an EpochRecord
    pairs: int  # (center, context) pairs for skip-gram, positions for CBOW
    words: int  # occurrences of words of the vocabulary, those that subsampling skips included
    unknown_words: int  # occurrences of other words, which are left out

    @property
    def coverage(self) -> float:
        """Share of the text's words that the model knows, in [0, 1]."""
        return self.words / (self.words + self.unknown_words)


def score_text(
    hyperparameters: Hyperparameters, corpus: EncodedCorpus, word_vectors: Matrix, output_vectors: Matrix, seed: int
) -> Score:
    """Read a text once with the windows, noise words and subsampling of training, and change nothing.

    word_vectors : (V, D), copied; rows as in the vocabulary of the corpus.
    output_vectors : the context vectors (V, D), or the node vectors (V - 1, D) of hierarchical softmax.
    seed : of all draws; the same seed and text give the same pairs and noise words.

    Raises   CorpusError if no two known words of the text are close enough to be a pair; DivergenceError if the loss is
             not finite; KeyboardInterrupt on Ctrl-C.
    """
    backend = CpuBackend(hyperparameters.worker_threads)
    settings = dataclasses.replace(hyperparameters, seed=seed)
    weights = rows_of_words(settings, corpus.vocabulary)
    plan = plan_training(settings, corpus, NO_EXTRAS._replace(rows_of_words=weights))
    backend.start(plan, word_vectors, output_vectors)
    # At a learning rate of 0 kernels draw, multiply and sum up the loss, and every change is 0.
    totals = backend.train_epoch(0, (0.0, 0.0), range(len(corpus.ids)), watch=lambda totals: None)
    if not totals.pairs:
        raise CorpusError(
            f"of {corpus.total_words:,} words the model knows {totals.words:,}, and no two of them were read in one "
            "window: give a longer text"
        )
    if not math.isfinite(totals.mean_loss):
        raise DivergenceError(
            f"the loss is {totals.mean_loss}: the model has numbers that are infinite, NaN or far too large; its file "
            "is damaged, or its training diverged"
        )
    return Score(totals.mean_loss, totals.pairs, totals.words, corpus.unknown_words)
