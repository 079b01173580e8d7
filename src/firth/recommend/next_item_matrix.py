"""The vectors of items while they are learned: a row each, or composed of rows of their own and of attributes' values.

Shapes   N items, F values of attributes, D numbers per vector; rows are padded to whole tiles.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.kernels.cpu.recommend.composed_items import (
    compose_items,
    index_parts,
    move_logits,
    move_parts,
    set_shares,
)
from firth.kernels.cpu.recommend.next_item_arguments import PartIndex
from firth.kernels.cpu.recommend.products import COLUMNS
from firth.parallel import even_parts, share_parts
from firth.recommend.next_item_parts import Composition
from firth.simd.memory import aligned_zeros

__all__ = ["ComposedMatrix", "LearnedMatrix"]

_PIECES = 4  # of the rows that are moved, for threads to take
_FIRST_LOGIT_SQUARE = 0.1

Flat = NDArray[np.float32]


class LearnedMatrix:
    """A row for each item, and the state of Adagrad.

    rows : (rows, D) float32, a view without the padding.
    first_square : the state of each row at the start.
    """

    def __init__(self, n_rows: int, size: int, first_square: float) -> None:
        self.n_items = n_rows
        self.stride = -(-size // COLUMNS) * COLUMNS
        padded = aligned_zeros(n_rows, self.stride)
        self.rows: Matrix = padded[:, :size]
        self.flat: Flat = padded.reshape(-1)
        self.squares = np.full(n_rows, first_square, np.float32)

    def vectors(self) -> Matrix:
        """A copy of the vectors of all items (N, D)."""
        return self.rows.copy()

    def read(self, items: NDArray[np.int32], count: int) -> tuple[Flat, NDArray[np.int32]]:
        """The rows of the first `count` items: a flat matrix, and where in it they are."""
        return self.flat, items

    @property
    def learned(self) -> tuple[Flat, NDArray[np.float32]] | None:
        """The matrix and its state, whose rows move as soon as their slopes are known; None: move() moves them."""
        return self.flat, self.squares

    def move(self, items: NDArray[np.int32], count: int, slopes: Flat, rate: np.float32, threads: int) -> None:
        """What is left to move after that: nothing."""


class ComposedMatrix(LearnedMatrix):
    """Items as sums of shares of N + F rows.

    Parameters
    ----------
    composition : the rows of each item.
    size : D.
    first_square : the state of Adagrad at the start.
    capacity : the most items of a batch.
    weights : "equal" shares of all values, or "learned": the softmax of numbers that learn, too.
    """

    def __init__(self, composition: Composition, size: int, first_square: float, capacity: int, weights: str) -> None:
        n_rows, parts = composition.n_rows, composition.parts()
        super().__init__(n_rows, size, first_square)
        self.parts, self.n_items = parts, composition.n_items
        longest = int(np.diff(parts.starts).max())
        entries = min(capacity, len(parts.starts) - 1) * longest
        self._slots = np.full(n_rows, -1, np.int32)
        self._index = PartIndex(
            np.zeros(min(entries, n_rows), np.int32),
            np.zeros(min(entries, n_rows) + 1, np.int64),
            np.zeros(entries, np.int32),
            np.zeros(entries, np.float32),
        )
        self._composed = aligned_zeros(capacity, self.stride).reshape(-1)
        self._part_slopes = aligned_zeros(min(entries, n_rows), self.stride).reshape(-1)
        self._identity = np.arange(capacity, dtype=np.int32)
        self._learned: tuple[Flat, Flat] | None = None
        if weights == "learned":
            self._learned = np.log(parts.shares), np.full_like(parts.shares, _FIRST_LOGIT_SQUARE)

    def vectors(self) -> Matrix:
        """The vectors of all items (N, D)."""
        everything = np.arange(len(self.parts.starts) - 1, dtype=np.int32)
        composed = aligned_zeros(len(everything), self.stride)
        compose_items(self.parts, self.flat, everything, len(everything), self.stride, composed.reshape(-1))
        return composed[:, : self.rows.shape[1]].copy()

    def read(self, items: NDArray[np.int32], count: int) -> tuple[Flat, NDArray[np.int32]]:
        """The vectors of the first `count` items, composed."""
        compose_items(self.parts, self.flat, items, count, self.stride, self._composed)
        return self._composed, self._identity

    @property
    def learned(self) -> None:
        """None: rows are parts of several items."""

    def move(self, items: NDArray[np.int32], count: int, slopes: Flat, rate: np.float32, threads: int) -> None:
        """One step of all rows that the items of a batch are made of, and of their shares."""
        index = self._index
        n_rows = index_parts(self.parts, items, count, self._slots, index)
        if self._learned is not None:
            batch = items, count, self.stride
            move_logits(self.parts, self.flat, batch, self._composed, slopes, self._learned, rate)
            set_shares(self.parts, items, count, self._learned[0])

        def move_some(blocks: Iterator[slice]) -> None:
            for block in blocks:
                some = block.start, block.stop
                size = self.rows.shape[1]
                move_parts(index, slopes, some, self._part_slopes, (self.flat, self.squares), size, rate)

        share_parts(move_some, even_parts(n_rows, _PIECES), threads)
