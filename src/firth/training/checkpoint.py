"""Checkpoints: a training is written to a file now and then, and goes on from there.

A checkpoint is the file of a whole model (models/word2vec_file.py, doc2vec_file.py) with one more JSON document,
"training", that says where the training is, and what identifies the text. Draws are functions of the seed, the epoch
and the position in the text, and the learning rate is one of the position: nothing else is needed to go on as if
nothing had happened.
"""

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from firth.arrays import Matrix
from firth.backends.protocol import Totals
from firth.errors import FirthError, FormatError, warn
from firth.settings import check_value, real_number, whole_number
from firth.threads import Assistant
from firth.training.corpus_mark import CorpusMark
from firth.training.followers import Position, TrainingState
from firth.training.frozen import Held
from firth.training.history import History
from firth.training.hyperparameters import Hyperparameters

__all__ = ["CHECKPOINT_SECONDS", "Checkpoint", "Checkpoints", "Continued", "check_every"]

CHECKPOINT_SECONDS = 600.0  # between two checkpoints

# The weights can be copied between two parts of an epoch: parts are short next to the time between two checkpoints, but
# no shorter than that threads hardly wait for one another.
_PARTS = 20
_SHORTEST_PART, _LONGEST_PART = 0.2, 10.0  # seconds

_OF_A_RUN = ("epochs", "learning_rate", "final_learning_rate", "threads", "tokenizer")  # what continue_training() takes

_LARGEST_COST = 0.02  # of the time, for those at the ends of epochs


def check_every(every: float) -> None:
    """Raise SettingError unless checkpoints can be written at this interval."""
    check_value("every", every, real_number(0, above=True), "the seconds between two checkpoints")


