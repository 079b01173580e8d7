"""The early neural language model, step by step, for one history: look up, compute, project.

    1  look up embeddings       x = the embeddings of the last n - 1 words, end to end
    2  compute prediction       hidden = tanh(d + H x)
    3  project to vocabulary    p = softmax(b + U hidden [+ W x])

The third step is the expensive one: its matrices have a row for every word of the vocabulary.

firth.language_models.neural does the same for many examples at once.

Source   Bengio, Ducharme, Vincent & Jauvin 2003, "A Neural Probabilistic Language Model", JMLR 3, section 2.
Shapes   V outcomes, D numbers per embedding, C = n - 1 words of history, M hidden units.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.illustrated.softmax import softmax

__all__ = ["Gradients", "Network", "adagrad_step", "compute_prediction", "error_gradients", "look_up", "project"]

Numbers = NDArray[np.floating]


class Network(NamedTuple):
    """All weights of the model, or the gradient of each."""

    embeddings: Numbers  # (V + 1, D), the last row is that of `<s>`
    hidden: Numbers  # (M, C * D), H
    hidden_bias: Numbers  # (M,), d
    output: Numbers  # (V, M), U
    output_bias: Numbers  # (V,), b
    direct: Numbers | None  # (V, C * D), W; None without direct connections


class Gradients(NamedTuple):
    """The derivative of the loss by every weight, and the loss, for one example."""

    network: Network
    loss: float  # -log p(next word), in nats


def look_up(network: Network, history: Sequence[int]) -> Numbers:
    """Step 1: the embeddings of the history (C word ids, the last word last), end to end (C * D,)."""
    return np.concatenate([network.embeddings[word] for word in history])


def compute_prediction(network: Network, x: Numbers) -> Numbers:
    """Step 2: the hidden layer (M,)."""
    return np.asarray(np.tanh(network.hidden_bias + network.hidden @ x))


def project(network: Network, x: Numbers, hidden: Numbers) -> Numbers:
    """Step 3: a probability for each outcome (V,)."""
    scores = network.output_bias + network.output @ hidden
    if network.direct is not None:
        scores = scores + network.direct @ x
    return softmax(scores)


def error_gradients(network: Network, history: Sequence[int], next_word: int) -> Gradients:
    """What one example teaches: backpropagation of the error, prediction - target, through the three steps.

    history : C word ids, the last word last.    next_word : the id of the word that follows.
    """
    x = look_up(network, history)
    hidden = compute_prediction(network, x)
    probabilities = project(network, x, hidden)
    error = probabilities.copy()
    error[next_word] -= 1  # prediction - target: the target is 1 for the next word, 0 for all others
    error_hidden = (network.output.T @ error) * (1 - hidden**2)
    error_x = network.hidden.T @ error_hidden
    if network.direct is not None:
        error_x = error_x + network.direct.T @ error
    embeddings = np.zeros_like(network.embeddings)
    for word, part in zip(history, np.split(error_x, len(history)), strict=True):
        embeddings[word] += part
    gradients = Network(
        embeddings=embeddings,
        hidden=np.outer(error_hidden, x),
        hidden_bias=error_hidden,
        output=np.outer(error, hidden),
        output_bias=error,
        direct=None if network.direct is None else np.outer(error, x),
    )
    return Gradients(gradients, float(-np.log(probabilities[next_word])))


def adagrad_step(
    weights: Numbers, squares: Numbers, gradient: Numbers, learning_rate: float, weight_decay: float = 0.0
) -> tuple[Numbers, Numbers]:
    """One step of Adagrad: the weights and the sums of squared gradients after it; the arguments do not change.

    The more a weight has moved, the smaller its steps. All arrays have one shape; squares are above 0.

    Source   Duchi, Hazan & Singer 2011, JMLR 12, section 1.1 (diagonal).
    """
    slopes = gradient + weight_decay * weights
    squares = squares + slopes**2
    return weights - learning_rate * slopes / np.sqrt(squares), squares
