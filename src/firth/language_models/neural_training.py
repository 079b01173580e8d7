"""Training the neural language model: batches of examples, Adagrad, and a stop when held-out text stops getting easier.

Adagrad (Duchi, Hazan & Singer 2011, JMLR 12) divides the step of every number by the root of its summed squared
gradients: rows of rare words, seldom updated, take the larger steps they need. The paper of 2003 used one falling rate.
"""

import math
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import DivergenceError
from firth.kernels.cpu.language_model.adagrad import adagrad_step
from firth.language_models.neural_network import Examples, Network, Workspace

__all__ = ["EpochScore", "TrainingSettings", "train_network"]

SMALLEST_SQUARE = 1e-8  # what the summed squares start from, so that nothing is divided by 0


class TrainingSettings(NamedTuple):
    """What training needs to know; the meaning is that of NeuralModel's parameters."""

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    patience: int
    seed: int


class EpochScore(NamedTuple):
    """How an epoch went."""

    epoch: int  # from 1
    training_nats: float  # mean loss while it went on
    held_out_perplexity: float
    learning_rate: float
    words_per_second: float
    seconds: float


class _Adagrad:
    """Steps for every matrix of a network."""

    def __init__(self, network: Network, weight_decay: float) -> None:
        self._network = network
        self._decay = weight_decay
        self._squares = [None if weights is None else np.full_like(weights, SMALLEST_SQUARE) for weights in network]

    def step(self, gradient: Network, histories: NDArray[np.int32], rate: float) -> None:
        """Move the network against a gradient."""
        for weights, squares, slopes in zip(self._network[1:], self._squares[1:], gradient[1:], strict=True):
            if weights is not None and squares is not None and slopes is not None:
                decay = self._decay if weights.ndim == 2 else 0.0  # biases may be what they need to be
                flat = (np.ascontiguousarray(array, np.float32).ravel() for array in (weights, squares, slopes))
                adagrad_step(*flat, np.float32(rate), np.float32(decay))
        self._step_embeddings(gradient.embeddings, histories.ravel(), rate)

    def _step_embeddings(self, slopes: Matrix, words: NDArray[np.int32], rate: float) -> None:
        """Only the rows that were looked up; rows looked up more than once get the sum of their gradients."""
        squares = self._squares[0]
        assert squares is not None  # a network always has embeddings
        order = np.argsort(words, kind="stable")
        rows, starts = np.unique(words[order], return_index=True)
        sums = np.add.reduceat(slopes[order], starts, axis=0)
        squares[rows] += sums * sums
        self._network.embeddings[rows] -= rate * sums / np.sqrt(squares[rows])


def train_network(
    network: Network,
    training: Examples,
    held_out: Examples,
    settings: TrainingSettings,
    report: Callable[[EpochScore], None],
) -> Network:
    """Train until the last epoch, or until `patience` epochs brought no lower perplexity; returns the best network.

    report : called after every epoch; what it raises ends the training.

    Raises DivergenceError if the loss stops being a number.
    """
    optimiser = _Adagrad(network, settings.weight_decay)
    workspace = Workspace(settings.batch_size, len(network.output))
    random = np.random.default_rng(settings.seed)
    best, lowest, since_best = network, math.inf, 0
    rate = settings.learning_rate
    for epoch in range(1, settings.epochs + 1):
        began = time.perf_counter()
        total = 0.0
        for examples in _batches(training, settings.batch_size, random):
            gradient, loss = workspace.gradients(network, examples)
            optimiser.step(gradient, examples[0], rate)
            total += loss
        if not math.isfinite(total):
            raise DivergenceError(f"the loss of epoch {epoch} is {total}: take a smaller learning_rate than {rate:g}")
        seconds = time.perf_counter() - began
        nats = _mean_nats(network, held_out, workspace, settings.batch_size)
        words = len(training[1])
        report(EpochScore(epoch, total / words, math.exp(min(nats, 700)), rate, words / seconds, seconds))
        if nats < lowest:
            best, lowest, since_best = _copy(network), nats, 0
            continue
        since_best += 1
        rate /= 2
        if since_best >= settings.patience:
            break
    return best


def _batches(examples: Examples, batch_size: int, random: np.random.Generator) -> Iterator[Examples]:
    """All examples in a new order, batch by batch."""
    histories, following = examples
    order = random.permutation(len(following))
    for start in range(0, len(order), batch_size):
        some = order[start : start + batch_size]
        yield histories[some], following[some]


def _copy(network: Network) -> Network:
    return Network(*(None if weights is None else weights.copy() for weights in network))  # type: ignore[arg-type]


def _mean_nats(network: Network, examples: Examples, workspace: Workspace, batch_size: int) -> float:
    """Mean negative log-probability."""
    histories, following = examples
    total = 0.0
    for start in range(0, len(following), batch_size):
        some = slice(start, start + batch_size)
        total += float(workspace.losses(network, (histories[some], following[some])).sum())
    return total / len(following)
