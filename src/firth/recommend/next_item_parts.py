"""What items are made of where attributes are known: a row of their own and one for each value.

Source   Wang et al. 2018, arXiv:1803.02349, section 3.2 (EGES).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.kernels.cpu.recommend.next_item_arguments import ItemParts
from firth.recommend.attributes import Attributes
from firth.recommend.items import UNKNOWN, Items

__all__ = ["Composition"]


class Composition(NamedTuple):
    """N items that are made of N rows of their own and F rows of values: the row of value f is N + f."""

    starts: NDArray[np.int64]  # (N + 1,)
    rows: NDArray[np.int32]  # (P,)
    n_rows: int  # N + F

    @classmethod
    def of(cls, items: Items, attributes: Attributes) -> "Composition":
        """Items that have no attributes are made of their own row."""
        n_items = len(items)
        numbers = items.numbers(attributes.item_ids)
        n_values = np.where(numbers == UNKNOWN, 0, np.diff(attributes.offsets))
        counts = np.ones(n_items, np.int64)
        np.add.at(counts, numbers[numbers != UNKNOWN], n_values[numbers != UNKNOWN])
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        rows = np.empty(starts[-1], np.int32)
        rows[starts[:-1]] = np.arange(n_items)
        for index in np.flatnonzero(n_values).tolist():
            stop = starts[numbers[index] + 1]
            rows[stop - n_values[index] : stop] = n_items + attributes.of(index)
        return cls(starts, rows, n_items + len(attributes.names))

    @property
    def n_items(self) -> int:
        """N."""
        return len(self.starts) - 1

    @property
    def has_values(self) -> NDArray[np.bool_]:
        """Which items (N,) have values."""
        return np.diff(self.starts) > 1

    @property
    def occurring_values(self) -> NDArray[np.bool_]:
        """Which values (F,) items have."""
        found = np.zeros(self.n_rows - self.n_items, bool)
        found[self.rows[self.rows >= self.n_items] - self.n_items] = True
        return found

    def parts(self) -> ItemParts:
        """The parts of the items: its own row counts as much as all values together, which count the same each."""
        counts = np.diff(self.starts)
        shares = np.repeat(1 / np.maximum(counts - 1, 1), counts).astype(np.float32)
        shares[self.starts[:-1]] = 1
        return ItemParts(self.starts, self.rows, shares)
