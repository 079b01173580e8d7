"""What is trained, in a form that all backends share: arrays and numbers, made once before the first epoch."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.kernels.arguments import Composition, Documents, EncodedIds, GroupNoise, Sampling, SessionTargets, Tree
from firth.kernels.cpu.training.random import GOLDEN, draw_many

__all__ = ["Origin", "TrainingPlan", "epoch_key"]


class Origin(NamedTuple):
    """Where words of a corpus are in a larger text, of which the corpus holds some pieces."""

    first: int  # of them, in the corpus
    position: int  # of that word in the larger text


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
    origins : of the pieces of a larger text that the corpus is, by their first words; None: it is all of the text.
        Each piece begins and ends with a sentence. Draws are those of positions in the larger text.
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
    origins: list[Origin] | None = None

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

    def sampling_of(self, epoch: int, position: int = 0) -> Sampling:
        """The draws of an epoch (counted from 0).

        position : of a word of the corpus; the draws are those of the piece that it is in.
        """
        key = epoch_key(self.seed, epoch)
        if self.origins:
            piece = max((origin for origin in self.origins if origin.first <= position), default=self.origins[0])
            # draw(key, position) is a function of key + position * GOLDEN.
            key = np.uint64((int(key) + (piece.position - piece.first) * int(GOLDEN)) % 2**64)
        return self.sampling._replace(key=key)
