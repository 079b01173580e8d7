"""What scorers are fitted to: events of the items that occur, in arrays for compiled code."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.interruption import importing
from firth.kernels.arguments import EncodedIds
from firth.kernels.cpu.recommend.arguments import Occurrences, SequenceIndex
from firth.recommend.items import Items
from firth.recommend.sequences import Sequences

__all__ = ["TrainingEvents", "distinct_items_of", "summed"]


class TrainingEvents:
    """Sequences as numbers of the N items that occur in them, most frequent first; T events in S sequences.

    Scorers that are fitted to the same sequences number items alike.
    """

    def __init__(self, sequences: Sequences) -> None:
        corpus = sequences.corpus()
        self.items = Items(corpus.vocabulary, sequences.items.are_integers)
        self.ids: WordIds = corpus.ids
        self.offsets: Offsets = corpus.sentence_offsets
        self.weights = sequences.weights
        self._times = sequences.times

    @property
    def sequences(self) -> EncodedIds:
        """For kernels."""
        return EncodedIds(self.ids, self.offsets)

    @cached_property
    def occurrences(self) -> Occurrences:
        """Where each item occurs."""
        with importing():
            from firth.kernels.cpu.recommend.inverted import events_of_items

        starts = summed(np.bincount(self.ids, minlength=len(self.items)))
        positions = np.empty(len(self.ids), np.int64)
        events_of_items(self.ids, starts, starts[:-1].copy(), positions)
        is_last = np.zeros(len(self.ids), bool)
        is_last[self.offsets[1:] - 1] = True
        return Occurrences(self.ids, is_last, self.weights, starts, positions)

    def in_order_of_time(self) -> EncodedIds:
        """The sequences by the time of their last event, the latest at the end; as they are if no times are known."""
        if self._times is None:
            return self.sequences
        ends = self._times[self.offsets[1:] - 1]
        order = np.argsort(ends, kind="stable")
        lengths = np.diff(self.offsets)[order]
        offsets = summed(lengths)
        gather = np.repeat(self.offsets[:-1][order] - offsets[:-1], lengths) + np.arange(len(self.ids))
        return EncodedIds(self.ids[gather], offsets)


def distinct_items_of(sequences: EncodedIds, n_items: int) -> tuple[EncodedIds, SequenceIndex]:
    """The different items of each sequence, in order of first appearance; and which sequences have each item."""
    with importing():
        from firth.kernels.cpu.recommend.inverted import distinct_items, sequences_of_items

    ids, offsets = np.empty_like(sequences.ids), np.empty_like(sequences.sentence_offsets)
    n = distinct_items(sequences, np.full(n_items, -1, np.int64), ids, offsets)
    distinct = EncodedIds(ids[:n].copy(), offsets)
    starts = summed(np.bincount(distinct.ids, minlength=n_items))
    found = np.empty(n, np.int32)
    sequences_of_items(distinct, starts[:-1].copy(), found)
    return distinct, SequenceIndex(starts, found)


def summed(counts: NDArray[np.int64]) -> Offsets:
    """0 and the sums of the first 1, 2 … counts: where each part begins, and the end."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
