"""Where copies of both matrices that groups of threads have trained become one model again.

Reference   firth.illustrated.combining
Kernel      kernels/cpu/training/combining.py
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Matrix
from firth.backends.company import company_factor, company_safety, triples
from firth.backends.plan import TrainingPlan
from firth.corpus.pieces_of_ids import count_ids
from firth.kernels.arguments import Sampling
from firth.kernels.cpu.training.arguments import Copies, DrawnRows, Spectrum, Updates, Weights
from firth.kernels.cpu.training.combining import (
    DIRECTIONS,
    add_curvature,
    combine_rows,
    count_words,
    find_directions,
)
from firth.kernels.cpu.training.sampling import fill_alias_table
from firth.parallel import share_parts
from firth.simd.memory import aligned_zeros
from firth.simd.rows import BLOCK_ROWS

__all__ = ["PAIRS", "Meeting", "SideFacts", "can_meet", "safety_factor", "sides_of"]

PAIRS = 8192  # that the curvature is measured on
_ROWS_AT_A_TIME = 256
_COMPANY_EVERY = 4  # meetings

Closing = tuple[Callable[[], None], range]  # what ends a group's round, and the tokens that it has trained


def safety_factor(groups: int, architecture: str) -> float:
    """How many times greater than measured the curvature is taken to be.

    Some rows curve more than the average row: what they meet is always the same. With up to 4 groups that costs
    little; with 16 such rows would overshoot until training diverges. The means of CBOW are those of words of one
    topic, and curve more than those of words drawn at random.
    """
    return min(max(groups / 4, 2.0 if architecture == "cbow" else 1.0), 4.0)


class _Side(NamedTuple):
    """One of the two matrices at a meeting."""

    copies: Copies
    updates: Updates
    spectrum: Spectrum
    table: NDArray[np.uint64]  # draws rows as often as training meets them
    mean_of: int  # rows that are met together, as a mean
    share: np.float32  # by how much of the gradient of what is met rows move
    curvatures: NDArray[np.float32]  # (N, columns * stride) what the copies have measured


class Meeting:
    """The state of both matrices when the groups last met, and what is needed for the next meeting.

    plan : there can be only one group unless can_meet(plan).
    shape : D, and the weights of any group.
    blocks : the input matrices of all groups, one behind the other, and their output matrices.
    groups : N, and the threads of each.
    safety : see safety_factor; None for its value.
    """

    def __init__(
        self,
        plan: TrainingPlan,
        shape: tuple[int, Weights],
        blocks: tuple[Matrix, Matrix],
        groups: tuple[int, int],
        safety: float | None = None,
    ) -> None:
        self._ids, self._vector_size = plan.corpus.ids, shape[0]
        self._groups = groups[0]
        self._threads = groups[0] * groups[1]
        self._safety = safety_factor(self._groups, plan.architecture) if safety is None else safety
        self._plan = plan
        self._number = 0
        self._company = 1.0
        self._reads = np.zeros((self._groups, plan.n_inputs), np.int32)
        rows = plan.n_inputs, plan.n_outputs
        self._sides = [
            self._new_side(block, n_rows, shape[1], facts)
            for block, n_rows, facts in zip(blocks, rows, sides_of(plan), strict=True)
        ]
        stride = shape[1].stride
        self._offsets = tuple(row * stride for row in range(BLOCK_ROWS))
        self._compile()

    def matrices(self) -> tuple[Matrix, Matrix]:
        """Both matrices as they were after the last meeting, not copied."""
        inputs, outputs = (
            side.copies.common.reshape(-1, side.copies.stride)[:, : self._vector_size] for side in self._sides
        )
        return inputs, outputs

    def meet(self, rate: float, closings: list[Closing], seed: tuple[int, ...]) -> None:
        """Make one model of all copies.

        rate : the learning rate of the round, on average.
        closings : of each group.
        seed : of the pairs that the curvature is measured on.
        """
        bits = np.random.default_rng(seed).integers(2**64, size=self._groups, dtype=np.uint64)
        # A single group keeps its changes, whatever the curvature.
        pairs = -(-PAIRS // self._groups // BLOCK_ROWS) * BLOCK_ROWS if self._groups > 1 else 0
        words = sum(len(part) for _, part in closings) / self._groups

        def close(groups: Iterator[int]) -> None:
            for group in groups:
                merge_copies, part = closings[group]
                merge_copies()
                count_words(self._ids[part.start : part.stop], self._reads[group])
                self._measure(group, bits[group], pairs)

        share_parts(close, range(self._groups), self._groups)
        for side in self._sides:  # a fraction of a millisecond: starting threads takes longer
            self._decompose(side)
        if self._groups > 1 and self._number % _COMPANY_EVERY == 0:
            self._company = self._measure_company(seed)
        self._number += 1
        for side in self._sides:
            side.updates.words[:] += np.float32(words)
        self._combine(np.float32(rate * self._safety * self._company), self._reads.shape[1])
        self._reads[:] = 0

    def _compile(self) -> None:
        """Compile all kernels, or load them from the cache: a meeting of which no row is part."""
        count_words(self._ids[:0], self._reads[0])
        self._measure(0, np.uint64(0), 0)
        for side in self._sides:
            self._decompose(side)
        self._combine(np.float32(0), 0)

    def _combine(self, rate: np.float32, most_rows: int) -> None:
        """Combine the first rows of both matrices, at most so many of each."""
        parts = [
            (side, first, min(first + _ROWS_AT_A_TIME, most_rows, len(side.updates.words)))
            for side in self._sides
            for first in range(0, max(min(most_rows, len(side.updates.words)), 1), _ROWS_AT_A_TIME)
        ]

        def combine(some: Iterator[tuple[_Side, int, int]]) -> None:
            scratch = np.zeros(self._sides[0].copies.stride + DIRECTIONS, np.float32)
            for side, first, stop in some:
                combine_rows(first, stop, side.copies, side.updates, side.spectrum, rate, scratch)

        share_parts(combine, parts, self._threads)

    def _measure(self, group: int, bits: np.uint64, pairs: int) -> None:
        """Measure the curvature of both matrices in one group's copies, on so many pairs."""
        drawn = [self._drawn_rows(side, group) for side in self._sides]
        stride, columns = drawn[0].stride, drawn[0].columns
        scratch = np.empty((BLOCK_ROWS + 1) * stride + BLOCK_ROWS * columns, np.float32)
        for side, mine, theirs in zip(self._sides, drawn, drawn[::-1], strict=True):
            side.curvatures[group] = 0
            add_curvature(mine, theirs, bits, pairs, self._offsets, scratch, side.curvatures[group])

    def _drawn_rows(self, side: _Side, group: int) -> DrawnRows:
        copies = side.copies
        matrix = copies.all[group * copies.size : (group + 1) * copies.size]
        return DrawnRows(matrix, side.table, side.mean_of, copies.stride, copies.columns)

    def _decompose(self, side: _Side) -> None:
        curvature = side.curvatures.mean(axis=0) * side.share
        scratch = np.empty(DIRECTIONS * side.spectrum.stride, np.float32)
        find_directions(curvature, self._vector_size, side.spectrum, scratch)

    def _measure_company(self, seed: tuple[int, ...]) -> float:
        """See company_safety."""
        drawn, vector_size = triples(self._plan, seed), self._vector_size
        matrices = [
            side.copies.all[: side.copies.size].reshape(-1, side.copies.stride)[:, :vector_size] for side in self._sides
        ]
        noise = self._plan.sampling.negative_samples
        return company_safety(
            company_factor(mine, theirs, drawn, side.spectrum, noise)
            for side, mine, theirs in zip(self._sides, matrices, matrices[::-1], strict=True)
        )

    def _new_side(self, block: Matrix, n_rows: int, weights: Weights, facts: "SideFacts") -> _Side:
        counts = facts.counts
        stride, columns = weights.stride, weights.columns
        common = aligned_zeros(n_rows, stride)
        common[:] = block[:n_rows]
        size = block.size // self._groups
        directions = aligned_zeros(DIRECTIONS, stride)
        directions[:, : self._vector_size] = np.random.default_rng(1).normal(size=(DIRECTIONS, self._vector_size))
        table = np.empty(n_rows, np.uint64)
        fill_alias_table(_sized(counts.shares, n_rows), table)
        return _Side(
            Copies(block.reshape(-1), size, self._groups, common.reshape(-1), stride, columns),
            Updates(
                self._reads, np.zeros(n_rows, np.float32), _sized(counts.factors, n_rows), _sized(counts.noise, n_rows)
            ),
            Spectrum(
                directions.reshape(-1),
                np.zeros(columns * DIRECTIONS, np.float32),
                np.zeros(DIRECTIONS + 1, np.float32),
                stride,
                columns,
            ),
            table,
            facts.mean_of,
            np.float32(facts.share),
            np.zeros((self._groups, columns * stride), np.float32),
        )


