"""One training of a model, of words or of documents: the backend, and what goes along. fit() and resume() are one."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol, Self, TypeVar

from firth.arrays import Matrix
from firth.backends.choice import best_backend
from firth.backends.plan import TrainingPlan
from firth.backends.protocol import Backend
from firth.corpus.tokenizers import Tokenizer
from firth.corpus.vocabulary import Vocabulary
from firth.errors import SettingError, TrainingInterrupted
from firth.kernels.cuda.present import check_gpu
from firth.progress import Reporter
from firth.training.checkpoint import Checkpoint, Checkpoints, Continued, check_every
from firth.training.corpus_mark import CorpusMark, mark_of
from firth.training.followers import BEGINNING, Follower, Position
from firth.training.history import EpochRecord, History
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs
from firth.training.observation import ObservedDocuments, ObservedModel, Observer, Observers, check_observers
from firth.training.trainer import Parts, Trainer

__all__ = [
    "Companions",
    "Run",
    "Trained",
    "TrainedModel",
    "check_backend",
    "check_checkpoint",
    "check_companions",
    "run_training",
    "started_backend",
]


class Companions(NamedTuple):
    """What goes along with a training, as a user gives it.

    checkpoint : the file that checkpoints are written to; None for none.
    every : seconds between two of them.
    observers : functions of an Observation.
    """

    checkpoint: str | Path | None
    every: float
    observers: Sequence[Observer]


class TrainedModel(Protocol):
    """What becomes of the matrices of a training: WordModel, or DocumentModel."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The words."""

    @property
    def inputs(self) -> WordInputs:
        """What words are made of, and which are held."""

    @property
    def documents(self) -> ObservedDocuments | None:
        """What observers see besides words; None: nothing."""

    def write(
        self, path: str | Path, history: Iterable[EpochRecord], matrices: tuple[Matrix, Matrix], training: Checkpoint
    ) -> None:
        """Write a checkpoint. Raises FormatError or OSError."""

    def check_space(self, path: str | Path) -> None:
        """Raise OSError if there is too little space for the file."""


class Run(NamedTuple):
    """What is trained.

    model : what comes of it; its settings are those of the model, as its file has them.
    settings : those of this training: epochs and learning rates may be others.
    plan : what the backend was started with.
    start : where to go on.
    epochs_before : of earlier trainings of the same weights.
    continued : how a model goes on with a new text; None for its first training.
    digests : of what was read and is not in the plan, such as an old text that is read again.
    parts : see Trainer.
    mark : makes what identifies the text, where the plan does not hold it.
    """

    model: TrainedModel
    settings: Hyperparameters
    plan: TrainingPlan
    backend: Backend
    start: Position = BEGINNING
    epochs_before: int = 0
    continued: Continued | None = None
    digests: Mapping[str, str] = MappingProxyType({})
    parts: Parts | None = None
    mark: Callable[[], CorpusMark] | None = None


class Trained(NamedTuple):
    """What came of it.

    interruption : what Ctrl-C raised; the weights are those until then.
    """

    history: History
    matrices: tuple[Matrix, Matrix]
    interruption: TrainingInterrupted | None


def check_companions(
    checkpoint: str | Path | None, every: float, observers: object, check_file: Callable[[str | Path], None]
) -> Companions:
    """What a user gave, before anything is read.

    check_file : raises if a model cannot be saved in a file.

    Raises   SettingError for an impossible value; FormatError or OSError if the checkpoint cannot be written.
    """
    check_every(every)
    if checkpoint is not None:
        check_file(checkpoint)
    return Companions(checkpoint, every, check_observers(observers))


def check_backend(settings: Hyperparameters) -> None:
    """Raise unless the backend of these settings can be used, before anything is read.

    Raises   MissingExtraError, SettingError.
    """
    if settings.backend == "cuda":
        check_gpu()


def started_backend(
    settings: Hyperparameters, plan: TrainingPlan, matrices: tuple[Matrix, Matrix | None], reporter: Reporter
) -> Backend:
    """A backend with a copy of both matrices."""
    backend = best_backend(settings.backend, settings.threads, plan, settings.vector_size, settings.epochs)
    backend.start(plan, *matrices, reporter.message)
    return backend


class _Stored(Protocol):
    """The content of the file of a model: StoredModel, or StoredDocuments."""

    @property
    def training(self) -> Checkpoint | None: ...

    def with_tokenizer(self, tokenizer: Tokenizer) -> Self: ...


_AnyStored = TypeVar("_AnyStored", bound=_Stored)


def check_checkpoint(
    path: str | Path, stored: _AnyStored, tokenizer: Tokenizer | None, further: str
) -> tuple[_AnyStored, Checkpoint]:
    """A model from which training can go on, and where that was.

    tokenizer : in place of the one of the training; None for that.
    further : the call that trains a finished model further, for messages.

    Raises   SettingError if its training is finished, or not in its file.
    """
    at = stored.training
    if at is None:
        raise SettingError(
            f"{path} is a model, not a checkpoint of its training, so that there is nothing to resume; {further} "
            "trains it further"
        )
    if at.is_finished:
        raise SettingError(
            f"the training of {path} is finished, all {at.settings.epochs:,} epochs of it; {further} trains the model "
            "further"
        )
    if tokenizer is None:
        return stored, at
    at = dataclasses.replace(at, settings=dataclasses.replace(at.settings, tokenizer=tokenizer))
    # Of a model that went on, it was the tokenizer of that training alone.
    return (stored.with_tokenizer(tokenizer) if at.continued is None else stored), at


def run_training(run: Run, companions: Companions, reporter: Reporter) -> Trained:
    """Train to the end, or until it is stopped.

    Raises   DivergenceError, OSError if there is too little space for a checkpoint, and what an observer raised.
    """
    trainer = Trainer(
        run.settings,
        run.plan,
        run.backend,
        reporter,
        start=run.start,
        epochs_before=run.epochs_before,
        followers=_followers(run, companions),
        parts=run.parts,
    )
    interruption = None
    try:
        trainer.run()
    except TrainingInterrupted as error:
        interruption = error
    run.backend.settle()
    return Trained(trainer.history, run.backend.matrices(), interruption)


def _followers(run: Run, companions: Companions) -> list[Follower]:
    followers: list[Follower] = []
    if companions.checkpoint is not None:
        run.model.check_space(companions.checkpoint)
        followers.append(Checkpoints(companions.every, _checkpoint_writer(run, companions.checkpoint)))
    if companions.observers:
        observed = ObservedModel(run.settings, run.model.vocabulary, run.model.inputs, run.model.documents)
        followers.append(Observers(companions.observers, observed))
    return followers


def _checkpoint_writer(run: Run, path: str | Path) -> Callable[[Position, tuple[Matrix, Matrix]], None]:
    mark = None if run.mark is None else run.mark()

    def write(position: Position, matrices: tuple[Matrix, Matrix]) -> None:
        nonlocal mark
        if mark is None:  # here, while training goes on: it reads the whole text
            mark = mark_of(run.model.vocabulary, run.plan, run.digests)
        held = run.model.inputs.held
        checkpoint = Checkpoint(position, run.settings, run.epochs_before, mark, held, run.continued)
        run.model.write(path, position.history, matrices, checkpoint)

    return write
