"""The loop over epochs: learning rates, history, progress, and what to do when training is interrupted or diverges."""

import math
import time

from firth.backends.plan import TrainingPlan
from firth.backends.protocol import Backend, Totals
from firth.errors import DivergenceError, TrainingInterrupted, warn
from firth.interruption import keeping
from firth.progress import Progress, Reporter, Stage
from firth.training.history import EpochRecord
from firth.training.hyperparameters import Hyperparameters

__all__ = ["Trainer"]

# Times the loss of an untrained model. Where a text is learned, no epoch has a larger loss than that, give or take 1 %.
_DIVERGED = 10
_WORSE = 1.1


class Trainer:
    """Has a backend train a plan, epoch after epoch.

    hyperparameters : the number of epochs and the learning rates.
    plan : what the backend was started with.
    backend : started; its matrices are trained.
    reporter : shows the stage "training".
    """

    def __init__(
        self, hyperparameters: Hyperparameters, plan: TrainingPlan, backend: Backend, reporter: Reporter
    ) -> None:
        self.hyperparameters = hyperparameters
        self.backend = backend
        self.reporter = reporter
        self.n_tokens = len(plan.corpus.ids)
        self.untrained_loss = plan.untrained_loss
        self.history: list[EpochRecord] = []

    def run(self) -> list[EpochRecord]:
        """Train all epochs; returns their records, also kept in `history`.

        Raises   TrainingInterrupted on Ctrl-C, with the backend's matrices and the history as far as they came;
                 DivergenceError if a vector is no longer finite, or the loss many times that of an untrained model.
        Warns    if there was no pair to train, or the loss is above that of an untrained model.
        """
        epoch = 0
        total = self.hyperparameters.epochs * self.n_tokens
        try:  # around all epochs: much of the time of short ones is spent between them
            with keeping, self.reporter.stage("training", total, "words", _summary) as stage:
                for epoch in range(self.hyperparameters.epochs):
                    self._run_epoch(epoch, stage)
        except KeyboardInterrupt:
            raise TrainingInterrupted(f"training stopped in epoch {epoch + 1}") from None
        self._warn_if_nothing_was_learned()
        return self.history

    def rate_at(self, epochs: float) -> float:
        """The learning rate after this many epochs: a straight line from the first to the final one."""
        settings = self.hyperparameters
        return settings.rate + (settings.final_learning_rate - settings.rate) * epochs / settings.epochs

    def _run_epoch(self, epoch: int, stage: Stage) -> None:
        rates = self.rate_at(epoch), self.rate_at(epoch + 1)
        begun = time.perf_counter()

        def watch(totals: Totals) -> None:
            self._report(stage, epoch, totals, done=False)

        try:
            self.backend.train_epoch(epoch, rates, range(self.n_tokens), watch)
        finally:
            self._record(epoch, self.backend.totals(), time.perf_counter() - begun)
        self._check_divergence(epoch)
        self._report(stage, epoch, self.backend.totals(), done=True)

    def _check_divergence(self, epoch: int) -> None:
        """Vectors that diverge may stay finite; then the loss is hundreds to millions of times that of the start."""
        problem, last = "", self.history[-1]
        loss = last.loss
        if not self.backend.is_finite() or (last.pairs and not math.isfinite(loss)):
            problem = "the vectors grew beyond all bounds"
        elif loss > _DIVERGED * max(self.untrained_loss, 1.0):
            problem = f"the loss rose to {loss:,.0f}, that of an untrained model is {self.untrained_loss:.2f},"
        if problem:
            raise DivergenceError(
                f"{problem} in epoch {epoch + 1}: "
                f"learning_rate={self.hyperparameters.rate:g} is too high for this text; try a tenth of it"
            )

    def _warn_if_nothing_was_learned(self) -> None:
        losses = [record.loss for record in self.history if record.pairs]
        if not losses:
            warn(
                f"nothing was learned: subsampling (subsample_threshold={self.hyperparameters.subsample_threshold:g}) "
                f"left no two neighbours of {self.n_tokens:,} words; set it to 0, or give more text"
            )
        elif (loss := losses[-1]) > _WORSE * max(self.untrained_loss, 1.0):
            warn(
                f"the loss is {loss:.2f}, and that of an untrained model is {self.untrained_loss:.2f}: "
                f"learning_rate={self.hyperparameters.rate:g} is too high for this text"
            )

    def _record(self, epoch: int, totals: Totals, seconds: float) -> None:
        rate = self.rate_at(epoch + totals.words / max(self.n_tokens, 1))
        self.history.append(EpochRecord(epoch + 1, totals.mean_loss, totals.words, totals.pairs, seconds, rate))

    def _report(self, stage: Stage, epoch: int, totals: Totals, *, done: bool) -> None:
        words = epoch * self.n_tokens + totals.words
        seconds = stage.seconds
        facts = {
            "epoch": epoch + 1,
            "epochs": self.hyperparameters.epochs,
            "epoch_done": done,
            "loss": totals.mean_loss,  # of this epoch so far, in nats per pair
            "learning_rate": self.rate_at(words / max(self.n_tokens, 1)),
            "words_per_second": words / seconds if seconds > 0 else 0.0,
        }
        stage.update(words, facts, milestone=done)


def _summary(progress: Progress) -> str:
    facts = progress.facts
    return (
        f"epoch {facts['epoch']} of {facts['epochs']}: loss {facts['loss']:.4f}, "
        f"{facts['words_per_second'] / 1e6:.2f} M words/s, learning rate {facts['learning_rate']:.4f}"
    )