class UpdateCounts(NamedTuple):
    """How often the rows of a matrix move."""

    factors: NDArray[np.float32]  # (V,) for each occurrence in the text
    noise: NDArray[np.float32]  # (V,) and for each word of text besides
    shares: NDArray[np.float64]  # (V,) in an epoch


class SideFacts(NamedTuple):
    """What a meeting knows of one of the matrices beforehand."""

    counts: UpdateCounts
    mean_of: int  # rows that are met together, as a mean
    share: float  # by how much of the gradient of what is met rows move


def sides_of(plan: TrainingPlan, counts: Counts | None = None) -> tuple[SideFacts, SideFacts]:
    """Of the input and the output matrix. counts : see update_counts."""
    inputs, outputs = update_counts(plan, counts)
    window = round(inputs_of_center(plan.sampling)) if plan.architecture == "cbow" else 1
    # All words of a window move: together by all of the gradient of their mean, or by 1 / n of it.
    share = 1 / window if plan.exact_gradient else 1.0
    return SideFacts(inputs, window, share), SideFacts(outputs, 1, 1.0)


def can_meet(plan: TrainingPlan) -> bool:
    """Whether it is known how often rows move, and quality was measured."""
    extras = plan.composition, plan.groups, plan.sessions, plan.documents
    has_extras = plan.sums_inputs or any(extra is not None for extra in extras)
    return plan.objective == "negative_sampling" and not has_extras


