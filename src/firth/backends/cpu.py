"""Training in threads of this process, with kernels compiled by Numba.

The kernel train_epoch (kernels/cpu/training/epoch.py) runs in every thread. Threads take chunks of the corpus from an
atomic counter and change the same matrices without locks (Hogwild; Niu et al. 2011, arXiv:1106.5730).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, WordIds
from firth.backends.lag import Lag, lag_of
from firth.backends.plan import TrainingPlan
from firth.backends.protocol import NOTHING, MatrixName, Totals
from firth.errors import warn
from firth.kernels.arguments import Sampling
from firth.kernels.compile import is_prepared, mark_prepared
from firth.kernels.cpu.training.arguments import (
    STOP,
    ComposedRows,
    Counters,
    EpochArguments,
    HotRows,
    Mean,
    Objective,
    Schedule,
    SharedState,
    SoftmaxWorkspace,
    Weights,
    Workspace,
)
from firth.kernels.cpu.training.batches import BATCH
from firth.kernels.cpu.training.epoch import train_epoch
from firth.kernels.cpu.training.hot_rows import merge_hot_rows
from firth.kernels.cpu.training.softmax import new_softmax_workspace
from firth.kernels.cpu.training.workspace import new_workspace
from firth.parallel import run_in_threads
from firth.simd.lanes import LANES
from firth.simd.memory import CACHE_LINE, aligned_zeros
from firth.threads import startable_threads

__all__ = ["CHUNK", "HOT_ROWS", "LEAST_EXCHANGED", "CpuBackend", "are_finite", "batch_tokens", "least_part"]

CHUNK = 16 * 1024  # tokens a thread takes at a time: about 5 ms of work

# Each thread has copies of the hottest rows. T threads add up T changes made from the same start, where one was due:
# copies must be exchanged often, and with many threads so often that they cost more than they save. Measured in
# docs/benchmarks.md.
HOT_ROWS = 512
LEAST_EXCHANGED = 128  # the hottest of them, exchanged before every batch
_MOST_THREADS_WITH_COPIES = 4

_CHUNKS_PER_THREAD = 4  # in a part of an epoch, at least: threads end it together, but for the time of a chunk

_COUNTERS_PER_LINE = 8  # 64-bit numbers of a cache line, so that threads do not share one


def are_finite(*matrices: Matrix) -> bool:
    """Whether all numbers are finite; reads them once, without a copy."""
    with np.errstate(invalid="ignore"):  # the sum of infinities of both signs
        return all(np.isfinite(matrix.sum(dtype=np.float64)) for matrix in matrices)


def least_part(chunk: int, threads: int) -> int:
    """Tokens of the shortest part of an epoch with so many threads."""
    return chunk * (1 if threads == 1 else _CHUNKS_PER_THREAD * threads)


def batch_tokens(threads: int) -> int:
    """Tokens a thread trains between two exchanges with the others, of hot rows or of composed ones."""
    return BATCH // threads if threads <= _MOST_THREADS_WITH_COPIES else BATCH


class _Thread(NamedTuple):
    """What one thread has of its own."""

    hot: HotRows
    workspace: Workspace
    softmax: SoftmaxWorkspace | None
    composed: ComposedRows | None


class CpuBackend:
    """Trains in threads that share both matrices.

    threads : at least 1. With 1, equal seeds give equal bits.
    chunk : tokens a thread takes at a time.
    hot_rows : most frequent rows that each of 2 to 4 threads has copies of; 0 for none.
    """

    def __init__(self, threads: int, *, chunk: int = CHUNK, hot_rows: int = HOT_ROWS) -> None:
        self.threads = threads
        self.chunk = chunk
        self._most_hot_rows = hot_rows
        self._new_counters()

    @property
    def least_part(self) -> int:
        """See Backend."""
        return least_part(self.chunk, self.threads)

    def start(
        self,
        plan: TrainingPlan,
        inputs: Matrix,
        outputs: Matrix | None,
        message: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        """See Backend."""
        self._plan = plan
        self._limit_threads()
        self._lag = self._find_lag()
        self._vector_size = inputs.shape[1]
        self._stride = -(-self._vector_size // CACHE_LINE) * CACHE_LINE
        # Full softmax moves all rows alike: none is hot.
        has_copies = 1 < self.threads <= _MOST_THREADS_WITH_COPIES and plan.objective != "softmax"
        self._hot_rows = min(self._most_hot_rows, plan.n_words, plan.n_outputs) if has_copies else 0
        copies = self.threads * self._hot_rows
        # Of inputs, either the hottest rows have copies, or all words of a batch are composed in private rows.
        self._composed_rows = self._most_composed() if plan.composition is not None else 0
        private = self.threads * self._composed_rows if self._composed_rows else copies
        self._input = self._new_matrix(plan.n_inputs + private)
        self._output = self._new_matrix(plan.n_outputs + copies + self.threads)  # and the zero rows
        self._input[: plan.n_inputs, : self._vector_size] = inputs
        if outputs is not None:
            self._output[: plan.n_outputs, : self._vector_size] = outputs
        self._threads = [self._new_thread(thread) for thread in range(self.threads)]
        self._compile(message)

    def train_epoch(
        self,
        epoch: int,
        rates: tuple[float, float],
        tokens: range,
        watch: Callable[[Totals], None],
        so_far: Totals = NOTHING,
    ) -> Totals:
        """See Backend."""
        jobs = self.jobs(epoch, rates, tokens, so_far)
        try:
            run_in_threads(train_epoch, jobs, on_tick=lambda: watch(self.totals()), stop=self.request_stop)
        finally:
            self.merge_copies()
        return self.totals()

    def jobs(
        self, epoch: int, rates: tuple[float, float], tokens: range, so_far: Totals
    ) -> list[tuple[EpochArguments]]:
        """What each thread calls the kernel with, for some tokens of an epoch; counters go on from so_far."""
        self._new_counters()
        # Not added at the end: the loss is then rounded as in an epoch of one part.
        self._tokens[0, 0], self._pairs[0, 0], self._loss[0, 0] = so_far
        schedule = Schedule(
            first=tokens.start,
            stop=tokens.stop,
            first_rate=float(rates[0]),
            slope=float(rates[1] - rates[0]) / max(len(self._plan.corpus.ids), 1),
            chunk=self.chunk,
            batch=self._batch,
        )
        sampling = self._plan.sampling_of(epoch, tokens.start)
        return [(self._arguments(sampling, schedule, thread),) for thread in range(self.threads)]

    def request_stop(self) -> None:
        """Have all threads return soon."""
        self._control[STOP] = 1

    def merge_copies(self) -> None:
        """Add what the threads have learned in their copies of hot rows to the common rows, while no thread trains."""
        if self._hot_rows:
            for thread in self._threads:
                merge_hot_rows(self.weights, thread.hot, self._plan.composition)

    def totals(self) -> Totals:
        """See Backend."""
        return Totals(int(self._tokens.sum()), int(self._pairs.sum()), float(self._loss.sum()))

    def is_finite(self) -> bool:
        """See Backend. Kernels do not notice NaN: their comparisons let it pass."""
        return are_finite(self._input, self._output)

    def rows(self, matrix: MatrixName, ids: WordIds) -> Matrix:
        """See Backend. With 2 to 4 threads, hot rows lack what threads have learned since the last exchange."""
        of = self._input if matrix == "input" else self._output
        return of[ids, : self._vector_size]

    def set_rows(self, matrix: MatrixName, first: int, rows: Matrix) -> None:
        """See Backend."""
        of = self._input if matrix == "input" else self._output
        of[first : first + len(rows), : self._vector_size] = rows
        if first < self._hot_rows:
            self.merge_copies()  # which have learned nothing since the last time, and become what is common now

    def settle(self) -> None:
        """See Backend."""

    def matrices(self) -> tuple[Matrix, Matrix]:
        """See Backend."""
        inputs = self._input[: self._plan.n_inputs, : self._vector_size]
        outputs = self._output[: self._plan.n_outputs, : self._vector_size]
        return inputs.copy(), outputs.copy()

    def stop(self) -> None:
        """See Backend."""
        self._input = self._output = aligned_zeros(0, CACHE_LINE)
        self._threads = []

    # ---------------------------------------------------------------- what the kernels are given

    @property
    def weights(self) -> Weights:
        """Both matrices with padding, copies and zero rows, not copied."""
        columns = -(-self._vector_size // LANES) * LANES
        return Weights(self._input.reshape(-1), self._output.reshape(-1), self._stride, columns)

    @property
    def hot_rows(self) -> list[HotRows]:
        """Where each thread's copies are."""
        return [thread.hot for thread in self._threads]

    def _new_matrix(self, rows: int) -> Matrix:
        return aligned_zeros(rows, self._stride)

    def _limit_threads(self) -> None:
        """Work is divided, and memory set apart, for as many threads as there will be."""
        started = startable_threads(self.threads)
        if started < self.threads:
            warn(f"the system starts {started} of {self.threads} threads: training with {started}")
            self.threads = started

    @property
    def _objective(self) -> Objective:
        plan = self._plan
        return Objective(plan.tree, plan.contrast_shifts, plan.groups, plan.sessions)

    def _find_lag(self) -> Lag:
        """How composed words are trained, where there are any: with fewer threads where words share much."""
        if self._plan.composition is None:
            return Lag(self.threads, BATCH, 1)
        lag = lag_of(self._plan, self.threads)
        self.threads = lag.threads
        return lag

    @property
    def _batch(self) -> int:
        """Tokens of a batch."""
        return batch_tokens(self.threads) if self._plan.composition is None else self._lag.batch

    def _most_composed(self) -> int:
        """The most different words that the batches of a period read."""
        most = self._lag.period * (self._batch + sum(self._plan.sampling.window))
        return min(most, self._plan.n_words)

    def _new_composed_rows(self, thread: int) -> ComposedRows | None:
        plan, count = self._plan, self._composed_rows
        if plan.composition is None:
            return None
        return ComposedRows(
            first=plan.n_inputs + thread * count,
            words=np.zeros(count, np.int32),
            slots=np.full(plan.n_words, -1, np.int32),
            composed=aligned_zeros(count, self._stride).reshape(-1),
            period=self._lag.period,
        )

    def _new_thread(self, thread: int) -> _Thread:
        """What one thread has of its own. Copies and snapshots are zero, so that the first exchange fills both."""
        plan, stride, count = self._plan, self._stride, self._hot_rows
        zero_row = plan.n_outputs + self.threads * count + thread
        input_snapshot, output_snapshot = (aligned_zeros(max(count, 1), stride).reshape(-1) for _ in range(2))
        hot = HotRows(
            count=count,
            first_input=plan.n_inputs + thread * count,
            first_output=plan.n_outputs + thread * count,
            least=LEAST_EXCHANGED,
            zero_row=zero_row,
            input_snapshot=input_snapshot,
            output_snapshot=output_snapshot,
        )
        further_inputs = 0 if plan.documents is None else plan.documents.longest
        workspace = new_workspace(plan.sampling, self._objective, stride, zero_row, further_inputs)
        softmax = None
        if plan.objective == "softmax":
            window = plan.sampling.window
            softmax = new_softmax_workspace(plan.n_words, window, stride, zero_row, thread, self.threads)
        return _Thread(hot, workspace, softmax, self._new_composed_rows(thread))

    def _new_counters(self) -> None:
        """Counters of all threads, at zero; every number that a thread writes is in a cache line of its own."""
        self._control: NDArray[np.int64] = np.zeros(_COUNTERS_PER_LINE, np.int64)
        self._tokens, self._pairs = (np.zeros((self.threads, _COUNTERS_PER_LINE), np.int64) for _ in range(2))
        self._loss = np.zeros((self.threads, _COUNTERS_PER_LINE))

    def _arguments(self, sampling: Sampling, schedule: Schedule, thread: int) -> EpochArguments:
        plan = self._plan
        hot, workspace, softmax, composed = self._threads[thread]
        counters = Counters(self._tokens[thread], self._pairs[thread], self._loss[thread])
        return EpochArguments(
            corpus=plan.corpus,
            sampling=sampling,
            schedule=schedule,
            weights=self.weights,
            hot=hot,
            state=SharedState(self._control, counters),
            workspace=workspace,
            mean=Mean(plan.sums_inputs, plan.exact_gradient, plan.rows_of_words)
            if plan.architecture == "cbow"
            else None,
            objective=self._objective,
            softmax=softmax,
            composition=plan.composition,
            composed=composed,
            documents=plan.documents,
        )

    def _compile(self, message: Callable[[str], None]) -> None:
        """Compile the kernels for this plan, or load them from the cache: an epoch without tokens."""
        block = len(self._threads[0].workspace.targets.block)
        plan = self._plan
        parts = [plan.architecture, plan.objective, str(block)]
        parts += [
            name
            for name in ("composition", "rows_of_words", "groups", "sessions", "documents")
            if getattr(plan, name) is not None
        ]
        variant = "-".join(parts)
        if not is_prepared(variant):
            message("Compiling the training kernel for this processor, once …")
        self.merge_copies()
        train_epoch(self._arguments(plan.sampling, Schedule(0, 0, 0.0, 0.0, self.chunk, BATCH), 0))
        mark_prepared(variant)
