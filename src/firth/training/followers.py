"""What goes along with a training: observers and checkpoints follow it from its start to its end (see trainer.py)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Literal, NamedTuple, Protocol

from firth.backends.protocol import NOTHING, Backend, Totals
from firth.progress import Progress
from firth.training.history import EpochRecord, History

__all__ = ["BEGINNING", "Follower", "Moment", "Position", "TrainingState"]

Moment = Literal["start", "tick", "part", "epoch", "end"]


class Position(NamedTuple):
    """Where a training is: with the weights, all that is needed to go on from there."""

    epoch: int = 0  # of this training, counted from 0; the number of its epochs when it is finished
    totals: Totals = NOTHING  # of this epoch so far; its tokens before totals.words have been trained
    seconds: float = 0.0  # of this epoch so far
    history: tuple[EpochRecord, ...] = ()  # of the epochs before it, those of earlier trainings of the model included


BEGINNING = Position()


class TrainingState(NamedTuple):
    """A training at one moment, as its followers see it."""

    moment: Moment  # "tick": about ten times a second; "part": between two parts of an epoch; the others as they say
    position: Position
    n_epochs: int  # of this training
    progress: Progress
    history: History  # with a record of the part of an epoch that was trained, where it was not trained to its end
    backend: Backend  # its weights are at rest, but at ticks
    stop: Callable[[], None]  # has training end at the next tick or part; from any thread


class Follower(AbstractContextManager[object], Protocol):
    """Entered before the first moment, and left after the last one."""

    @property
    def part_seconds(self) -> float | None:
        """How often, in seconds, the weights should be at rest; None: not within epochs."""

    def follow(self, training: TrainingState) -> None:
        """Do what is due at this moment; what it raises ends the training."""
