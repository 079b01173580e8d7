"""Training the neural language model: batches of examples, Adagrad, and early stopping by held-out text.

Adagrad (Duchi, Hazan & Singer 2011, JMLR 12) divides the step of every weight by the root of its summed squared
gradients: rows of rare words, which are seldom updated, take the larger steps they need. The paper of 2003 used one
falling learning rate.
"""

import math
import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import DivergenceError, warn
from firth.kernels.cpu.language_model.adagrad import adagrad_step
from firth.language_models.neural_network import Examples, Network, Workspace
from firth.language_models.settings import NeuralSettings
from firth.progress import Progress, Reporter, Stage

__all__ = ["EpochScore", "TrainedNetwork", "train_network"]

SMALLEST_SQUARE = 1e-8  # the summed squares start here, so that nothing is divided by 0
# Times the loss of equal probabilities for all words. Where a text is learned, the loss is less than that.
_DIVERGED = 10
_WORSE = 1.5
MAX_NATS = 700  # exp() overflows above 709


class EpochScore(NamedTuple):
    """The results of one epoch."""

    epoch: int  # counted from 1
    training_nats: float  # mean loss of the training examples during the epoch
    held_out_perplexity: float  # after the epoch
    learning_rate: float
    words_per_second: float  # of training, without the scoring of the held-out text
    seconds: float  # the same


class TrainedNetwork(NamedTuple):
    """What training returns."""

    network: Network  # as it was after the epoch with the lowest held-out perplexity
    history: list[EpochScore]


class _Adagrad:
    """The optimiser: summed squared gradients for every matrix of a network."""

    def __init__(self, network: Network, weight_decay: float) -> None:
        self._network = network
        self._decay = weight_decay
        self._squares = [None if weights is None else np.full_like(weights, SMALLEST_SQUARE) for weights in network]

    def step(self, gradient: Network, histories: NDArray[np.int32], rate: float) -> None:
        """Move the network against a gradient."""
        for weights, squares, slopes in zip(self._network[1:], self._squares[1:], gradient[1:], strict=True):
            if weights is not None and squares is not None and slopes is not None:
                decay = self._decay if weights.ndim == 2 else 0.0  # biases do not decay
                flat = (np.ascontiguousarray(array, np.float32).ravel() for array in (weights, squares, slopes))
                adagrad_step(*flat, np.float32(rate), np.float32(decay))
        self._step_embeddings(gradient.embeddings, histories.ravel(), rate)

    def _step_embeddings(self, slopes: Matrix, words: NDArray[np.int32], rate: float) -> None:
        """Move only the rows that were looked up; a row looked up more than once gets the sum of its gradients."""
        squares = self._squares[0]
        assert squares is not None  # a network always has embeddings
        order = np.argsort(words, kind="stable")
        rows, starts = np.unique(words[order], return_index=True)
        sums = np.add.reduceat(slopes[order], starts, axis=0)
        squares[rows] += sums * sums
        self._network.embeddings[rows] -= rate * sums / np.sqrt(squares[rows])


def train_network(
    network: Network, training: Examples, held_out: Examples, settings: NeuralSettings, reporter: Reporter
) -> TrainedNetwork:
    """Train until the last epoch, or until `patience` epochs in a row brought no lower held-out perplexity.

    network : where to start; changed in place.
    reporter : shows the stage "training"; an exception that it raises ends the training.

    Raises DivergenceError if the loss is no longer finite, or many times that of equal probabilities.
    """
    total = settings.epochs * len(training.next_words)
    with reporter.stage("training", total, "words", _summary) as stage:
        return _Training(network, training, held_out, settings, stage).run()


