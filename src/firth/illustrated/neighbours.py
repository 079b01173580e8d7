"""The neighbour question: are these two words neighbours? A logistic regression from two vectors to 0 .. 1.

Where all examples are neighbours, a smart-alec model always says yes, is right every time, and has learned nothing:
each step moves two vectors towards each other and none apart, until all point the same way. Words drawn at random, with
the answer no, are what makes it learn.

Source   Mikolov et al. 2013, arXiv:1310.4546, section 2.2.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from firth.illustrated.negative_sampling import Numbers, loss_of, sigmoid
from firth.illustrated.people import cosine, cosines

__all__ = ["SENTENCES", "NeighbourModel", "train_neighbours"]

# Rulers and their lands, hunters and their prey: two worlds that have nothing but a word in common.
SENTENCES = [
    *product(["the"], ["king", "queen"], ["rules", "governs"], ["the"], ["land", "realm"]),
    *product(["the"], ["cat", "dog"], ["chases", "hunts"], ["the"], ["mouse", "rat"]),
]


class NeighbourModel(NamedTuple):
    """Two vectors for each word (V, D): of `embedding` where it is the first of a pair, of `context` as the second."""

    embedding: Numbers
    context: Numbers
    losses: list[float]  # mean over the examples of each epoch, in nats

    def says(self, word: int, other: int) -> float:
        """How sure it is that the two are neighbours, in 0 .. 1."""
        return float(sigmoid(self.embedding[word] @ self.context[other]))

    def accuracy(self, rows: Iterable[tuple[int, int, int]]) -> float:
        """The share of (word, other, target) rows that it gets right, saying yes from 0.5 on."""
        return float(np.mean([(self.says(word, other) >= 0.5) == target for word, other, target in rows]))

    def similarity(self, word: int, other: int) -> float:
        """The cosine of the vectors of two words, which is what embeddings are for."""
        return cosine(self.embedding[word], self.embedding[other])

    def mean_similarity(self) -> float:
        """The mean cosine of two different words: 1 if all vectors point the same way."""
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
    """Logistic regression, example by example: both vectors move so that the answer comes nearer to the target.

    rows : (word, other, target), as illustrated.windows makes them.    words : V.
    """
    rng = np.random.default_rng(seed)
    embedding = (rng.random((words, vector_size)) - 0.5) / vector_size  # as word2vec.c begins
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
