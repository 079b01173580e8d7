"""One training of a model: the backend, and what goes along. fit() and resume() both are one."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from firth.arrays import Matrix
from firth.backends.layout import cpu_backend
from firth.backends.plan import TrainingPlan
from firth.backends.protocol import Backend
from firth.corpus.tokenizers import Tokenizer
from firth.corpus.vocabulary import Vocabulary
from firth.errors import SettingError, TrainingInterrupted
from firth.formats.save import check_saving
from firth.models.word2vec_file import (
    StoredModel,
    check_model_name,
    check_model_space,
    read_model,
    trained_model,
    write_model,
)
from firth.progress import Reporter
from firth.training.checkpoint import Checkpoint, Checkpoints, Continued, check_every
from firth.training.corpus_mark import CorpusMark, mark_of
from firth.training.followers import BEGINNING, Follower, Position
from firth.training.history import History
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs
from firth.training.observation import ObservedModel, Observer, Observers, check_observers
from firth.training.trainer import Parts, Trainer

__all__ = ["Companions", "Run", "Trained", "check_companions", "read_checkpoint", "run_training", "started_backend"]


class Companions(NamedTuple):
    """What goes along with a training, as a user gives it.

    checkpoint : the file that checkpoints are written to; None for none.
    every : seconds between two of them.
    observers : functions of an Observation.
    """

    checkpoint: str | Path | None
    every: float
    observers: Sequence[Observer]


class Run(NamedTuple):
    """What is trained.

    model : the settings of the model, as its file has them.
    settings : those of this training: epochs and learning rates may be others.
    plan : what the backend was started with.
    start : where to go on.
    epochs_before : of earlier trainings of the same weights.
    continued : how a model goes on with a new text; None for its first training.
    replayed : the digest of the old text that is read again; None without one.
    parts : see Trainer.
    mark : makes what identifies the text, where the plan does not hold it.
    """

    model: Hyperparameters
    settings: Hyperparameters
    vocabulary: Vocabulary
    plan: TrainingPlan
    inputs: WordInputs
    backend: Backend
    start: Position = BEGINNING
    epochs_before: int = 0
    continued: Continued | None = None
    replayed: str | None = None
    parts: Parts | None = None
    mark: Callable[[], CorpusMark] | None = None


class Trained(NamedTuple):
    """What came of it.

    interruption : what Ctrl-C raised; the weights are those until then.
    """

    history: History
    matrices: tuple[Matrix, Matrix]
    interruption: TrainingInterrupted | None


def check_companions(checkpoint: str | Path | None, every: float, observers: object) -> Companions:
    """What a user gave, before anything is read.

    Raises   SettingError for an impossible value; FormatError or OSError if the checkpoint cannot be written.
    """
    check_every(every)
    if checkpoint is not None:
        check_model_name(checkpoint)
        check_saving(checkpoint, "firth")
    return Companions(checkpoint, every, check_observers(observers))


def started_backend(
    settings: Hyperparameters, plan: TrainingPlan, matrices: tuple[Matrix, Matrix | None], reporter: Reporter
) -> Backend:
    """A backend with a copy of both matrices."""
    backend = cpu_backend(settings.threads, plan, settings.vector_size)
    backend.start(plan, *matrices, reporter.message)
    return backend


def read_checkpoint(path: str | Path, tokenizer: Tokenizer | None) -> tuple[StoredModel, Checkpoint]:
    """A file from which training can go on.

    tokenizer : in place of the one of the training; None for that.

    Raises   FormatError if the file is damaged or is no model; SettingError if its training is finished, or not in it.
    """
    stored = read_model(path)
    if stored.training is None:
        raise SettingError(
            f"{path} is a model, not a checkpoint of its training, so that there is nothing to resume; "
            "Word2Vec.load(path).continue_training(corpus) trains it further"
        )
    if stored.training.is_finished:
        raise SettingError(
            f"the training of {path} is finished, all {stored.training.settings.epochs:,} epochs of it; "
            "Word2Vec.load(path).continue_training(corpus) trains the model further"
        )
    if tokenizer is None:
        return stored, stored.training
    at = dataclasses.replace(
        stored.training, settings=dataclasses.replace(stored.training.settings, tokenizer=tokenizer)
    )
    if at.continued is None:  # otherwise it was the tokenizer of this training alone
        stored = stored._replace(hyperparameters=dataclasses.replace(stored.hyperparameters, tokenizer=tokenizer))
    return stored, at


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
    return Trained(trainer.history, run.backend.matrices(), interruption)


def _followers(run: Run, companions: Companions) -> list[Follower]:
    followers: list[Follower] = []
    if companions.checkpoint is not None:
        check_model_space(companions.checkpoint, run.vocabulary, [run.settings])
        followers.append(Checkpoints(companions.every, _checkpoint_writer(run, companions.checkpoint)))
    if companions.observers:
        followers.append(Observers(companions.observers, ObservedModel(run.settings, run.vocabulary, run.inputs)))
    return followers


def _checkpoint_writer(run: Run, path: str | Path) -> Callable[[Position, tuple[Matrix, Matrix]], None]:
    mark = None if run.mark is None else run.mark()

    def write(position: Position, matrices: tuple[Matrix, Matrix]) -> None:
        nonlocal mark
        if mark is None:  # here, while training goes on: it reads the whole text
            mark = mark_of(run.vocabulary, run.plan, run.replayed)
        checkpoint = Checkpoint(position, run.settings, run.epochs_before, mark, run.inputs.held, run.continued)
        write_model(path, trained_model(run.model, position.history, run.vocabulary, run.inputs, matrices, checkpoint))

    return write
