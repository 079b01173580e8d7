"""The questions of a test set: what comes next, after all items before it in its sequence?"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.recommend.items import UNKNOWN, Items
from firth.recommend.scorer import Histories
from firth.recommend.sequences import Sequences

__all__ = ["Questions"]


@dataclass(frozen=True, eq=False, repr=False)
class Questions:
    """Q questions of a test set, in its order.

    test : the sequences.
    positions : (Q,) int64, which event is the answer.
    sequences : (Q,) int64, the sequence that it is in.
    total : all questions that count, of which these are some or all.
    unknown : questions whose answer no scorer knows; they count if they are misses.
    """

    test: Sequences
    positions: NDArray[np.int64]
    sequences: NDArray[np.int64]
    total: int
    unknown: int

    @classmethod
    def of(cls, test: Sequences, is_known: NDArray[np.bool_], most: int | None, seed: int, *, all_count: bool) -> Self:
        """The questions of a test set whose answers are known, or all; at most `most` of them, drawn at random.

        is_known : (N,) of the items of the test set.
        all_count : whether those whose answer is unknown count, too.
        """
        assert test.given is not None
        lengths = np.diff(test.offsets)
        within = np.arange(test.n_events) - np.repeat(test.offsets[:-1], lengths)
        positions = np.flatnonzero(within >= np.repeat(test.given, lengths))
        known = positions[is_known[test.ids[positions]]]
        unknown = len(positions) - len(known)
        chosen = positions if all_count and len(known) else known
        total = len(chosen)
        if most is not None and most < total:
            chosen = chosen[np.sort(np.random.default_rng(seed).choice(total, most, replace=False))]
        sequences = np.searchsorted(test.offsets, chosen, side="right") - 1
        return cls(test, chosen, sequences, total, unknown)

    def __len__(self) -> int:
        return len(self.positions)

    def answers(self, numbers: WordIds) -> WordIds:
        """The answers (Q,), in the numbers of a scorer.    numbers : (N,) of the test set's items there, or UNKNOWN."""
        return numbers[self.test.ids[self.positions]]

    def histories(self, numbers: WordIds, first: int, stop: int) -> Histories:
        """What came before the answers first … stop - 1, in the numbers of a scorer; unknown items are left out."""
        begins = self.test.offsets[self.sequences[first:stop]]
        lengths = self.positions[first:stop] - begins
        offsets = _summed(lengths)
        events = np.repeat(begins - offsets[:-1], lengths) + np.arange(offsets[-1])
        ids = numbers[self.test.ids[events]]
        is_known = ids != UNKNOWN
        if is_known.all():
            return Histories(ids, offsets)
        return Histories(ids[is_known], _summed(is_known)[offsets])

    def unknown_history(self, items: Items) -> int:
        """How many events before the last answer of each sequence are items that a scorer does not know."""
        last = np.zeros(len(self.test), np.int64)
        np.maximum.at(last, self.sequences, self.positions)
        is_history = np.arange(self.test.n_events) < np.repeat(last, np.diff(self.test.offsets))
        unknown = self.test.items.numbers_in(items) == UNKNOWN
        return int(unknown[self.test.ids[is_history]].sum())


def _summed(counts: NDArray[np.int64] | NDArray[np.bool_]) -> Offsets:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