class _Training:
    """One run of training and its state."""

    def __init__(
        self, network: Network, training: Examples, held_out: Examples, settings: NeuralSettings, stage: Stage
    ) -> None:
        self._network = network
        self._training, self._held_out = training, held_out
        self._settings = settings
        self._stage = stage
        self._optimiser = _Adagrad(network, settings.weight_decay)
        self._workspace = Workspace(settings.batch_size, len(network.output))
        self._random = np.random.default_rng(settings.seed)
        self._rate = settings.learning_rate
        self._history: list[EpochScore] = []

    def run(self) -> TrainedNetwork:
        """All epochs, with early stopping."""
        best, lowest, since_best = self._network, math.inf, 0
        for epoch in range(1, self._settings.epochs + 1):
            began = time.perf_counter()
            loss = self._train_epoch(epoch)
            seconds = time.perf_counter() - began
            nats = self._held_out_nats()
            self._record(epoch, loss, nats, seconds)
            if nats < lowest:
                best, lowest, since_best = _copy(self._network), nats, 0
                continue
            since_best += 1
            self._rate /= 2
            if since_best >= self._settings.patience:
                break
        if lowest > _WORSE * max(math.log(len(self._network.output)), 1.0):
            perplexity = math.exp(min(lowest, MAX_NATS))
            warn(
                f"the lowest held-out perplexity, {perplexity:,.0f}, is above the number of words, "
                f"{len(self._network.output):,}: the held-out text differs from the corpus, or "
                f"learning_rate={self._settings.learning_rate:g} is too high"
            )
        return TrainedNetwork(best, self._history)

    def _train_epoch(self, epoch: int) -> float:
        """One pass over all examples in a new random order; returns the mean loss in nats."""
        histories, next_words = self._training
        size = self._settings.batch_size
        order = self._random.permutation(len(next_words))
        total = 0.0
        for start in range(0, len(order), size):
            some = order[start : start + size]
            examples = Examples(histories[some], next_words[some])
            gradient, loss = self._workspace.gradients(self._network, examples)
            self._optimiser.step(gradient, examples.histories, self._rate)
            total += loss
            self._report(epoch, start + len(some), total / (start + len(some)))
        mean, uniform = total / len(order), math.log(len(self._network.output))
        if not mean <= _DIVERGED * max(uniform, 1.0):  # also where it is no number
            raise DivergenceError(
                f"the loss of epoch {epoch} is {mean:.2f} nats per word, and that of equal probabilities "
                f"{uniform:.2f}: take a smaller learning_rate than {self._rate:g}"
            )
        return mean

    def _held_out_nats(self) -> float:
        """Mean negative log-probability of the held-out text."""
        histories, next_words = self._held_out
        size = self._settings.batch_size
        total = 0.0
        for start in range(0, len(next_words), size):
            some = slice(start, start + size)
            total += float(self._workspace.losses(self._network, Examples(histories[some], next_words[some])).sum())
        return total / len(next_words)

    def _record(self, epoch: int, loss: float, held_out_nats: float, seconds: float) -> None:
        """Add an epoch to the history and report it."""
        words = len(self._training.next_words)
        perplexity = math.exp(min(held_out_nats, MAX_NATS))
        self._history.append(EpochScore(epoch, loss, perplexity, self._rate, words / seconds, seconds))
        self._report(epoch, words, loss, epoch_done=True)

    def _report(self, epoch: int, words: int, loss: float, *, epoch_done: bool = False) -> None:
        """Report progress after that many words of an epoch."""
        per_epoch = len(self._training.next_words)
        done = (epoch - 1) * per_epoch + words
        facts = {
            "epoch": epoch,
            "epochs": self._settings.epochs,
            "epoch_done": epoch_done,
            "loss": loss,  # of this epoch so far, in nats per word
            "held_out_perplexity": self._history[-1].held_out_perplexity if self._history else None,
            "learning_rate": self._rate,
            "words_per_second": done / self._stage.seconds,
        }
        self._stage.update(done, facts, milestone=epoch_done)


def _summary(progress: Progress) -> str:
    facts = progress.facts
    perplexity = facts["held_out_perplexity"]
    held_out = "" if perplexity is None else f"held-out perplexity {perplexity:,.2f}, "
    return (
        f"epoch {facts['epoch']} of {facts['epochs']}: {held_out}training loss {facts['loss']:.4f} nats, "
        f"{facts['words_per_second']:,.0f} words/s"
    )


def _copy(network: Network) -> Network:
    return Network(*(None if weights is None else weights.copy() for weights in network))  # type: ignore[arg-type]
