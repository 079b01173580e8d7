"""One step of training vectors that predict the next item, on a GPU: the batches and draws of the processor.

The processor draws items and indexes a batch; the GPU holds both matrices and does everything else. Sums are made in
one order, so that equal seeds give equal bits on the same GPU.

Shapes   as in next_item_batch.py.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError
from firth.kernels.cuda import memory
from firth.kernels.cuda.present import present_gpu
from firth.kernels.cuda.recommend.arguments import GpuBatch, GpuMatrix
from firth.kernels.cuda.recommend.products import Factor, multiply
from firth.kernels.cuda.recommend.sampled_softmax import (
    ROW_THREADS,
    add_own_slopes,
    average_histories,
    errors_of_examples,
    gather_drawn,
    move_inputs,
    move_outputs,
)
from firth.kernels.cuda.tiles import ROWS, THREADS
from firth.recommend.next_item_batch import INPUT_RATE, IndexedBatches, capacities
from firth.recommend.next_item_examples import Examples
from firth.recommend.next_item_matrix import LearnedMatrix
from firth.recommend.next_item_settings import NextItemSettings

__all__ = ["GpuBatches"]

_INDEXED = (
    "lengths", "input_slots", "input_rows", "input_starts", "input_examples", "input_weights",
    "own_slots", "output_rows", "output_starts", "output_examples",
)  # fmt: skip
_SPARE = 256 << 20  # bytes for machine code and what else a process needs


class GpuBatches(IndexedBatches):
    """Trains batches on a GPU. Raises SettingError if its memory is too small."""

    def __init__(self, inputs: LearnedMatrix, outputs: LearnedMatrix, settings: NextItemSettings) -> None:
        super().__init__(inputs, outputs, None, settings, settings.negative_samples)
        size, batch, count = inputs.rows.shape[1], settings.batch_size, settings.negative_samples
        most = max(capacities(settings))
        numbers = 2 * inputs.rows.size + batch * (2 * size + count) + 2 * count * size + most * size
        gpu = present_gpu()
        needed = 4 * numbers + _SPARE
        if needed > gpu.free:
            raise SettingError(
                f"backend='cuda': {inputs.n_items:,} items, vectors of {size:,} numbers, and batches of {batch:,} "
                f"answers and {count:,} drawn items need {needed / 1e9:.1f} GB of memory, and {gpu.name} has "
                f"{gpu.free / 1e9:.1f} GB free; use backend='cpu', or a smaller vector_size or batch_size"
            )
        self._size = size
        self._stream = stream = memory.Stream()
        self._on_gpu = self._copied(inputs), self._copied(outputs)
        index = self._index
        named = {name: stream.to_device(getattr(index, name)) for name in _INDEXED}
        floats = {
            "weights": batch, "own_errors": batch, "hidden": batch * size, "back": batch * size,
            "scores": batch * count, "shifts": count, "drawn": count * size, "drawn_slopes": count * size,
            "slopes": most * size,
        }  # fmt: skip
        self._batch = GpuBatch(
            **named,
            **{name: stream.empty(length, np.float32) for name, length in floats.items()},
            powers=stream.to_device(self._weights.powers),
            inverse_sums=stream.to_device(self._weights.inverse_sums),
            losses=stream.empty(batch, np.float64),
        )
        self._ones = np.ones(batch, np.float32)
        nothing = GpuMatrix(stream.to_device(np.zeros(size, np.float32)), stream.to_device(np.zeros(1, np.float32)))
        self._step((nothing, nothing), (1, 1, 1, 1), 0.0)  # compiles the kernels, or loads them from the cache
        stream.wait()

    def _copied(self, matrix: LearnedMatrix) -> GpuMatrix:
        return GpuMatrix(self._stream.to_device(matrix.rows.reshape(-1)), self._stream.to_device(matrix.squares))

    def train(self, examples: Examples, batch: NDArray[np.int64], number: int, rate: float) -> float:
        """One step, as Batches.train."""
        n_inputs, n_outputs = self._draw(examples, batch, number)
        self._copy(examples, batch, n_inputs, n_outputs)
        self._step(self._on_gpu, (len(batch), int(self._drawn.count[0]), n_inputs, n_outputs), rate)
        losses = np.empty(len(batch), np.float64)
        self._stream.copy_to(self._batch.losses[: len(batch)], losses)
        self._stream.wait()
        return float(losses.sum())

    def _step(self, matrices: tuple[GpuMatrix, GpuMatrix], counts: tuple[int, int, int, int], rate: float) -> None:
        """Launch all kernels of a batch.    counts : of examples, and of items drawn, inputs and outputs used."""
        inputs, outputs = matrices
        n_examples, n_drawn, n_inputs, n_outputs = counts
        on_gpu, size, launch = self._batch, self._size, self._stream.launch
        launch(gather_drawn, n_drawn, ROW_THREADS, outputs, size, on_gpu)
        launch(average_histories, n_examples, ROW_THREADS, inputs, size, on_gpu)
        hidden, drawn = Factor(on_gpu.hidden, size, 1, n_examples), Factor(on_gpu.drawn, size, 1, n_drawn)
        self._multiply(hidden, drawn, size, on_gpu.scores)
        launch(errors_of_examples, n_examples, ROW_THREADS, outputs, size, n_drawn, on_gpu)
        errors, transposed = Factor(on_gpu.scores, n_drawn, 1, n_examples), Factor(on_gpu.scores, 1, n_drawn, n_drawn)
        self._multiply(errors, Factor(on_gpu.drawn, 1, size, size), n_drawn, on_gpu.back)
        launch(add_own_slopes, n_examples, ROW_THREADS, outputs, size, on_gpu)
        self._multiply(transposed, Factor(on_gpu.hidden, 1, size, size), n_examples, on_gpu.drawn_slopes)
        launch(move_inputs, n_inputs, ROW_THREADS, inputs, size, on_gpu, INPUT_RATE * rate)
        launch(move_outputs, n_outputs, ROW_THREADS, outputs, size, n_drawn, on_gpu, rate)

    def store(self) -> None:
        """See IndexedBatches."""
        for matrix, on_gpu in zip((self._inputs, self._outputs), self._on_gpu, strict=True):
            rows = np.empty(matrix.rows.size, np.float32)
            self._stream.copy_to(on_gpu.numbers, rows)
            self._stream.wait()
            matrix.rows[:] = rows.reshape(matrix.rows.shape)

    def close(self) -> None:
        """See IndexedBatches."""
        del self._on_gpu, self._batch
        memory.release()

    def _copy(self, examples: Examples, batch: NDArray[np.int64], n_inputs: int, n_outputs: int) -> None:
        """What the kernels read of a batch."""
        index, on_gpu = self._index, self._batch
        entries, history = int(index.input_starts[n_inputs]), len(self._weights.powers)
        lengths = {
            "lengths": len(batch), "own_slots": len(batch), "output_examples": len(batch),
            "input_slots": len(batch) * history, "input_examples": entries, "input_weights": entries,
            "input_rows": n_inputs, "input_starts": n_inputs + 1,
            "output_rows": n_outputs, "output_starts": n_outputs + 1,
        }  # fmt: skip
        for name in _INDEXED:
            self._stream.copy_from(getattr(index, name)[: lengths[name]], getattr(on_gpu, name)[: lengths[name]])
        weights = self._ones[: len(batch)] if examples.weights is None else examples.weights[batch]
        self._stream.copy_from(weights, on_gpu.weights[: len(batch)])
        self._stream.copy_from(self._drawn.shifts, on_gpu.shifts)

    def _multiply(self, left: Factor, right: Factor, depth: int, out: Any) -> None:
        blocks = -(-left.count // ROWS), -(-right.count // ROWS)
        self._stream.launch(multiply, blocks, THREADS, left, right, depth, out)
