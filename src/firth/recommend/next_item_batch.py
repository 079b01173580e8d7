"""One step of training vectors that predict the next item: a batch of examples, cut into parts that threads share.

Which examples are in a part does not depend on the number of threads, and sums over parts are added in their order: so
equal seeds give equal bits with any number of threads.

Shapes   B examples of a batch, K drawn items, H items of a history, N items, D numbers per vector.
"""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.kernels.cpu.recommend.batches import draw_items, index_batch
from firth.kernels.cpu.recommend.next_item_arguments import (
    BatchIndex,
    BatchVectors,
    DrawnItems,
    GroupDraws,
    HistoryWeights,
    Layout,
)
from firth.kernels.cpu.recommend.products import COLUMNS, ROWS
from firth.kernels.cpu.recommend.row_steps import learn_inputs, learn_outputs
from firth.kernels.cpu.recommend.sampled_softmax import CHUNK, lay_out_drawn, learn_parts
from firth.kernels.cpu.training.random import draw_many
from firth.parallel import even_parts, share_parts
from firth.recommend.next_item_examples import Examples
from firth.recommend.next_item_groups import GROUP_NEGATIVES, ItemGroups
from firth.recommend.next_item_matrix import LearnedMatrix
from firth.recommend.next_item_settings import NextItemSettings
from firth.simd.lanes import LANES
from firth.simd.memory import aligned_zeros

__all__ = ["INPUT_RATE", "Batches", "IndexedBatches", "capacities", "epoch_key"]

_OTHER_STREAM = 1 << 40  # added to the epoch: random numbers that are independent of the others
_PART = 3 * CHUNK  # examples of a part; a batch has several, which several threads work on
_MOST_PIECES = 4  # of the rows that are moved, for threads to take
# Inputs learn faster: each is in the histories of several answers of a batch, which stay together (Examples.shuffled),
# so that it takes fewer, longer steps than an output.
INPUT_RATE = 1.2


def epoch_key(seed: int, epoch: int) -> np.uint64:
    """The key of the random draws of an epoch."""
    keys = np.empty(1, np.uint64)
    draw_many(np.uint64(seed), np.array([epoch], np.int64), keys)
    return np.uint64(keys[0])


def own_targets(settings: NextItemSettings) -> int:
    """C: the answer of an example, and the negatives of its own group."""
    return 1 if settings.negatives_from is None else 1 + GROUP_NEGATIVES


def capacities(settings: NextItemSettings) -> tuple[int, int]:
    """The most inputs and outputs that a batch uses."""
    batch = settings.batch_size
    return batch * settings.history, settings.negative_samples + batch * own_targets(settings)


class _Range(NamedTuple):
    """Slots of one matrix that a thread moves."""

    is_input: bool
    first: int
    stop: int


class IndexedBatches:
    """What every batch begins with: the items that it is compared with, and the rows that it uses."""

    def __init__(
        self,
        inputs: LearnedMatrix,
        outputs: LearnedMatrix,
        groups: ItemGroups | None,
        settings: NextItemSettings,
        padded: int,
    ) -> None:
        batch, history = settings.batch_size, settings.history
        self._inputs, self._outputs, self._groups = inputs, outputs, groups
        self._settings = settings
        powers = settings.recency ** np.arange(history)
        sums = np.concatenate([[1.0], np.cumsum(powers)])
        self._weights = HistoryWeights(powers.astype(np.float32), (1 / sums).astype(np.float32))
        self._slots = np.full(inputs.n_items, -1, np.int32), np.full(inputs.n_items, -1, np.int32)
        self._drawn = DrawnItems(np.zeros(padded, np.int32), np.zeros(padded, np.float32), np.zeros(1, np.int64))
        self._index = _empty_index(batch, history, own_targets(settings), padded)

    def begin_epoch(self, epoch: int, noise: NDArray[np.float64]) -> None:
        """Draw items as often as `noise` (N,) says from now on, with the random numbers of an epoch."""
        seed, negative_samples = self._settings.seed, self._settings.negative_samples
        self._cumulated, self._key = np.cumsum(noise), epoch_key(seed, epoch)
        self._draws: GroupDraws | None = None
        if self._groups is not None:
            self._draws = self._groups.draws(noise, negative_samples, epoch_key(seed, epoch + _OTHER_STREAM))

    def store(self) -> None:
        """Have both matrices hold what was learned."""

    def close(self) -> None:
        """Free what is not memory of the processor."""

    def _draw(self, examples: Examples, batch: NDArray[np.int64], number: int) -> tuple[int, int]:
        """Fill the index and the drawn items of a batch; how many inputs and outputs it uses."""
        index, count = self._index, self._settings.negative_samples
        draw_items(self._cumulated, self._key, number * count, count, self._drawn)
        if self._draws is not None:
            self._draws = self._draws._replace(first=number * len(index.own_slots))
        index_batch(examples.answered, batch, self._drawn, self._weights, self._slots, index, self._draws)
        return int(index.sizes[0]), int(index.sizes[1])


