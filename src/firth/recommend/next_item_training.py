"""The loop over epochs and batches of vectors that predict the next item.

All draws are functions of the seed, the epoch and the batch.
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from firth.arrays import Matrix
from firth.errors import DivergenceError, TrainingInterrupted
from firth.interruption import importing, keeping
from firth.progress import Progress, Reporter, Stage
from firth.recommend.next_item_examples import Examples
from firth.recommend.next_item_groups import ItemGroups
from firth.recommend.next_item_parts import Composition
from firth.recommend.next_item_settings import NextItemSettings

if TYPE_CHECKING:
    from firth.recommend.next_item_batch import Batches
    from firth.recommend.next_item_gpu import GpuBatches
    from firth.recommend.next_item_matrix import LearnedMatrix

__all__ = ["Known", "Trained", "train"]

_FIRST_INPUTS = 0.1  # standard deviation of the numbers of the first input vectors; output vectors begin as zeros
# The state of Adagrad at the start. From 0, the first step of a row would be as long whatever its slope: rare items
# would be learned by heart.
_FIRST_SQUARE = 0.1
_DIVERGED = 10  # times the loss of untrained vectors
_SLOWEST = 0.05  # the learning rate falls along a straight line to this share of it


class Known(NamedTuple):
    """What is known about items."""

    n_items: int
    composition: Composition | None  # the values of their attributes
    groups: ItemGroups | None  # from which answers get further negatives


class Trained(NamedTuple):
    """Vectors of N items, and of F values of attributes."""

    inputs: Matrix  # (N, D)
    outputs: Matrix  # (N, D)
    value_inputs: Matrix  # (F, D)
    value_outputs: Matrix  # (F, D)


def train(
    phases: tuple[Examples, Examples],
    known: Known,
    settings: NextItemSettings,
    before_last: Callable[[Trained], object],
    reporter: Reporter,
) -> tuple[Trained, TrainingInterrupted | None]:
    """Train all epochs; returns the vectors, and the Ctrl-C that ended the training early.

    phases : the examples of all epochs but the last, and those of the last.
    known : about the items.
    before_last : called with the vectors before the last epoch.

    Raises   DivergenceError if the loss or a vector is not finite.
    """
    sizes = [len(phases[0])] * (settings.epochs - 1) + [len(phases[1])]
    with keeping, reporter.stage("training", sum(sizes), "answers", _summary) as stage:
        training = _Training(phases, known, settings, stage, sizes)
        try:
            training.run(before_last)
        except KeyboardInterrupt:
            return training.trained(), TrainingInterrupted(f"training stopped in epoch {training.epoch + 1}")
        else:
            return training.trained(), None
        finally:
            training.close()


class _Training:
    """One training and its state."""

    def __init__(
        self,
        phases: tuple[Examples, Examples],
        known: Known,
        settings: NextItemSettings,
        stage: Stage,
        sizes: list[int],
    ) -> None:
        self._phases, self._settings = phases, settings
        self._stage, self._sizes = stage, sizes
        self._n_items = known.n_items
        self._inputs, self._outputs = _matrices(known.n_items, known.composition, settings)
        self._inputs.rows[: known.n_items][~phases[1].in_histories(known.n_items)] = 0  # noise would stay noise
        self._batches = _batches(self._inputs, self._outputs, known.groups, settings)
        self.epoch = 0

    def run(self, before_last: Callable[[Trained], object]) -> None:
        """All epochs."""
        for epoch in range(self._settings.epochs):
            self.epoch = epoch
            is_last = self.epoch == self._settings.epochs - 1
            if is_last:
                before_last(self.trained())
            loss = self._train_epoch(self.epoch, self._phases[is_last])
            untrained = math.log(max(self._n_items, 3))
            if not loss <= _DIVERGED * untrained:  # also where it is no number
                raise DivergenceError(
                    f"the loss of epoch {self.epoch + 1} is {loss:,.1f} nats per answer, and that of untrained vectors "
                    f"{untrained:.1f}: learning_rate={self._settings.learning_rate:g} is too high; try a tenth of it"
                )

    def trained(self) -> Trained:
        """A copy of the vectors as they are now."""
        self._batches.store()
        matrices = self._inputs, self._outputs
        values = (matrix.rows[self._n_items :].copy() for matrix in matrices)
        return Trained(*(matrix.vectors() for matrix in matrices), *values)

    def close(self) -> None:
        """Free what only training needs."""
        self._batches.close()

    def _train_epoch(self, epoch: int, examples: Examples) -> float:
        """One pass over examples in random order; returns the mean loss in nats."""
        settings = self._settings
        done, total = sum(self._sizes[:epoch]), sum(self._sizes)
        counts = np.bincount(examples.answered.answers, minlength=self._n_items)
        noise = np.where(counts, np.maximum(counts, 1.0) ** settings.noise_exponent, 0)
        self._batches.begin_epoch(epoch, noise)
        order = examples.shuffled(np.random.default_rng((settings.seed, epoch)))
        loss, weight = 0.0, 0.0
        for number, first in enumerate(range(0, len(order), settings.batch_size)):
            batch = order[first : first + settings.batch_size]
            rate = settings.learning_rate * (1 - (1 - _SLOWEST) * (done + first) / total)
            loss += self._batches.train(examples, batch, number, rate)
            weight += len(batch) if examples.weights is None else float(examples.weights[batch].sum())
            self._report(epoch, done + first + len(batch), loss / max(weight, 1e-9))
        mean = loss / max(weight, 1e-9)
        self._report(epoch, done + len(order), mean, epoch_done=True)
        return mean

    def _report(self, epoch: int, done: int, loss: float, *, epoch_done: bool = False) -> None:
        facts = {
            "epoch": epoch + 1,
            "epochs": self._settings.epochs,
            "epoch_done": epoch_done,
            "loss": loss,  # of this epoch so far, in nats per answer
            "answers_per_second": done / max(self._stage.seconds, 1e-9),
        }
        self._stage.update(done, facts, milestone=epoch_done)


def _matrices(
    n_items: int, composition: Composition | None, settings: NextItemSettings
) -> "tuple[LearnedMatrix, LearnedMatrix]":
    """The input and the output vectors before training."""
    with importing():
        from firth.recommend.next_item_batch import capacities
        from firth.recommend.next_item_matrix import ComposedMatrix, LearnedMatrix

    def matrix(capacity: int) -> LearnedMatrix:
        if composition is None:
            return LearnedMatrix(n_items, settings.vector_size, _FIRST_SQUARE)
        return ComposedMatrix(composition, settings.vector_size, _FIRST_SQUARE, capacity, settings.side_weights)

    inputs, outputs = (matrix(capacity) for capacity in capacities(settings))
    random = np.random.default_rng(settings.seed)
    inputs.rows[:] = _FIRST_INPUTS * random.standard_normal(inputs.rows.shape, np.float32)
    return inputs, outputs


def _batches(
    inputs: "LearnedMatrix", outputs: "LearnedMatrix", groups: ItemGroups | None, settings: NextItemSettings
) -> "Batches | GpuBatches":
    """What trains batches."""
    with importing():
        if settings.backend == "cuda":
            from firth.recommend.next_item_gpu import GpuBatches

            return GpuBatches(inputs, outputs, settings)
        from firth.recommend.next_item_batch import Batches
    return Batches(inputs, outputs, groups, settings)


def _summary(progress: Progress) -> str:
    facts = progress.facts
    return (
        f"epoch {facts['epoch']} of {facts['epochs']}: loss {facts['loss']:.4f} nats, "
        f"{facts['answers_per_second']:,.0f} answers/s"
    )
