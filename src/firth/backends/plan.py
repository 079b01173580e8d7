"""What is trained, in a form that all backends share: arrays and numbers, made once before the first epoch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.kernels.arguments import Composition, Documents, EncodedIds, GroupNoise, Sampling, SessionTargets, Tree
from firth.kernels.cpu.training.random import draw_many

__all__ = ["TrainingPlan", "epoch_key"]


def epoch_key(seed: int, epoch: int) -> np.uint64:
    """The key of all draws of an epoch (counted from 0)."""
    keys = np.empty(1, np.uint64)
    draw_many(np.uint64(seed % 2**64), np.array([epoch], np.int64), keys)
    return np.uint64(keys[0])


@dataclass(frozen=True, eq=False)
class TrainingPlan:
    """The text, the model, and all tables that draws are made from. V words, T tokens.

    corpus : the encoded text.
    architecture : "skipgram" (each word around a position predicts its word) or "cbow" (their mean does).
    exact_gradient : CBOW: each of the n words of a window gets 1 / n of the gradient of their mean, not all of it.
    objective : "negative_sampling", "hierarchical_softmax", "softmax" or "nce".
    sampling : subsampling, window and noise words; its key is that of epoch 0.
    tree : the paths of hierarchical softmax, None for other objectives.
    contrast_shifts : (V,) of noise-contrastive estimation, None for other objectives.
    seed : of all draws.
    untrained_loss : nats per pair before the first step, with context vectors of zeros.
    composition : what the vector of each word is made of; None: of its row alone.
    ngram_rows : P, rows of the input matrix behind those of the words.
    groups, sessions : further targets of negative sampling.
    documents : the tags of each sentence, which are further inputs; not with softmax.
    rows_of_words : (V,) CBOW: how much each word weighs in the mean of a window; None: all alike.
    sums_inputs : CBOW: the sum of a window predicts in place of its mean, and each row gets 1 / n of the gradient.
    """

    corpus: EncodedIds
    architecture: str
    exact_gradient: bool
    objective: str
    sampling: Sampling
    tree: Tree | None
    contrast_shifts: NDArray[np.float32] | None
    seed: int
    untrained_loss: float
    composition: Composition | None = None
    ngram_rows: int = 0
    groups: GroupNoise | None = None
    sessions: SessionTargets | None = None
    documents: Documents | None = None
    rows_of_words: NDArray[np.float32] | None = None
    sums_inputs: bool = False

    @property
    def n_words(self) -> int:
        """V."""
        return len(self.sampling.keep_thresholds)

    @property
    def n_inputs(self) -> int:
        """Rows of the input matrix: V, one for each n-gram that occurs, and one for each tag of documents."""
        return self.n_words + self.ngram_rows + (0 if self.documents is None else self.documents.count)

    @property
    def n_outputs(self) -> int:
        """Rows of the output matrix: V context vectors, or V - 1 node vectors of hierarchical softmax."""
        return self.n_words - (self.objective == "hierarchical_softmax")

    def sampling_of(self, epoch: int) -> Sampling:
        """The draws of an epoch (counted from 0)."""
        return self.sampling._replace(key=epoch_key(self.seed, epoch))
