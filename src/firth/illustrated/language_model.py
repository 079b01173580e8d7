"""The early neural language model, step by step, for one history: look up, compute, project.

    1  look up embeddings       x = the embeddings of the last n - 1 words, end to end
    2  compute prediction       hidden = tanh(d + H x)
    3  project to vocabulary    p = softmax(b + U hidden [+ W x])

The third step is the expensive one: it has a row for every word of the vocabulary.

Source   Bengio, Ducharme, Vincent & Jauvin 2003, "A Neural Probabilistic Language Model", JMLR 3, section 2.
Shapes   V outcomes, D numbers per embedding, C = n - 1 words of history, M hidden numbers.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.illustrated.softmax import softmax

__all__ = ["Gradients", "Network", "compute_prediction", "error_gradients", "look_up", "project"]

Numbers = NDArray[np.floating]


class Network(NamedTuple):
    """All that is learned."""

    embeddings: Numbers  # (V + 1, D), the last row is that of "<s>"
    hidden: Numbers  # (M, C * D), H
    hidden_bias: Numbers  # (M,), d
    output: Numbers  # (V, M), U
    output_bias: Numbers  # (V,), b
    direct: Numbers | None  # (V, C * D), W; None without direct connections


class Gradients(NamedTuple):
    """How the loss grows with every number of the network, and the loss, for one example."""

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
    """What one example teaches: target - prediction, sent back through the three steps."""
    x = look_up(network, history)
    hidden = compute_prediction(network, x)
    probabilities = project(network, x, hidden)
    error = probabilities.copy()
    error[next_word] -= 1  # prediction - target: 1 for the word that came, 0 for all others
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
