"""What a trained model says of words in context, by gensim's formulas."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.gensim.queries import Queries, Scored
from firth.interruption import blas
from firth.training.plan import huffman_tree
from firth.vectors.ranking import largest

__all__ = ["predicted_words", "sentence_scores"]

logger = logging.getLogger(__name__)


def predicted_words(table: Queries, contexts: Matrix, words: Sequence[Any], topn: int, *, is_mean: bool) -> Any:
    """The most probable words among those around them, with the softmax of their scores; None if none is known."""
    rows = [table.get_index(word) for word in words if word in table]
    if not rows:
        logger.warning("All the input context words are out-of-vocabulary for the current model.")
        return None
    hidden = table.vectors[rows].sum(axis=0, dtype=np.float32)
    if is_mean:
        hidden /= len(rows)
    with blas:
        scores = (contexts @ hidden).astype(np.float64)
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    best = largest(shares[None], min(topn, len(shares)))[0]
    found: Scored = [(table.index_to_key[row], float(shares[row])) for row in best[np.argsort(-shares[best])].tolist()]
    return found


def sentence_scores(
    table: Queries, nodes: Matrix, sentences: Sequence[Sequence[Any]], window: int, *, skipgram: bool, is_mean: bool
) -> NDArray[np.float32]:
    """The log-likelihood of each sentence under hierarchical softmax, summed over the words around each position."""
    tree = huffman_tree(np.maximum(table.expandos["count"], 1))
    scores = np.zeros(len(sentences), np.float32)
    for number, sentence in enumerate(sentences):
        rows = [table.key_to_index[word] for word in sentence if word in table.key_to_index]
        for at, row in enumerate(rows):
            around = rows[max(0, at - window) : at] + rows[at + 1 : at + 1 + window]
            if not around and skipgram:
                continue
            turns = tree.turns[tree.offsets[row] : tree.offsets[row + 1]]
            inputs = table.vectors[around]
            if not skipgram:
                inputs = inputs.sum(axis=0, keepdims=True)  # zeros around a lone word
                inputs /= len(around) if is_mean and around else 1
            signs = 1 - 2 * (turns & 1)  # code 0 has the label 1
            logits = (inputs @ nodes[turns >> 1].T).astype(np.float64) * signs
            scores[number] -= np.logaddexp(0, -logits).sum()
    return scores
