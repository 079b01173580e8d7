"""One step of training vectors that predict the next item: a batch of examples, cut into parts that threads share.

Which examples are in a part does not depend on the number of threads, and sums over parts are added in their order: so
equal seeds give equal bits with any number of threads.

Shapes   B examples of a batch, K drawn items, H items of a history, N items, D numbers per vector.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.kernels.cpu.recommend.batches import draw_items, index_batch
from firth.kernels.cpu.recommend.next_item_arguments import BatchIndex, BatchVectors, DrawnItems, HistoryWeights, Layout
from firth.kernels.cpu.recommend.products import COLUMNS, ROWS
from firth.kernels.cpu.recommend.row_steps import move_inputs, move_outputs
from firth.kernels.cpu.recommend.sampled_softmax import CHUNK, lay_out_drawn, learn_part
from firth.kernels.cpu.training.random import draw_many
from firth.parallel import even_parts, share_parts
from firth.recommend.next_item_examples import Examples
from firth.recommend.next_item_settings import NextItemSettings
from firth.simd.lanes import LANES
from firth.simd.memory import aligned_zeros

__all__ = ["Batches", "LearnedMatrix", "epoch_key"]

_PART = 3 * CHUNK  # examples of a part; a batch has several, which several threads work on
_BLOCKS = 4  # parts of the rows of a matrix that are moved


class LearnedMatrix:
    """N vectors while they are learned: rows padded to whole tiles, and the state of Adagrad.

    vectors : (N, D) float32, a view of the rows without their padding.
    first_square : the state of each row at the start.
    """

    def __init__(self, n_rows: int, size: int, first_square: float) -> None:
        self.stride = -(-size // COLUMNS) * COLUMNS
        self._padded = aligned_zeros(n_rows, self.stride)
        self.vectors: Matrix = self._padded[:, :size]
        self.flat: NDArray[np.float32] = self._padded.reshape(-1)
        self.squares = np.full(n_rows, first_square, np.float32)


def epoch_key(seed: int, epoch: int) -> np.uint64:
    """The key of the random draws of an epoch."""
    keys = np.empty(1, np.uint64)
    draw_many(np.uint64(seed), np.array([epoch], np.int64), keys)
    return np.uint64(keys[0])


class _Range(NamedTuple):
    """Rows of one matrix that a thread moves."""

    is_input: bool
    first: int
    stop: int


class Batches:
    """Trains batches; holds the arrays that all of them share."""

    def __init__(self, inputs: LearnedMatrix, outputs: LearnedMatrix, settings: NextItemSettings) -> None:
        n_items, size = inputs.vectors.shape
        batch, history = settings.batch_size, settings.history
        self._inputs, self._outputs = inputs, outputs
        self._settings = settings
        powers = settings.recency ** np.arange(history)
        sums = np.concatenate([[1.0], np.cumsum(powers)])
        self._weights = HistoryWeights(powers.astype(np.float32), (1 / sums).astype(np.float32))
        self._layout = _layout(size, inputs.stride, settings.negative_samples)
        self._slots = np.full(n_items, -1, np.int32), np.full(n_items, -1, np.int32)
        padded, stride = self._layout.padded, self._layout.stride
        self._drawn = DrawnItems(np.zeros(padded, np.int32), np.zeros(padded, np.float32), np.zeros(1, np.int64))
        self._index = _empty_index(batch, history, padded)
        self._vectors = BatchVectors(
            hidden=aligned_zeros(batch + ROWS, stride).reshape(-1),
            back=aligned_zeros(batch + ROWS, stride).reshape(-1),
            weights=np.ones(batch, np.float32),
            own_shifts=np.zeros(batch, np.float32),
            own_errors=np.zeros(batch, np.float32),
            drawn_by_item=aligned_zeros(padded, stride).reshape(-1),
            drawn_by_number=aligned_zeros(padded, stride).reshape(-1),
            drawn_slopes=aligned_zeros(-(-batch // _PART) * padded, stride).reshape(-1),
            losses=np.zeros(-(-batch // _PART)),
        )

    def train(
        self,
        examples: Examples,
        batch: NDArray[np.int64],
        cumulated: NDArray[np.float64],
        draws: tuple[np.uint64, int],
        rate: float,
    ) -> float:
        """One step; returns the sum of the losses before it, in nats.

        batch : (b,) indices of examples, at most B.
        cumulated : (N,) sums of how often each item is drawn.
        draws : the key of the random numbers of the epoch, and the first counter.
        """
        settings, index, vectors = self._settings, self._index, self._vectors
        draw_items(cumulated, draws[0], draws[1], settings.negative_samples, self._drawn)
        index_batch(examples.answered, batch, self._drawn, self._slots, index)
        if examples.weights is not None:
            vectors.weights[: len(batch)] = examples.weights[batch]
        lay_out_drawn(self._outputs.flat, index.output_rows, self._drawn, self._layout, vectors)
        parts = [
            (number, first, min(first + _PART, len(batch))) for number, first in enumerate(range(0, len(batch), _PART))
        ]
        vectors.losses[:] = 0
        vectors.drawn_slopes[len(parts) * self._layout.padded * self._layout.stride :] = 0
        share_parts(self._learn, parts, settings.worker_threads)
        n_inputs, n_outputs = index.sizes
        ranges = [_Range(True, part.start, part.stop) for part in even_parts(int(n_inputs), _BLOCKS)]
        ranges += [_Range(False, part.start, part.stop) for part in even_parts(int(n_outputs), _BLOCKS)]
        self._rate = np.float32(rate)
        share_parts(self._move, ranges, settings.worker_threads)
        return float(vectors.losses.sum())

    def _learn(self, parts: Iterator[tuple[int, int, int]]) -> None:
        scores = np.zeros(CHUNK * self._layout.padded, np.float32)
        work = self._vectors, scores, np.zeros(LANES, np.float32)
        matrices = self._inputs.flat, self._outputs.flat
        for part in parts:
            learn_part(matrices, self._index, self._weights, self._drawn, self._layout, part, work)

    def _move(self, ranges: Iterator[_Range]) -> None:
        slope = np.zeros(self._layout.stride, np.float32)
        for is_input, first, stop in ranges:
            matrix = self._inputs if is_input else self._outputs
            step_of = matrix.flat, matrix.squares, self._rate
            slots = first, stop
            if is_input:
                move_inputs(self._weights, self._index, self._vectors, self._layout, slots, step_of, slope)
            else:
                n_drawn = int(self._drawn.count[0])
                move_outputs(n_drawn, self._index, self._vectors, self._layout, slots, step_of, slope)


def _layout(size: int, stride: int, negative_samples: int) -> Layout:
    whole = int(np.lcm(ROWS, COLUMNS))
    padded = -(-negative_samples // whole) * whole
    rows, registers = range(ROWS), (0, LANES)
    return Layout(
        numbers=size,
        stride=stride,
        padded=padded,
        vector_rows=tuple(row * stride for row in rows),
        score_rows=tuple(row * padded for row in rows),
        vector_places=tuple(row * stride + register for row in rows for register in registers),
        score_places=tuple(row * padded + register for row in rows for register in registers),
    )


def _empty_index(batch: int, history: int, padded: int) -> BatchIndex:
    entries, outputs = batch * history, padded + batch
    return BatchIndex(
        lengths=np.zeros(batch, np.int32),
        input_slots=np.zeros(entries, np.int32),
        input_rows=np.zeros(entries, np.int32),
        input_starts=np.zeros(entries + 1, np.int64),
        input_entries=np.zeros(entries, np.int32),
        own_slots=np.zeros(batch, np.int32),
        output_rows=np.zeros(outputs, np.int32),
        output_starts=np.zeros(outputs + 1, np.int64),
        output_entries=np.zeros(batch, np.int32),
        sizes=np.zeros(2, np.int64),
    )
