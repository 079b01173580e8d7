"""Negative sampling, step by step, for one input word: the document's training pictures.

    input   output    target   dot product   sigmoid   error = target - sigmoid
    not     thou      1         0.2           0.55       0.45
    not     aaron     0        -1.11          0.25      -0.25
    not     taco      0         0.74          0.68      -0.68

Source   Mikolov et al. 2013, arXiv:1310.4546, equation 4.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["TrainingStep", "errors_of", "loss_of", "sigmoid", "training_step"]

Numbers = NDArray[np.floating]


def sigmoid(x: ArrayLike) -> Numbers:
    """1 / (1 + exp(-x)): any number becomes one between 0 and 1."""
    small = np.exp(-np.abs(x))  # never overflows
    return np.asarray(np.where(np.asarray(x) < 0, small, 1.0) / (1 + small))


def errors_of(dot_products: ArrayLike, targets: ArrayLike) -> Numbers:
    """Target - sigmoid(dot product)."""
    return np.asarray(targets) - sigmoid(dot_products)


def loss_of(dot_products: ArrayLike, targets: ArrayLike) -> float:
    """The negative log-likelihood, in nats: -log sigmoid(x) where the target is 1, -log sigmoid(-x) where it is 0."""
    signed = np.where(np.asarray(targets) == 1, -1.0, 1.0) * np.asarray(dot_products)
    return float(np.logaddexp(0, signed).sum())


class TrainingStep(NamedTuple):
    """The numbers of one step; n = 1 + negative samples."""

    output_words: list[int]  # (n,) the neighbour, then the negatives
    targets: Numbers  # (n,) 1, 0, 0, ...
    dot_products: Numbers  # (n,)
    sigmoids: Numbers  # (n,)
    errors: Numbers  # (n,)
    loss: float  # before the step, in nats


def training_step(
    embedding: Numbers,
    context: Numbers,
    input_word: int,
    neighbour: int,
    negatives: Sequence[int],
    learning_rate: float,
) -> TrainingStep:
    """One step of the document: look up, multiply, squash, subtract, and move 2 + K vectors.

    embedding, context : (V, D), changed in place. All vectors move by the old values of the others.
    input_word, neighbour, negatives : word ids; the negatives are not neighbours, each a different word.
    """
    output_words = [neighbour, *negatives]
    targets = np.array([1.0] + [0.0] * len(negatives))
    vector, outputs = embedding[input_word].copy(), context[output_words].copy()
    dot_products = outputs @ vector
    errors = errors_of(dot_products, targets)
    context[output_words] += learning_rate * np.outer(errors, vector)
    embedding[input_word] += learning_rate * errors @ outputs
    return TrainingStep(
        output_words, targets, dot_products, sigmoid(dot_products), errors, loss_of(dot_products, targets)
    )
