"""How copies of both matrices that nodes trained apart become one model, a block of rows on each node.

The rule is that of groups of threads (backends/meeting.py): the sum of the changes of a row is scaled, in each of the
leading directions of the curvature, by how far the row has come. Here it meets changes that have travelled.

Reference   firth.illustrated.combining
Kernel      kernels/cpu/training/combining.py
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Matrix
from firth.backends.company import company_factor, company_safety, triples
from firth.backends.meeting import PAIRS, safety_factor, sides_of
from firth.backends.plan import TrainingPlan
from firth.backends.protocol import Backend, MatrixName
from firth.kernels.cpu.training.arguments import Copies, DrawnRows, Spectrum, Updates
from firth.kernels.cpu.training.combining import DIRECTIONS, add_curvature, combine_rows, find_directions
from firth.kernels.cpu.training.sampling import fill_alias_table
from firth.simd.lanes import LANES
from firth.simd.memory import CACHE_LINE, aligned_zeros
from firth.simd.rows import BLOCK_ROWS

__all__ = [
    "Changes",
    "Combiner",
    "Company",
    "Measured",
    "Packed",
    "Wire",
    "blocks_of",
    "packed",
    "unpacked",
    "unpacked_pieces",
]

Wire: TypeAlias = Literal["int8", "float32"]
Company: TypeAlias = tuple[Matrix, Matrix]  # (3 n, D) of words, those before them, and those behind them: see triples()

_SIDES: tuple[MatrixName, MatrixName] = ("input", "output")
_ROWS_AT_ONCE = 4096
_SMALLEST_STEP = np.finfo(np.float32).tiny  # below it, quotients by a step have few digits, or more than 127
_CALLS = 3  # of find_directions, from a fixed start: the result depends on the curvature alone


class Packed(NamedTuple):
    """Numbers of n rows as they travel: only rows that are not zero do. Between two meetings most words are not read.

    places : (m,) which rows these are, in order.
    numbers : (m, D) int8, with a float32 step for each row; or float32.
    """

    n: int
    places: NDArray[np.int32]
    numbers: NDArray[np.int8] | Matrix
    steps: NDArray[np.float32] | None

    def some(self, rows: slice) -> "Packed":
        """Some of the rows."""
        first, stop, _ = rows.indices(self.n)
        found = slice(*np.searchsorted(self.places, (first, stop)))
        steps = None if self.steps is None else self.steps[found]
        return Packed(stop - first, self.places[found] - np.int32(first), self.numbers[found], steps)


class Changes(NamedTuple):
    """What a node has changed in a block of rows since the last meeting."""

    inputs: Packed
    outputs: Packed
    reads: NDArray[np.int32]  # (n,) occurrences of the words of these rows in what the node has trained

    def rows(self, side: int, rows: slice) -> Packed:
        """Of the input (0) or output (1) matrix."""
        return (self.inputs, self.outputs)[side].some(rows)


class Measured(NamedTuple):
    """What a node has measured at the end of a round."""

    words: int  # that it has trained
    curvatures: NDArray[np.float32]  # (2, columns * stride) moments; see add_curvature


def packed(changes: Matrix, wire: Wire) -> Packed:
    """Changes ready to travel. NaN and infinity arrive as NaN."""
    n = len(changes)
    places = np.flatnonzero(changes.any(axis=1)).astype(np.int32)
    if wire == "float32":
        return Packed(n, places, changes if len(places) == n else changes[places], None)
    numbers, steps = np.empty((len(places), changes.shape[1]), np.int8), np.empty(len(places), np.float32)
    with np.errstate(invalid="ignore"):
        for first in range(0, len(places), _ROWS_AT_ONCE):
            some = slice(first, first + _ROWS_AT_ONCE)
            rows = changes[places[some]]
            of_rows = np.abs(rows).max(axis=1, initial=0) / np.float32(127)
            of_rows[of_rows < _SMALLEST_STEP] = 1  # the row arrives as zeros
            numbers[some], steps[some] = np.rint(rows / of_rows[:, None]), of_rows
    return Packed(n, places, numbers, steps)


def unpacked_pieces(travelled: Packed) -> Iterator[tuple[slice, Matrix]]:
    """Some rows at a time: which, and what unpacked() makes of them."""
    for first in range(0, travelled.n, _ROWS_AT_ONCE):
        rows = slice(first, min(first + _ROWS_AT_ONCE, travelled.n))
        yield rows, unpacked(travelled.some(rows))


def unpacked(travelled: Packed) -> Matrix:
    """(n, D) float32."""
    n, places, numbers, steps = travelled
    found = np.zeros((n, numbers.shape[1]), np.float32)
    with np.errstate(invalid="ignore"):
        found[places] = numbers if steps is None else numbers * steps[:, None]
    return found


def blocks_of(rows: int, nodes: int) -> list[range]:
    """The rows that each node combines."""
    cuts = [rows * node // nodes for node in range(nodes + 1)]
    return [range(*two) for two in zip(cuts[:-1], cuts[1:], strict=True)]


class Combiner:
    """What one node needs to combine the changes of all.

    plan : of this node's text.
    counts : (V,) of the words in all of the text.
    vector_size : D.
    """

    def __init__(self, plan: TrainingPlan, counts: Counts, vector_size: int) -> None:
        self._plan = plan
        self._vector_size = vector_size
        self._stride = -(-vector_size // CACHE_LINE) * CACHE_LINE
        self._columns = -(-vector_size // LANES) * LANES
        self._sides = sides_of(plan, counts)
        self._ends = [np.cumsum(side.counts.shares) for side in self._sides]
        self._offsets = tuple(row * self._stride for row in range(BLOCK_ROWS))

    def measure(self, backend: Backend, nodes: int, words: int, seed: tuple[int, ...]) -> Measured:
        """The curvature of both matrices as this node has trained them, on its share of the drawn pairs."""
        pairs = -(-PAIRS // nodes // BLOCK_ROWS) * BLOCK_ROWS
        rng = np.random.default_rng(seed)
        bits = np.uint64(rng.integers(2**64, dtype=np.uint64))
        drawn = [self._drawn_rows(backend, side, pairs, rng) for side in range(2)]
        curvatures = np.zeros((2, self._columns * self._stride), np.float32)
        scratch = np.empty((BLOCK_ROWS + 1) * self._stride + BLOCK_ROWS * self._columns, np.float32)
        for side, (mine, theirs) in enumerate(zip(drawn, drawn[::-1], strict=True)):
            add_curvature(mine, theirs, bits, pairs, self._offsets, scratch, curvatures[side])
        return Measured(words, curvatures)

    def _drawn_rows(self, backend: Backend, side: int, pairs: int, rng: np.random.Generator) -> DrawnRows:
        """As many rows of a matrix as pairs are made of: of these, all are then drawn alike."""
        facts, ends = self._sides[side], self._ends[side]
        count = pairs * facts.mean_of
        ids = np.minimum(np.searchsorted(ends, rng.random(count) * ends[-1]), len(ends) - 1).astype(np.int32)
        matrix = aligned_zeros(len(ids), self._stride)
        for first in range(0, len(ids), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            matrix[rows, : self._vector_size] = backend.rows(_SIDES[side], ids[rows])
        uniform = np.empty(len(ids), np.uint64)
        fill_alias_table(np.ones(len(ids)), uniform)
        return DrawnRows(matrix.reshape(-1), uniform, facts.mean_of, self._stride, self._columns)

    def company(self, backend: Backend, seed: tuple[int, ...]) -> Company:
        """Rows as this node has trained them, of words that occur next to each other in its text."""
        ids = triples(self._plan, seed).reshape(-1)
        inputs, outputs = (backend.rows(side, ids) for side in _SIDES)
        return inputs, outputs

    def combine(
        self,
        rate: float,
        block: range,
        base: tuple[Matrix, Matrix],
        company: Company,
        measured: Sequence[Measured],
        changes: Sequence[Changes],
    ) -> tuple[Matrix, Matrix]:
        """What changes in a block of rows of both matrices, on all nodes.

        rate : the learning rate of the round, on average.
        base : (n, D) these rows when the nodes last met.
        company : of this node, at the end of the round.
        measured, changes : of all nodes.
        """
        nodes = len(changes)
        spectra = [self._spectrum(side, measured) for side in range(2)]
        safety = safety_factor(nodes, self._plan.architecture) * self._company_safety(company, spectra)
        words = sum(one.words for one in measured) / nodes
        found = []
        for side, before in enumerate(base):
            moved = np.empty_like(before)
            for first in range(0, len(block), _ROWS_AT_ONCE):
                rows = slice(first, min(first + _ROWS_AT_ONCE, len(block)))
                updates = self._updates(side, block, rows, changes, words)
                moved[rows] = self._together(before[rows], side, rows, changes, (updates, spectra[side], rate * safety))
            found.append(moved)
        return found[0], found[1]

    def _updates(self, side: int, block: range, rows: slice, changes: Sequence[Changes], words: float) -> Updates:
        counts, in_text = self._sides[side].counts, slice(block.start + rows.start, block.start + rows.stop)
        return Updates(
            np.stack([one.reads[rows] for one in changes]),
            np.full(rows.stop - rows.start, words, np.float32),
            np.ascontiguousarray(counts.factors[in_text]),
            np.ascontiguousarray(counts.noise[in_text]),
        )

    def _together(
        self, before: Matrix, side: int, rows: slice, changes: Sequence[Changes], rule: tuple[Updates, Spectrum, float]
    ) -> Matrix:
        """What changes in some rows of one matrix."""
        updates, spectrum, rate = rule
        n, size, nodes = len(before), self._vector_size, len(changes)
        common, copies = aligned_zeros(n, self._stride), aligned_zeros(nodes * n, self._stride)
        common[:, :size] = before
        for node, one in enumerate(changes):
            change = unpacked(one.rows(side, rows))
            np.add(before, change, out=copies[node * n : (node + 1) * n, :size])
        stored = Copies(copies.reshape(-1), n * self._stride, nodes, common.reshape(-1), self._stride, self._columns)
        scratch = np.zeros(self._stride + DIRECTIONS, np.float32)
        combine_rows(0, n, stored, updates, spectrum, np.float32(rate), scratch)
        return np.asarray(common[:, :size] - before)

    def _spectrum(self, side: int, measured: Sequence[Measured]) -> Spectrum:
        moment = sum(one.curvatures[side] for one in measured) / np.float32(len(measured))
        moment = np.asarray(moment * np.float32(self._sides[side].share), np.float32)
        directions = aligned_zeros(DIRECTIONS, self._stride)
        directions[:, : self._vector_size] = np.random.default_rng(1).normal(size=(DIRECTIONS, self._vector_size))
        spectrum = Spectrum(
            directions.reshape(-1),
            np.zeros(self._columns * DIRECTIONS, np.float32),
            np.zeros(DIRECTIONS + 1, np.float32),
            self._stride,
            self._columns,
        )
        scratch = np.empty(DIRECTIONS * self._stride, np.float32)
        for _ in range(_CALLS):
            find_directions(moment, self._vector_size, spectrum, scratch)
        return spectrum

    def _company_safety(self, company: Company, spectra: list[Spectrum]) -> float:
        """See company_safety."""
        numbered = np.arange(len(company[0]), dtype=np.int32).reshape(3, -1)
        noise = self._plan.sampling.negative_samples
        return company_safety(
            company_factor(mine, theirs, numbered, spectrum, noise)
            for mine, theirs, spectrum in zip(company, company[::-1], spectra, strict=True)
        )
