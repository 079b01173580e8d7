"""Training on an NVIDIA GPU, with kernels compiled by numba-cuda (kernels/cuda/training/epoch.py).

Both matrices stay on the GPU, and the text where it fits; a longer one is copied piece by piece. An epoch is a sequence
of launches, each for `chunk` tokens: while one runs, the next is queued, so that the GPU never waits. Between two of
them counters come back, and training can stop. One thread of the processor launches; the calling thread shows progress.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from firth.arrays import Matrix, WordIds
from firth.backends.gpu_inputs import InputTables
from firth.backends.gpu_limits import GPU_CHUNK, bytes_on_gpu, padded
from firth.backends.gpu_settings import refused_settings
from firth.backends.gpu_targets import kind_of_targets, most_targets, tables_on_gpu, target_tables
from firth.backends.gpu_text import ResidentText, StreamedText, Text
from firth.backends.plan import TrainingPlan
from firth.backends.protocol import NOTHING, MatrixName, Totals
from firth.backends.warps import Warps
from firth.errors import SettingError
from firth.interruption import importing
from firth.kernels.arguments import Sampling
from firth.kernels.compile import is_prepared, mark_prepared
from firth.kernels.cpu.training.batches import words_around
from firth.kernels.cuda.present import Gpu, check_gpu, present_gpu
from firth.kernels.cuda.training.arguments import Counters, Piece, ReadWords, Schedule, Weights
from firth.kernels.cuda.training.shape import most_registers, shape_of, with_inputs
from firth.parallel import run_in_threads

__all__ = ["CudaBackend"]

_LANES = 32  # threads of a warp
_QUEUED = 2  # launches at a time: one that runs, and the next
_THREADS, _BLOCKS = 128, 1024  # most of the pass over a matrix that looks for infinities
_FOURS = (9, 0)  # from this compute capability on, four numbers are added in one operation


def _widened(rows: Matrix, stride: int) -> Matrix:
    """The rows behind one another, each with zeros up to the stride."""
    wide = np.zeros((len(rows), stride), np.float32)
    wide[:, : rows.shape[1]] = rows
    return wide.reshape(-1)


class _Launched(NamedTuple):
    """A piece that the GPU was given."""

    done: Any  # an event
    slot: int  # where its counters come back
    tokens: int


class CudaBackend:
    """Trains on a GPU, many positions at the same time.

    chunk : tokens of a launch. Parts of an epoch that end at multiples of it are trained by the same launches.
    memory : bytes of the GPU that may be used; None for those that are free.
    warps : most positions that are trained at the same time; None for as many as keep quality. With 1, equal seeds give
        equal bits, a thousand times slower.

    Raises   MissingExtraError if numba-cuda is not installed; SettingError if there is no GPU.
    """

    def __init__(self, *, chunk: int = GPU_CHUNK, memory: int | None = None, warps: int | None = None) -> None:
        check_gpu()
        self._limit = memory
        self.chunk = chunk
        self._warps = warps
        self._totals = NOTHING
        self._is_stopped = False

    @property
    def least_part(self) -> int:
        """See Backend."""
        return self.chunk

    def start(
        self,
        plan: TrainingPlan,
        inputs: Matrix,
        outputs: Matrix | None,
        message: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        """See Backend.

        Raises   SettingError if the plan has what a GPU does not train, or the GPU too little memory for it.
        """
        self._vector_size = inputs.shape[1]
        if (reason := refused_settings(plan.objective, self._vector_size)) is not None:
            raise SettingError(reason)
        self._plan = plan
        with importing():
            self._prepare(inputs, outputs, message)

    def train_epoch(
        self,
        epoch: int,
        rates: tuple[float, float],
        tokens: range,
        watch: Callable[[Totals], None],
        so_far: Totals = NOTHING,
    ) -> Totals:
        """See Backend. The loss of each launch is rounded by itself, then added."""
        self._totals, self._is_stopped = so_far, False
        drawn = self._plan.sampling_of(epoch, tokens.start)
        slope = float(rates[1] - rates[0]) / max(len(self._plan.corpus.ids), 1)
        warps = self._warps or self._most_warps.at(max(rates))
        job = drawn, Schedule(0, float(rates[0]), slope), self._pieces(tokens), warps
        run_in_threads(self._train, [job], on_tick=lambda: watch(self.totals()), stop=self._request_stop)
        return self._totals

    def totals(self) -> Totals:
        """See Backend."""
        return self._totals

    def is_finite(self) -> bool:
        """See Backend."""
        stream, found = self._copies, np.zeros(1, np.int32)
        on_device = stream.to_device(found)
        for matrix in (self._weights.input, self._weights.output):
            if matrix.size:
                blocks = min(-(-matrix.size // _THREADS), _BLOCKS)
                stream.launch(self._kernels.find_not_finite, blocks, _THREADS, matrix, on_device)
        stream.copy_to(on_device, found)
        stream.wait()
        return not found[0]

    def rows(self, matrix: MatrixName, ids: WordIds) -> Matrix:
        """See Backend. While rows change, some of their numbers are newer than others."""
        stream = self._copies
        found = np.empty((len(ids), self._vector_size), np.float32)
        if found.size:
            of = self._weights.input if matrix == "input" else self._weights.output
            wanted, on_device = stream.to_device(np.asarray(ids, np.int64)), stream.empty(found.shape, np.float32)
            stream.launch(self._kernels.copy_rows, len(ids), _LANES, of, self._weights.stride, wanted, on_device)
            stream.copy_to(on_device, found)
            stream.wait()
        return found

    def set_rows(self, matrix: MatrixName, first: int, rows: Matrix) -> None:
        """See Backend."""
        if not len(rows):
            return
        of = self._weights.input if matrix == "input" else self._weights.output
        stride = self._weights.stride
        self._copies.copy_from(_widened(rows, stride), of[first * stride : (first + len(rows)) * stride])
        self._copies.wait()

    def settle(self) -> None:
        """See Backend."""

    def matrices(self) -> tuple[Matrix, Matrix]:
        """See Backend."""
        return self._matrix(self._weights.input), self._matrix(self._weights.output)

    def stop(self) -> None:
        """See Backend."""
        del self._weights, self._read, self._counters, self._text, self._tables, self._around, self._inputs
        del self._target_tables
        self._memory.release()

    # ---------------------------------------------------------------- what is on the GPU

    def _prepare(self, inputs: Matrix, outputs: Matrix | None, message: Callable[[str], None]) -> None:
        """Allocate, copy and compile. What imports numba-cuda is imported here, where that is known to be installed."""
        from firth.kernels.cuda import memory
        from firth.kernels.cuda.training import batches, epoch, model

        plan = self._plan
        self.gpu = present_gpu()
        streams = self._find_memory(self.gpu)
        self._memory, self._kernels, self._batches = memory, model, batches
        self._stream, self._copies = memory.Stream(), memory.Stream()
        self._most_warps = Warps(plan, self.gpu.multiprocessors)
        stride = padded(self._vector_size)
        outputs = np.zeros((plan.n_outputs, 0), np.float32) if outputs is None else outputs
        self._weights = Weights(
            self._stream.to_device(_widened(inputs, stride)), self._stream.to_device(_widened(outputs, stride)), stride
        )
        self._text = self._new_text(streams)
        self._tables = {
            name: self._stream.to_device(getattr(plan.sampling, name)) for name in ("keep_thresholds", "noise_table")
        }
        self._target_tables = tables_on_gpu(target_tables(plan), self._stream.to_device)
        self._inputs = InputTables(plan, self._stream)
        self._read = self._new_read_words(batches.TILE)
        self._around = self._stream.empty(max(sum(plan.sampling.window), 1), np.int32)
        kinds = np.int32, np.int64, np.float64
        self._counters = Counters(*(self._stream.empty(1, kind) for kind in kinds))
        self._slots = [(memory.pinned(1, np.int64), memory.pinned(1, np.float64)) for _ in range(_QUEUED)]
        self._compile(epoch, message)

    def _find_memory(self, gpu: Gpu) -> bool:
        """Whether the text must be copied piece by piece. Raises SettingError if that is not enough."""
        free = gpu.free if self._limit is None else min(self._limit, gpu.free)
        for streams in (False, True):
            needed = bytes_on_gpu(self._plan, self._vector_size, self.chunk, streams=streams)
            if sum(needed.values()) <= free:
                return streams
        parts = ", ".join(f"{name} {size / 1e9:.1f}" for name, size in needed.items())
        raise SettingError(
            f"backend='cuda': training needs {sum(needed.values()) / 1e9:.1f} GB of memory ({parts}), and "
            f"{gpu.name} has {free / 1e9:.1f} GB free of {gpu.memory / 1e9:.1f}; use backend='cpu', "
            "or a smaller vector_size or max_vocabulary"
        )

    def _matrix(self, array: Any) -> Matrix:
        whole = np.empty(array.size, np.float32)
        if array.size:
            self._copies.copy_to(array, whole)
            self._copies.wait()
        return whole.reshape(-1, self._weights.stride)[:, : self._vector_size].copy()

    def _new_text(self, streams: bool) -> Text:
        corpus = self._plan.corpus
        if not streams:
            return ResidentText(corpus, self._stream)
        return StreamedText(corpus, self._memory, self._stream, min(len(corpus.ids), self.chunk))

    def _new_read_words(self, tile: int) -> ReadWords:
        before, after = self._plan.sampling.window
        tokens = max(min(len(self._plan.corpus.ids), self.chunk), 1)
        margin = before + 1
        length, tiles = margin + tokens + after + 1, -(-tokens // tile)
        words, sentences, offsets = (self._stream.empty(length, np.int32) for _ in range(3))
        counted = self._stream.empty((tiles, 2), np.int32), self._stream.empty(2, np.int32)
        return ReadWords(words, sentences, offsets, *counted, margin, tiles)

    def _compile(self, epoch: Any, message: Callable[[str], None]) -> None:
        """Compile the kernels for this plan and GPU, or load them from the cache: a launch without tokens."""
        plan, compute = self._plan, self.gpu.compute
        is_cbow = plan.architecture == "cbow"
        shape = shape_of(
            self._vector_size,
            most_targets(plan),
            kind_of_targets(plan),
            cbow=is_cbow,
            exact=is_cbow and plan.exact_gradient,
            fours=compute >= _FOURS,
        )
        shape = with_inputs(shape, composed=plan.composition is not None, documents=plan.documents is not None)
        variant = "gpu-" + "-".join(map(str, (*shape, *compute)))
        if not is_prepared(variant):
            message("Compiling the training kernels for this GPU, once …")
        self._kernel = epoch.train_kernel(shape, most_registers(shape))
        self._launch(range(0, 0), plan.sampling, Schedule(0, 0.0, 0.0), 1)
        self.is_finite()
        self.rows("input", np.zeros(min(1, plan.n_inputs), np.int64))
        self._stream.wait()
        mark_prepared(variant)

    # ---------------------------------------------------------------- an epoch

    def _pieces(self, tokens: range) -> Iterator[range]:
        """Cut some tokens at multiples of the chunk."""
        first = tokens.start
        while first < tokens.stop:
            stop = min(first // self.chunk * self.chunk + self.chunk, tokens.stop)
            yield range(first, stop)
            first = stop

    def _request_stop(self) -> None:
        self._is_stopped = True

    def _train(self, drawn: Sampling, schedule: Schedule, pieces: Iterator[range], warps: int) -> None:
        """Launch piece after piece; in a thread of its own."""
        launched: deque[_Launched] = deque()
        try:
            for number, piece in enumerate(pieces):
                if self._is_stopped:
                    break
                if len(launched) == _QUEUED:
                    self._count(launched.popleft())
                self._launch(piece, drawn, schedule._replace(first=piece.start), warps)
                slot = number % _QUEUED
                for counter, target in zip(self._counters[1:], self._slots[slot], strict=True):
                    self._stream.copy_to(counter, target)
                launched.append(_Launched(self._stream.mark(), slot, len(piece)))
        finally:
            while launched:
                self._count(launched.popleft())

    def _count(self, one: _Launched) -> None:
        """Wait for a piece, and add what it has trained."""
        one.done.synchronize()
        words, pairs, loss = self._totals
        more_pairs, more_loss = (counter[0] for counter in self._slots[one.slot])
        self._totals = Totals(words + one.tokens, pairs + int(more_pairs), loss + float(more_loss))

    def _launch(self, tokens: range, drawn: Sampling, schedule: Schedule, warps: int) -> None:
        """Train a piece; the GPU does so later."""
        stream, batches, read = self._stream, self._batches, self._read
        around = np.zeros(max(sum(drawn.window), 1), np.int32)
        before = total = 0
        if len(tokens):
            before, total = words_around(self._plan.corpus, drawn, tokens.start, tokens.stop, around)
        stream.copy_from(around, self._around)
        tiles = -(-len(tokens) // batches.TILE)
        sampling = drawn._replace(**self._tables)
        ids, at = self._text.on_device(tokens)
        piece = Piece(ids, at, tokens.start, len(tokens), self._around, int(before), int(total - before))
        read = read._replace(n_tiles=tiles)
        threads = min(-(-max(tiles, 1) // _LANES) * _LANES, batches.SUM_THREADS)
        stream.launch(batches.count_read, max(tiles, 1), _LANES, piece, sampling, read)
        stream.launch(batches.sum_tiles, 1, threads, read, self._counters)
        stream.launch(batches.gather_read, max(tiles, 1), _LANES, piece, sampling, read)
        given = self._target_tables, schedule, self._weights, self._inputs.of(tokens), self._counters
        stream.launch(self._kernel, warps, _LANES, read, sampling, *given)
