"""Training vectors that predict the next item.

Shapes   B examples of a batch, K items that are drawn for it, H items of a history, N items, D numbers per vector.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Offsets, WordIds
from firth.errors import DivergenceError
from firth.interruption import blas
from firth.progress import Reporter
from firth.recommend.next_item_settings import NextItemSettings
from firth.recommend.scorer import Histories

__all__ = ["Examples", "mean_vectors", "train"]


class Examples(NamedTuple):
    """What is learned from: E positions, the item at each of which is the answer to the items before it."""

    ids: WordIds  # (T,) all events
    first: NDArray[np.int64]  # (E,) where the sequence of each position begins
    positions: NDArray[np.int64]  # (E,)
    weights: NDArray[np.float32] | None  # (E,)

    @classmethod
    def of(cls, ids: WordIds, offsets: Offsets, weights: NDArray[np.float32] | None) -> "Examples":
        """All positions but the first of each sequence."""
        first = np.repeat(offsets[:-1], np.diff(offsets))
        positions = np.flatnonzero(np.arange(len(ids)) > first)
        return cls(ids, first[positions], positions, None if weights is None else weights[positions])

    @property
    def answers(self) -> WordIds:
        """(E,)"""
        return self.ids[self.positions]

    def without(self, held_out: NDArray[np.bool_]) -> "Examples":
        """Those whose answer is not among some events."""
        kept = ~held_out[self.positions]
        weights = None if self.weights is None else self.weights[kept]
        return Examples(self.ids, self.first[kept], self.positions[kept], weights)

    def windows(self, some: NDArray[np.int64], settings: NextItemSettings) -> tuple[NDArray[np.int32], Matrix]:
        """The items (B, H) of the histories of some examples, last one first, and their weights, which add up to 1."""
        places = self.positions[some, np.newaxis] - 1 - np.arange(settings.history)
        is_inside = places >= self.first[some, np.newaxis]
        weights = np.where(is_inside, settings.recency ** np.arange(settings.history), 0).astype(np.float32)
        weights /= weights.sum(axis=1, keepdims=True)
        return self.ids[np.where(is_inside, places, 0)], weights


def mean_vectors(inputs: Matrix, histories: Histories, history: int, recency: float) -> Matrix:
    """The weighted means (Q, D) of the vectors of histories; zeros for empty ones."""
    means = np.zeros((len(histories), inputs.shape[1]), np.float32)
    ids, offsets = histories
    for row in range(len(histories)):
        last = ids[max(offsets[row], offsets[row + 1] - history) : offsets[row + 1]]
        if len(last):
            weights = recency ** np.arange(len(last) - 1, -1, -1)
            means[row] = weights @ inputs[last] / weights.sum()
    return means


def train(
    examples: Examples,
    some: Examples,
    n_items: int,
    settings: NextItemSettings,
    before_last: Callable[[Matrix, Matrix], object],
    reporter: Reporter,
) -> tuple[Matrix, Matrix]:
    """Train all epochs; returns the input and the output vectors (N, D).

    some : the examples of all epochs but the last.
    before_last : called with the vectors before the last epoch.

    Raises   DivergenceError if vectors are not finite.
    """
    random = np.random.default_rng(settings.seed)
    shape = n_items, settings.vector_size
    matrices = (random.standard_normal(shape) * 0.1).astype(np.float32), np.zeros(shape, np.float32)
    squares = np.zeros(n_items, np.float32), np.zeros(n_items, np.float32)
    total = (settings.epochs - 1) * len(some.positions) + len(examples.positions)
    done = 0
    with reporter.stage("training", total, "answers") as stage:
        for epoch in range(settings.epochs):
            is_last = epoch == settings.epochs - 1
            if is_last:
                before_last(*matrices)
            learned = examples if is_last else some
            cumulated = np.cumsum(np.bincount(learned.answers, minlength=n_items) ** settings.noise_exponent)
            order = random.permutation(len(learned.positions))
            for begin in range(0, len(order), settings.batch_size):
                batch = order[begin : begin + settings.batch_size]
                _step(matrices, squares, learned, batch, cumulated, settings, random)
                stage.update(done + begin + len(batch))
            done += len(order)
            if not all(np.isfinite(matrix).all() for matrix in matrices):
                raise DivergenceError(
                    f"the vectors grew beyond all bounds in epoch {epoch + 1}: "
                    f"learning_rate={settings.learning_rate:g} is too high; try a tenth of it"
                )
    return matrices


def _step(
    matrices: tuple[Matrix, Matrix],
    squares: tuple[NDArray[np.float32], NDArray[np.float32]],
    examples: Examples,
    batch: NDArray[np.int64],
    cumulated: NDArray[np.float64],
    settings: NextItemSettings,
    random: np.random.Generator,
) -> None:
    inputs, outputs = matrices
    answers = examples.answers[batch]
    count = settings.negative_samples
    drawn = np.searchsorted(cumulated, (np.arange(count) + random.random(count)) / count * cumulated[-1], "right")
    drawn = np.minimum(drawn, len(outputs) - 1).astype(np.int32)
    chances = count * np.diff(cumulated, prepend=0)[drawn] / cumulated[-1]
    items, weights = examples.windows(batch, settings)
    hidden = np.einsum("bh,bhd->bd", weights, inputs[items])
    with blas:
        noise_scores = hidden @ outputs[drawn].T - np.log(chances).astype(np.float32)
    noise_scores[answers[:, np.newaxis] == drawn] = -np.inf
    scores = np.concatenate([(hidden * outputs[answers]).sum(axis=1)[:, np.newaxis], noise_scores], axis=1)
    errors = np.exp(scores - scores.max(axis=1, keepdims=True))
    errors /= errors.sum(axis=1, keepdims=True)
    errors[:, 0] -= 1
    if examples.weights is not None:
        errors *= examples.weights[batch, np.newaxis]
    with blas:
        back = errors[:, 1:] @ outputs[drawn] + errors[:, :1] * outputs[answers]
        drawn_slopes = errors[:, 1:].T @ hidden
    slopes = (weights[:, :, np.newaxis] * back[:, np.newaxis]).reshape(-1, inputs.shape[1])
    kept = weights.ravel() > 0
    _adagrad(inputs, squares[0], items.ravel()[kept], slopes[kept], settings.learning_rate)
    rows, slopes = np.concatenate([answers, drawn]), np.concatenate([errors[:, :1] * hidden, drawn_slopes])
    _adagrad(outputs, squares[1], rows, slopes, settings.learning_rate)


def _adagrad(
    matrix: Matrix, squares: NDArray[np.float32], rows: NDArray[np.int32], slopes: Matrix, rate: float
) -> None:
    """Move each row by the sum of its slopes; one number of state per row: the mean squares of its slopes, summed."""
    order = np.argsort(rows, kind="stable")
    moved, starts = np.unique(rows[order], return_index=True)
    sums = np.add.reduceat(slopes[order], starts, axis=0)
    squares[moved] += (sums * sums).mean(axis=1)
    matrix[moved] -= rate * sums / np.sqrt(squares[moved] + 1e-8)[:, np.newaxis]
