"""The loop over epochs."""

import time
from typing import Any

import numpy as np

from firth.arrays import Counts, Offsets, WordIds
from firth.errors import DivergenceError, TrainingInterrupted
from firth.kernels.arguments import Corpus, Objective, Report, Sampling, Schedule
from firth.kernels.cpu.training.epoch import train_epoch
from firth.kernels.cpu.training.hot_rows import merge_hot_rows
from firth.kernels.cpu.training.tree import TAIL
from firth.parallel import run_in_threads
from firth.progress import Progress, Reporter, Stage
from firth.simd.rows import BLOCK_ROWS
from firth.training.history import EpochRecord
from firth.training.huffman import huffman_tree
from firth.training.hyperparameters import Hyperparameters
from firth.training.tables import contrast_shifts, epoch_key, keep_probabilities, keep_thresholds, noise_table
from firth.training.weights import TrainingWeights, batch_tokens

__all__ = ["CHUNK", "Trainer", "allocate_weights", "target_block"]

CHUNK = 16 * 1024  # tokens a thread takes at a time: about 5 ms of work
_PER_LINE = 8  # a cache line of 64-bit counters, so that threads do not share one


def target_block(targets: int) -> tuple[int, ...]:
    """A tuple as long as the number of target rows to hold in registers: at most 8, blocks as even as possible."""
    blocks = -(-targets // BLOCK_ROWS)
    return (0,) * -(-targets // blocks)


def allocate_weights(hyperparameters: Hyperparameters, words: int) -> TrainingWeights:
    """The matrices for V words, all zeros. Full softmax moves all rows alike: none is hot."""
    copies = hyperparameters.objective != "softmax"
    return TrainingWeights.allocate(words, hyperparameters.vector_size, hyperparameters.worker_threads, copies=copies)


class Trainer:
    """Trains weights on a corpus, epoch after epoch.

    corpus : the encoded text: ids (T,) int32 and sentence offsets (S + 1,) int64.
    counts : (V,) of the vocabulary the ids refer to.
    weights : trained in place.
    reporter : shows the stage "training".
    """

    def __init__(
        self,
        hyperparameters: Hyperparameters,
        corpus: tuple[WordIds, Offsets],
        counts: Counts,
        weights: TrainingWeights,
        reporter: Reporter,
    ) -> None:
        self.hyperparameters = hyperparameters
        self.corpus = Corpus(*corpus)
        self.weights = weights
        self.reporter = reporter
        self.history: list[EpochRecord] = []
        self.threads = weights.threads
        self._keep = keep_thresholds(counts, hyperparameters.subsample_threshold)
        self._counts = counts
        self._noise = noise_table(counts, hyperparameters.noise_power)
        self._negative_samples = hyperparameters.noise_words
        if hyperparameters.objective == "negative_sampling":
            # All noise words of a position differ from each other and from its word.
            self._negative_samples = min(self._negative_samples, len(counts) - 1)
        self._objectives = self._new_objectives()
        self._hot = [weights.hot_rows(thread) for thread in range(self.threads)]
        self._cbow: list[Any] = [None] * self.threads
        if hyperparameters.architecture == "cbow":
            exact = hyperparameters.cbow_gradient == "exact"
            self._cbow = [weights.cbow_scratch(exact=exact) for _ in range(self.threads)]

    @property
    def block_size(self) -> int:
        """Target rows held in registers together: with the architecture, it decides which kernel is compiled."""
        return len(self._block)

    @property
    def _block(self) -> tuple[int, ...]:
        if self._negative_samples or self.hyperparameters.objective == "negative_sampling":
            return target_block(1 + self._negative_samples)
        return target_block(BLOCK_ROWS)

    def _new_objectives(self) -> list[Objective]:
        """How predictions are judged, for each thread."""
        shifts = tree = None
        if self.hyperparameters.objective == "nce":
            shifts = contrast_shifts(self._counts, self.hyperparameters.noise_power, self._negative_samples)
        elif self.hyperparameters.objective == "hierarchical_softmax":
            tree = huffman_tree(self._counts)
        elif self.hyperparameters.objective == "softmax":
            whole = (self.weights.softmax_scratch(t, self.hyperparameters.window) for t in range(self.threads))
            return [Objective(None, None, None, scratch) for scratch in whole]
        return [Objective(shifts, tree, tree and TAIL, None)] * self.threads

    def expected_words_read(self) -> float:
        """Words of an epoch that subsampling lets be read, on average."""
        return float(keep_probabilities(self._counts, self.hyperparameters.subsample_threshold) @ self._counts)

    def prepare(self) -> None:
        """Compile the kernel for these settings, or load it from the cache: an epoch without words."""
        nothing = Corpus(np.empty(0, np.int32), np.zeros(1, np.int64))
        control, *columns = self._counters()
        self._merge_copies()
        train_epoch(*self._arguments(nothing, 0, Report(control, *(column[0] for column in columns)), 0))

    def run(self) -> list[EpochRecord]:
        """Train all epochs; returns their records, also kept in `history`.

        Raises   TrainingInterrupted on Ctrl-C, with the weights and the history as far as they got;
                 DivergenceError if a vector is no longer finite.
        """
        epoch = 0
        total = self.hyperparameters.epochs * len(self.corpus.ids)
        try:  # around all epochs: short ones spend much of their time between each other
            with self.reporter.stage("training", total, "words", _summary) as stage:
                for epoch in range(self.hyperparameters.epochs):
                    self._run_epoch(epoch, stage)
        except KeyboardInterrupt:
            raise TrainingInterrupted(f"training stopped in epoch {epoch + 1}") from None
        return self.history

    def _run_epoch(self, epoch: int, stage: Stage) -> None:
        control, *_ = counters = self._counters()
        reports = [Report(control, *(column[thread] for column in counters[1:])) for thread in range(self.threads)]
        jobs = [self._arguments(self.corpus, epoch, report, thread) for thread, report in enumerate(reports)]
        begun = time.perf_counter()

        def watch() -> None:
            self._report(stage, epoch, counters, done=False)

        def stop() -> None:
            control[1] = 1

        try:
            run_in_threads(
                train_epoch, jobs, on_tick=lambda: self._report(stage, epoch, counters, done=False), stop=stop
            )
        finally:
            self._record(epoch, counters, time.perf_counter() - begun)
            self._merge_copies()
        self._check_finite(epoch)
        self._report(stage, epoch, counters, done=True)

    def _merge_copies(self) -> None:
        if self.weights.hot:
            for hot in self._hot:
                merge_hot_rows(self.weights.argument(), hot)

    def _check_finite(self, epoch: int) -> None:
        """Training would go on with NaN without a word: comparisons in the kernels let it pass."""
        for matrix in (self.weights.word, self.weights.context):
            if not np.isfinite(matrix.sum(dtype=np.float64)):
                raise DivergenceError(
                    f"the vectors grew beyond all bounds in epoch {epoch + 1}: "
                    f"learning_rate={self.hyperparameters.rate:g} is too high for this text; try a tenth of it"
                )

    def _counters(self) -> tuple[Any, ...]:
        """control, and for every thread: tokens, pairs, loss, each in cache lines of its own."""
        per_thread = [np.zeros((self.threads, _PER_LINE), kind) for kind in (np.int64, np.int64, np.float64)]
        return np.zeros(_PER_LINE, np.int64), *per_thread

    def _arguments(self, corpus: Corpus, epoch: int, report: Report, thread: int) -> tuple[Any, ...]:
        settings = self.hyperparameters
        sampling = Sampling(
            self._keep, self._noise, settings.window, settings.shrink_window, self._negative_samples,
            epoch_key(settings.seed, epoch),
        )  # fmt: skip
        first, last = self.rate_at(epoch), self.rate_at(epoch + 1)
        schedule = Schedule(first, (last - first) / max(len(corpus.ids), 1), CHUNK, batch_tokens(self.threads))
        hot, cbow = self._hot[thread], self._cbow[thread]
        return (
            corpus,
            sampling,
            schedule,
            self.weights.argument(),
            hot,
            report,
            self._block,
            cbow,
            self._objectives[thread],
        )

    def rate_at(self, epochs: float) -> float:
        """The learning rate after so many epochs: a straight line from the first to the final one."""
        settings = self.hyperparameters
        return settings.rate + (settings.final_learning_rate - settings.rate) * epochs / settings.epochs

    def _record(self, epoch: int, counters: tuple[Any, ...], seconds: float) -> None:
        words, pairs, loss = _totals(counters)
        rate = self.rate_at(epoch + words / max(len(self.corpus.ids), 1))
        self.history.append(EpochRecord(epoch + 1, loss, words, pairs, seconds, rate))

    def _report(self, stage: Stage, epoch: int, counters: tuple[Any, ...], *, done: bool) -> None:
        words, _, loss = _totals(counters)
        per_epoch = len(self.corpus.ids)
        words += epoch * per_epoch
        seconds = stage.seconds
        facts = {
            "epoch": epoch + 1,
            "epochs": self.hyperparameters.epochs,
            "epoch_done": done,
            "loss": loss,  # of this epoch so far, in nats per pair; NaN before the first pair
            "learning_rate": self.rate_at(words / max(per_epoch, 1)),
            "words_per_second": words / seconds if seconds > 0 else 0.0,
        }
        stage.update(words, facts, milestone=done)


def _summary(progress: Progress) -> str:
    facts = progress.facts
    return (
        f"epoch {facts['epoch']} of {facts['epochs']}: loss {facts['loss']:.4f}, "
        f"{facts['words_per_second'] / 1e6:.2f} M words/s, learning rate {facts['learning_rate']:.4f}"
    )


def _totals(counters: tuple[Any, ...]) -> tuple[int, int, float]:
    """Words, pairs and mean loss per pair of all threads; NaN before the first pair."""
    _, tokens, pairs, loss = (column.sum() for column in counters)
    return int(tokens), int(pairs), float(loss / pairs) if pairs else float("nan")
