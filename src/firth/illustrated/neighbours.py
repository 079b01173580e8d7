"""Are these two words neighbours? A logistic regression from two vectors to a probability, and the smart-alec model.

If all examples are neighbours, the model learns to say yes always, with an accuracy of 100 %: the smart-alec model. Its
vectors are useless: every step moves two vectors towards each other and none apart, until all point the same way.
Negative samples, words drawn at random with the target 0, are what makes the vectors differ.

Source   Mikolov et al. 2013, arXiv:1310.4546, section 2.2.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from firth.illustrated.negative_sampling import Numbers, loss_of, sigmoid
from firth.illustrated.people import cosine, cosines

__all__ = ["SENTENCES", "NeighbourModel", "train_neighbours"]

# Two topics, rulers and hunters, that have only the word "the" in common.
SENTENCES = [
    *product(["the"], ["king", "queen"], ["rules", "governs"], ["the"], ["land", "realm"]),
    *product(["the"], ["cat", "dog"], ["chases", "hunts"], ["the"], ["mouse", "rat"]),
]


class NeighbourModel(NamedTuple):
    """Two vectors for each word: one as the first word of a pair, one as the second."""

    embedding: Numbers  # (V, D) for first words
    context: Numbers  # (V, D) for second words
    losses: list[float]  # mean over the examples of each epoch, in nats

    def probability(self, word: int, other: int) -> float:
        """The predicted probability that the two are neighbours."""
        return float(sigmoid(self.embedding[word] @ self.context[other]))

    def accuracy(self, rows: Iterable[tuple[int, int, int]]) -> float:
        """The share of (word, other, target) rows that are predicted correctly; 0.5 or more predicts 1."""
        return float(np.mean([(self.probability(word, other) >= 0.5) == target for word, other, target in rows]))

    def similarity(self, word: int, other: int) -> float:
        """The cosine of the embeddings of two words."""
        return cosine(self.embedding[word], self.embedding[other])

    def mean_similarity(self) -> float:
        """The mean cosine over all pairs of different words: 1 if all embeddings point the same way."""
        table = cosines(self.embedding)
        return float(table[~np.eye(len(table), dtype=bool)].mean())


def train_neighbours(
    rows: Sequence[tuple[int, int, int]],
    words: int,
    *,
    vector_size: int = 10,
    learning_rate: float = 0.1,
    epochs: int = 20,
    seed: int = 1,
) -> NeighbourModel:
    """Logistic regression by stochastic gradient descent, one example at a time.

    rows : (word, other, target), from windows.skipgram_rows or windows.negative_rows.
    words : V.
    vector_size : D.
    """
    rng = np.random.default_rng(seed)
    embedding = (rng.random((words, vector_size)) - 0.5) / vector_size  # as word2vec.c initialises it
    context = np.zeros((words, vector_size))
    losses = []
    for _ in range(epochs):
        total = 0.0
        for i in rng.permutation(len(rows)):
            word, other, target = rows[i]
            dot_product = embedding[word] @ context[other]
            total += loss_of(dot_product, target)
            step = learning_rate * (target - sigmoid(dot_product))
            embedding[word], context[other] = (
                embedding[word] + step * context[other],
                context[other] + step * embedding[word],
            )
        losses.append(total / len(rows))
    return NeighbourModel(embedding, context, losses)
