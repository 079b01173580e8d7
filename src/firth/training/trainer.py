"""The loop over epochs: learning rates, history, progress, and what to do when training is interrupted or diverges.

Without followers an epoch is trained in one call of the backend. Where a follower needs the weights at rest, an epoch
is trained in parts. With one thread the bits are the same: all draws are functions of the seed, the epoch and the
position in the corpus, the learning rate is one of the position, and sums of losses go on from those of the last part.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import TypeAlias

from firth.backends.plan import TrainingPlan
from firth.backends.protocol import Backend, Totals
from firth.errors import DivergenceError, TrainingInterrupted, warn
from firth.interruption import keeping
from firth.progress import Progress, Reporter, Stage
from firth.training.followers import BEGINNING, Follower, Moment, Position, TrainingState
from firth.training.history import EpochRecord, History
from firth.training.hyperparameters import Hyperparameters

__all__ = ["Parts", "Trainer"]

Parts: TypeAlias = Callable[[int, range], Iterator[range]]  # of an epoch, counted through all trainings of the weights

# Times the loss of an untrained model. Where a text is learned, no epoch has a larger loss than that, give or take 1 %.
_DIVERGED = 10
_WORSE = 1.1

_GROWTH = 8  # times the tokens of the part before: the speed of a short part is not that of a long one


class _Stopped(Exception):
    """A follower has the training end."""


class Trainer:
    """Has a backend train a plan, epoch after epoch.

    hyperparameters : the number of epochs and the learning rates of this training.
    plan : what the backend was started with.
    backend : started; its matrices are trained.
    reporter : shows the stage "training".
    start : where to go on; its history is that of the epochs before.
    epochs_before : epochs of earlier trainings of the same weights. Epochs are counted on from there, so that draws do
        not repeat.
    followers : observers, checkpoints.
    parts : in which the backend has to train what is left of an epoch; None: any that end at multiples of its chunk.

    Attributes
    ----------
    history : a record for each epoch, those of `start` included; after an interruption or a stop the last one is of
        the part that was trained.
    position : where the training is, when it is not at work.
    """

    def __init__(
        self,
        hyperparameters: Hyperparameters,
        plan: TrainingPlan,
        backend: Backend,
        reporter: Reporter,
        *,
        start: Position = BEGINNING,
        epochs_before: int = 0,
        followers: Sequence[Follower] = (),
        parts: Parts | None = None,
    ) -> None:
        self.hyperparameters = hyperparameters
        self.backend = backend
        self.reporter = reporter
        self.n_tokens = len(plan.corpus.ids)
        self.untrained_loss = plan.untrained_loss
        self.position = start
        self.history = History(start.history)
        self._epochs_before = epochs_before
        self._followers = followers
        self._given_parts = parts
        self._is_stopped = False
        self._part_tokens = self._least_part = backend.least_part
        self._first_word = self._words_at(start)

    def run(self) -> History:
        """Train all epochs that are left; returns the history.

        Raises   TrainingInterrupted on Ctrl-C, with the backend's matrices and the history as far as they came;
                 DivergenceError if a vector is no longer finite, or the loss many times that of an untrained model.
        Warns    if there was no pair to train, or the loss is above that of an untrained model.
        """
        total = self.hyperparameters.epochs * self.n_tokens
        try:  # around all epochs: much of the time of short ones is spent between them
            with (
                keeping,
                self.reporter.stage("training", total, "words", _summary, done=self._first_word) as stage,
                ExitStack() as stack,
            ):
                for follower in self._followers:
                    stack.enter_context(follower)
                self._run(stage)
        except KeyboardInterrupt:
            number = self._number(min(self.position.epoch, self.hyperparameters.epochs - 1))
            raise TrainingInterrupted(f"training stopped in epoch {number}") from None
        if not self._is_stopped:
            self._warn_if_nothing_was_learned()
        return self.history

    def rate_at(self, epochs: float) -> float:
        """The learning rate after this many epochs: a straight line from the first to the final one."""
        settings = self.hyperparameters
        return settings.rate + (settings.final_learning_rate - settings.rate) * epochs / settings.epochs

    def _run(self, stage: Stage) -> None:
        try:
            self._reach("start", stage)
            while self.position.epoch < self.hyperparameters.epochs and not self._is_stopped:
                self._run_epoch(stage)
        except _Stopped:
            pass
        except KeyboardInterrupt:
            self._reach("end", stage)
            raise
        self._reach("end", stage)

    def _run_epoch(self, stage: Stage) -> None:
        """Train what is left of an epoch."""
        try:
            for part in self._parts(self.position.totals.words):
                self._train(part, stage)
                if part.stop < self.n_tokens:
                    self._reach("part", stage)
                    self._check_stop()
        except _Stopped:
            if not self._is_epoch_trained():
                self.history.append(self._record())
                raise
        except KeyboardInterrupt:
            if self._is_epoch_trained():
                self._complete_epoch()
            else:
                self.history.append(self._record())
            raise
        self._complete_epoch()
        self._reach("epoch", stage)

    def _complete_epoch(self) -> None:
        self.history.append(self._record())
        self._check_divergence()
        self.position = Position(self.position.epoch + 1, history=tuple(self.history))

    def _train(self, part: range, stage: Stage) -> None:
        epoch, so_far, seconds, history = self.position
        rates = self.rate_at(epoch), self.rate_at(epoch + 1)
        begun = time.perf_counter()
        before = self.backend.totals()

        def watch(totals: Totals) -> None:
            self._note(totals, seconds, begun)
            self._reach("tick", stage)
            self._check_stop()

        try:
            self.backend.train_epoch(self._epochs_before + epoch, rates, part, watch, so_far)
        except BaseException:
            totals = self.backend.totals()
            # If it was interrupted before it began, these are still of what was trained before.
            self._note(so_far if totals == before else totals, seconds, begun)
            raise
        self._note(self.backend.totals(), seconds, begun)

    def _parts(self, first: int) -> Iterator[range]:
        """The tokens from the first one to the end of the corpus, in parts; in one where nobody needs several."""
        if self._given_parts is not None:
            yield from self._given_parts(self._epochs_before + self.position.epoch, range(first, self.n_tokens))
            return
        wanted = [follower.part_seconds for follower in self._followers if follower.part_seconds is not None]
        if not wanted:
            yield range(first, self.n_tokens)
            return
        least = self._least_part
        while first < self.n_tokens:
            stop = min((first // least + self._part_tokens // least) * least, self.n_tokens)
            begun = time.perf_counter()
            yield range(first, stop)
            speed = (stop - first) / max(time.perf_counter() - begun, 1e-9)
            size = min(int(speed * min(wanted)), _GROWTH * self._part_tokens)
            self._part_tokens = max(size // least * least, least)
            first = stop

    def _check_divergence(self) -> None:
        """Vectors that diverge may stay finite; then the loss is hundreds to millions of times that of the start."""
        problem, last = "", self.history[-1]
        loss = last.loss
        if not self.backend.is_finite() or (last.pairs and not math.isfinite(loss)):
            problem = "the vectors grew beyond all bounds"
        elif loss > _DIVERGED * max(self.untrained_loss, 1.0):
            problem = f"the loss rose to {loss:,.0f}, that of an untrained model is {self.untrained_loss:.2f},"
        if problem:
            raise DivergenceError(
                f"{problem} in epoch {last.epoch}: "
                f"learning_rate={self.hyperparameters.rate:g} is too high for this text; try a tenth of it"
            )

    def _warn_if_nothing_was_learned(self) -> None:
        losses = [record.loss for record in self.history if record.pairs and record.epoch > self._epochs_before]
        # A trained model may know less than nothing of a text that is unlike the one before.
        first = losses[0] if losses and self._epochs_before else 0.0
        if not losses:
            warn(
                f"nothing was learned: subsampling (subsample_threshold={self.hyperparameters.subsample_threshold:g}) "
                f"left no two neighbours of {self.n_tokens:,} words; set it to 0, or give more text"
            )
        elif (loss := losses[-1]) > _WORSE * max(self.untrained_loss, first, 1.0):
            warn(
                f"the loss is {loss:.2f}, and that of an untrained model is {self.untrained_loss:.2f}: "
                f"learning_rate={self.hyperparameters.rate:g} is too high for this text"
            )

    # ---------------------------------------------------------------- where the training is

    def _number(self, epoch: int) -> int:
        """The number of an epoch for users, counted from 1 through all trainings of the weights."""
        return self._epochs_before + epoch + 1

    def _words_at(self, position: Position) -> int:
        """Words of this training before a position."""
        return position.epoch * self.n_tokens + position.totals.words

    def _note(self, totals: Totals, seconds: float, begun: float) -> None:
        elapsed = time.perf_counter() - begun
        self.position = self.position._replace(totals=totals, seconds=seconds + elapsed)

    def _record(self) -> EpochRecord:
        """Of the present epoch, as far as it has come."""
        epoch, totals, seconds, _ = self.position
        rate = self.rate_at(epoch + totals.words / max(self.n_tokens, 1))
        return EpochRecord(self._number(epoch), totals.mean_loss, totals.words, totals.pairs, seconds, rate)

    def _is_epoch_trained(self) -> bool:
        return self.position.totals.words == self.n_tokens

    # ---------------------------------------------------------------- who hears of it

    def stop(self) -> None:
        """Have the training end at its next tick or part; may be called by any thread."""
        self._is_stopped = True

    def _check_stop(self) -> None:
        if self._is_stopped:
            raise _Stopped

    def _reach(self, moment: Moment, stage: Stage) -> None:
        """Report the position to the user and to the followers."""
        words, facts = self._words_at(self.position), self._facts(moment, stage)
        if moment in ("tick", "epoch"):
            stage.update(words, facts, milestone=moment == "epoch")
        if not self._followers:
            return
        epochs, history = self.hyperparameters.epochs, History(self.history)
        progress = stage.record(words, facts)
        state = TrainingState(moment, self.position, epochs, progress, history, self.backend, self.stop)
        for follower in self._followers:
            follower.follow(state)

    def _facts(self, moment: Moment, stage: Stage) -> dict[str, object]:
        epoch, totals, _, _ = self.position
        number, loss = self._number(epoch), totals.mean_loss
        epoch_done = moment in ("start", "epoch", "end") and epoch > 0 and totals.words == 0
        if epoch_done:
            number, loss = self.history[-1].epoch, self.history[-1].loss
        words, seconds = self._words_at(self.position), stage.seconds
        return {
            "epoch": number,
            "epochs": self._number(self.hyperparameters.epochs - 1),
            "epoch_done": epoch_done,
            "loss": loss,  # of this epoch so far, in nats per pair
            "learning_rate": self.rate_at(words / max(self.n_tokens, 1)),
            "words_per_second": (words - self._first_word) / seconds if seconds > 0 else 0.0,
        }


def _summary(progress: Progress) -> str:
    facts = progress.facts
    return (
        f"epoch {facts['epoch']} of {facts['epochs']}: loss {facts['loss']:.4f}, "
        f"{facts['words_per_second'] / 1e6:.2f} M words/s, learning rate {facts['learning_rate']:.4f}"
    )