class Batches(IndexedBatches):
    """Trains batches; holds the arrays that all of them share."""

    def __init__(
        self, inputs: LearnedMatrix, outputs: LearnedMatrix, groups: ItemGroups | None, settings: NextItemSettings
    ) -> None:
        self._layout = _layout(inputs.rows.shape[1], inputs.stride, settings.negative_samples)
        super().__init__(inputs, outputs, groups, settings, self._layout.padded)
        batch, n_own = settings.batch_size, own_targets(settings)
        n_inputs, n_outputs = capacities(settings)
        self._slopes = (
            aligned_zeros(n_inputs, inputs.stride).reshape(-1),
            aligned_zeros(n_outputs, inputs.stride).reshape(-1),
        )
        padded, stride = self._layout.padded, self._layout.stride
        self._vectors = BatchVectors(
            hidden=aligned_zeros(batch + ROWS, stride).reshape(-1),
            back=aligned_zeros(batch + ROWS, stride).reshape(-1),
            weights=np.ones(batch, np.float32),
            own_errors=np.zeros(batch * n_own, np.float32),
            drawn_by_item=aligned_zeros(padded, stride).reshape(-1),
            drawn_by_number=aligned_zeros(padded, stride).reshape(-1),
            drawn_slopes=aligned_zeros(-(-batch // _PART) * padded, stride).reshape(-1),
            losses=np.zeros(-(-batch // _PART)),
        )

    def train(self, examples: Examples, batch: NDArray[np.int64], number: int, rate: float) -> float:
        """One step; returns the sum of the losses before it, in nats.

        batch : (b,) indices of examples, at most B.
        number : of the batch in the epoch: its draws follow from it.
        """
        settings, index, vectors = self._settings, self._index, self._vectors
        n_inputs, n_outputs = self._draw(examples, batch, number)
        if examples.weights is not None:
            vectors.weights[: len(batch)] = examples.weights[batch]
        inputs, input_rows = self._inputs.read(index.input_rows, n_inputs)
        outputs, output_rows = self._outputs.read(index.output_rows, n_outputs)
        self._matrices = inputs, outputs
        self._read = index._replace(input_rows=input_rows, output_rows=output_rows)
        lay_out_drawn(outputs, output_rows, self._drawn, self._layout, vectors)
        n_parts = -(-len(batch) // _PART)
        vectors.losses[:] = 0
        vectors.drawn_slopes[n_parts * self._layout.padded * self._layout.stride :] = 0
        threads = settings.worker_threads
        share_parts(partial(self._learn, len(batch)), even_parts(n_parts, min(threads, n_parts)), threads)
        pieces = min(threads, _MOST_PIECES)  # a row's step does not depend on the piece it is in
        ranges = [_Range(True, part.start, part.stop) for part in even_parts(n_inputs, pieces)]
        ranges += [_Range(False, part.start, part.stop) for part in even_parts(n_outputs, pieces)]
        rates = np.float32(INPUT_RATE * rate), np.float32(rate)
        share_parts(partial(self._move, rates), ranges, threads)
        self._inputs.move(index.input_rows, n_inputs, self._slopes[0], rates[0], threads)
        self._outputs.move(index.output_rows, n_outputs, self._slopes[1], rates[1], threads)
        return float(vectors.losses.sum())

    def _learn(self, n_examples: int, parts: Iterator[slice]) -> None:
        scores = np.zeros(CHUNK * self._layout.padded, np.float32)
        work = self._vectors, scores, np.zeros(LANES, np.float32), self._draws
        for some in parts:
            numbers = some.start, some.stop, _PART, n_examples
            learn_parts(self._matrices, self._read, self._weights, self._drawn, self._layout, numbers, work)

    def _move(self, rates: tuple[np.float32, np.float32], ranges: Iterator[_Range]) -> None:
        index, vectors, layout, n_drawn = self._index, self._vectors, self._layout, int(self._drawn.count[0])
        for is_input, first, stop in ranges:
            if is_input:
                learned = self._inputs.learned
                learn_inputs(index, vectors, layout, (first, stop), self._slopes[0], learned, rates[0])
            else:
                learned = self._outputs.learned
                learn_outputs(index, vectors, layout, (first, stop, n_drawn), self._slopes[1], learned, rates[1])


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


def _empty_index(batch: int, history: int, n_own: int, padded: int) -> BatchIndex:
    entries, own = batch * history, batch * n_own
    outputs = padded + own
    return BatchIndex(
        lengths=np.zeros(batch, np.int32),
        input_slots=np.zeros(entries, np.int32),
        input_rows=np.zeros(entries, np.int32),
        input_starts=np.zeros(entries + 1, np.int64),
        input_examples=np.zeros(entries, np.int32),
        input_weights=np.zeros(entries, np.float32),
        answers=np.zeros(batch, np.int32),
        own_slots=np.zeros(own, np.int32),
        own_shifts=np.zeros(own, np.float32),
        output_rows=np.zeros(outputs, np.int32),
        output_starts=np.zeros(outputs + 1, np.int64),
        output_entries=np.zeros(own, np.int32),
        output_examples=np.zeros(own, np.int32),
        sizes=np.zeros(2, np.int64),
    )