class Continued(NamedTuple):
    """Of a training of a model that had been trained before: its text is read with the vocabulary that the model has.

    replay_words : how many words of an old text are read for each word of the new one; None: there is no old text.
    first_number : documents without tags are numbered from here on; None: it is no model of documents.
    """

    replay_words: float | None
    first_number: int | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON values by name; the number only for documents."""
        values = self._asdict()
        return values if self.first_number is not None else {"replay_words": values["replay_words"]}


@dataclass(frozen=True)
class Checkpoint:
    """The JSON document "training" of a file.

    position : its history is that of the file.
    settings : of this training, of which some may be others than those of the model (see _OF_A_RUN).
    epochs_before : of earlier trainings of the model.
    mark : of the text.
    held : words that move less than others.
    continued : None for the first training of a model.
    """

    position: Position
    settings: Hyperparameters
    epochs_before: int
    mark: CorpusMark
    held: Held | None = None
    continued: Continued | None = None

    @property
    def is_finished(self) -> bool:
        """Whether all epochs have been trained."""
        return self.position.epoch == self.settings.epochs

    def to_json(self) -> dict[str, Any]:
        """JSON values by name; numbers keep every bit."""
        epoch, totals, seconds, _ = self.position
        return {
            "finished": self.is_finished,
            "epochs_done": epoch,
            "words_done": totals.words,  # of the epoch after those, and so on
            "pairs_done": totals.pairs,
            "loss_sum": totals.loss,
            "seconds_done": seconds,
            **{name: value for name, value in self.settings.to_json().items() if name in _OF_A_RUN},
            "epochs_before": self.epochs_before,
            "corpus": self.mark.to_json(),
            "held": None if self.held is None else self.held.to_json(),
            "continued": None if self.continued is None else self.continued.to_json(),
        }

    @classmethod
    def from_json(
        cls, path: str | Path, values: Any, settings: Hyperparameters, history: History, n_words: int
    ) -> Self:
        """What to_json returned, from a file with the settings, the history and so many words of a model.

        Raises   FormatError if it makes no sense.
        """
        try:
            mark = CorpusMark.from_json(values["corpus"])
            settings = dataclasses.replace(settings, **{name: values[name] for name in _OF_A_RUN})
            limits = {"epochs_done": settings.epochs, "words_done": mark.words}
            for name, limit in {**limits, "pairs_done": None, "epochs_before": None}.items():
                _check(name, values[name], whole_number(0, limit))
            for name in ("loss_sum", "seconds_done"):
                _check(name, values[name], real_number(0))
            totals = Totals(values["words_done"], values["pairs_done"], values["loss_sum"])
            position = Position(values["epochs_done"], totals, values["seconds_done"], tuple(history))
            held = None if values["held"] is None else Held.from_json(values["held"], n_words)
            continued = None if values["continued"] is None else Continued(**values["continued"])
            if continued is not None and continued.replay_words is not None:
                _check("replay_words", continued.replay_words, real_number(0, above=True))
            if continued is not None and continued.first_number is not None:
                _check("first_number", continued.first_number, whole_number(0))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = f"where its training was cannot be read: {error!r}; the file is damaged"
            raise FormatError(path, problem) from None
        return cls(position, settings, values["epochs_before"], mark, held, continued)


def _check(name: str, value: Any, kind: Any) -> None:
    if not kind.accepts(value):
        raise ValueError(f"{name} is {value!r}")


class Checkpoints:
    """Writes checkpoints of a training: follows it (see followers.py).

    A copy of the weights is written by a thread of its own, while training goes on. Where a file cannot be written,
    a warning says so, training goes on, and the checkpoint before stays.

    every : seconds between two checkpoints. There is also one at the end of an epoch, or soon after it where epochs are
        so short that checkpoints would take more than 2 % of the time.
    write : writes a file; called with a position, and the input and output matrices that belong to it.
    """

    def __init__(self, every: float, write: Callable[[Position, tuple[Matrix, Matrix]], object]) -> None:
        self.part_seconds = min(max(every / _PARTS, _SHORTEST_PART), _LONGEST_PART)
        self._every = every
        self._write = write
        self._assistant = Assistant(patience=None)
        self._last = 0.0  # when the last one was begun
        self._copying = self._writing = 0.0  # processor seconds of the last one, of either thread
        self._has_ended_epoch = False  # since then
        self._written: Position | None = None
        self._problem: Exception | None = None

    def __enter__(self) -> Self:
        self._assistant.__enter__()
        self._last = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._assistant.__exit__(kind, error, trace)
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self._warn()

    def follow(self, training: TrainingState) -> None:
        """Write a checkpoint, if one is due and the one before is complete; at the end, in any case."""
        moment = training.moment
        if moment in ("start", "tick"):
            return
        if moment == "end":
            self._assistant.wait(None)
        self._warn()
        self._has_ended_epoch |= moment == "epoch"
        if moment == "end" or (self._assistant.is_idle and self._is_due()):
            self._begin(training)

    def _is_due(self) -> bool:
        since = time.perf_counter() - self._last
        is_cheap = since * _LARGEST_COST >= self._copying + self._writing
        return since >= self._every or (self._has_ended_epoch and is_cheap)

    def _begin(self, training: TrainingState) -> None:
        position, backend = training.position, training.backend
        if position == self._written:
            return
        self._last = time.perf_counter()
        backend.settle()
        if not backend.is_finite():
            return  # the end of the epoch reports it; the checkpoint before is worth more
        matrices = backend.matrices()
        self._copying = time.perf_counter() - self._last
        self._has_ended_epoch = False
        self._assistant.give(lambda: self._try_writing(position, matrices))

    def _try_writing(self, position: Position, matrices: tuple[Matrix, Matrix]) -> None:
        begun = time.thread_time()
        try:
            self._write(position, matrices)
            self._written = position
        except (FirthError, OSError) as error:
            self._problem = error
        self._writing = time.thread_time() - begun

    def _warn(self) -> None:
        if self._problem is not None:
            problem, self._problem = self._problem, None
            warn(f"a checkpoint could not be written: {problem}. The training goes on; the checkpoint before is kept")