def inputs_of_center(sampling: Sampling) -> float:
    """Context words of a center, on average, where the sentence does not end."""
    return sum((reach + 1) / 2 if sampling.shrink_window and reach else reach for reach in sampling.window)


def update_counts(plan: TrainingPlan, counts: Counts | None = None) -> tuple[UpdateCounts, UpdateCounts]:
    """How often rows of the input and the output matrix move, on average.

    counts : (V,) of the words in all of the text; None: those of the plan's corpus.

    A word that is read is an input of as many centers as a center has inputs, each with 1 + K targets. A row of the
    output matrix moves for the center's own inputs, and as noise for those of all other centers.
    """
    sampling = plan.sampling
    counts = count_ids(plan.corpus.ids, plan.n_words) if counts is None else counts
    keep = sampling.keep_thresholds / 2.0**32
    reads = counts * keep
    inputs = inputs_of_center(sampling)
    predictions = inputs if plan.architecture == "skipgram" else 1  # with CBOW a center is predicted once
    noise = sampling.negative_samples * alias_probabilities(sampling.noise_table)
    of_text = reads.sum() / max(counts.sum(), 1)  # the share of the text that subsampling leaves
    ones = np.float32(inputs * (1 + sampling.negative_samples))
    return (
        UpdateCounts((keep * ones).astype(np.float32), np.zeros(len(keep), np.float32), reads + 1e-9),
        UpdateCounts(
            (keep * predictions).astype(np.float32),
            (noise * of_text * predictions).astype(np.float32),
            reads + noise * reads.sum() + 1e-9,
        ),
    )


def _sized(numbers: NDArray[Any], length: int) -> NDArray[Any]:
    """A copy of this length, with zeros at the end or without the last numbers."""
    sized = np.zeros(length, numbers.dtype)
    sized[: len(numbers)] = numbers[:length]
    return sized


def alias_probabilities(table: NDArray[np.uint64]) -> NDArray[np.float64]:
    """The distribution (V,) that an alias table draws from."""
    accepted = (table >> np.uint64(32)).astype(np.float64) / (2.0**32 - 1)
    aliases = (table & np.uint64(0xFFFFFFFF)).astype(np.int64)
    others = np.bincount(aliases, weights=1 - accepted, minlength=len(table))
    return np.asarray((accepted + others) / len(table))
