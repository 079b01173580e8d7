"""What vectors that predict the next item learn from: every item that has others before it, and its history."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.kernels.cpu.recommend.next_item_arguments import AnswerExamples

__all__ = ["Examples"]

TOGETHER = 2  # answers; 4 are as good within chance, sequences as a unit hit 3 to 5 % less often (docs/recommend.md)


class Examples(NamedTuple):
    """E answers, their histories, and how much each counts."""

    answered: AnswerExamples
    events: NDArray[np.int64]  # (E,) which of the T events each answer is
    weights: NDArray[np.float32] | None  # (E,), None: 1 each

    def __len__(self) -> int:
        return len(self.answered.answers)

    def in_histories(self, n_items: int) -> NDArray[np.bool_]:
        """Which of N items are in any history: those before an answer, which are in that of the answer at least."""
        found = np.zeros(n_items, bool)
        found[self.answered.ids[self.answered.positions - 1]] = True
        return found

    @classmethod
    def of(cls, ids: WordIds, offsets: Offsets, weights: NDArray[np.float32] | None, history: int) -> "Examples":
        """All events but the first of each sequence; at most `history` items before it are its history.

        weights : (T,) of the events.
        """
        before = np.arange(len(ids)) - np.repeat(offsets[:-1], np.diff(offsets))
        positions = np.flatnonzero(before)
        lengths = np.minimum(before[positions], history).astype(np.int32)
        answered = AnswerExamples(ids, positions, lengths, ids[positions])
        return cls(answered, positions, None if weights is None else weights[positions].astype(np.float32))

    def with_targets(self, is_target: NDArray[np.bool_], offsets: Offsets) -> "Examples":
        """These, and the last target of each sequence as one more answer at every position before it.

        The target itself is an answer already.    is_target : (T,).

        Source   Grbovic & Cheng 2018, "Real-time Personalization using Embeddings for Search Ranking at Airbnb",
                 section 3.1: the booked listing as a global context.
        """
        targets = np.flatnonzero(is_target)
        sequence = np.searchsorted(offsets, targets, side="right") - 1
        last = np.full(len(offsets) - 1, -1, np.int64)
        last[sequence] = targets  # of several, the last one is assigned last
        ids, positions, lengths, answers = self.answered
        target = last[np.searchsorted(offsets, positions, side="right") - 1]
        further = np.flatnonzero(target > positions)
        answered = AnswerExamples(
            ids,
            np.concatenate([positions, positions[further]]),
            np.concatenate([lengths, lengths[further]]),
            np.concatenate([answers, ids[target[further]]]),
        )
        weights = self.weights
        if weights is not None:
            of_event = dict(zip(self.events.tolist(), weights.tolist(), strict=True))
            added = np.array([of_event[event] for event in target[further].tolist()], np.float32)
            weights = np.concatenate([weights, added])
        return Examples(answered, np.concatenate([self.events, target[further]]), weights)

    def shuffled(self, random: np.random.Generator) -> NDArray[np.int64]:
        """Their indices (E,) in random order; up to TOGETHER answers that follow each other in a sequence stay so.

        Their histories have most items in common: a batch then reads and moves fewer rows.
        """
        begins = np.diff(self.events, prepend=-1) != 1
        begins[:1] = True
        run = np.cumsum(begins) - 1
        starts = np.flatnonzero(begins)
        cut = random.integers(0, TOGETHER, len(starts)) - starts
        starts = np.flatnonzero(begins | ((np.arange(len(self)) + cut[run]) % TOGETHER == 0))
        lengths = np.diff(starts, append=len(self))
        chosen = random.permutation(len(starts))
        starts, lengths = starts[chosen], lengths[chosen]
        return np.repeat(starts - (np.cumsum(lengths) - lengths), lengths) + np.arange(len(self))

    def some(self, chosen: NDArray[np.bool_]) -> "Examples":
        """Those that are chosen (E,)."""
        ids, positions, lengths, answers = self.answered
        answered = AnswerExamples(ids, positions[chosen], lengths[chosen], answers[chosen])
        return Examples(answered, self.events[chosen], None if self.weights is None else self.weights[chosen])

    def without(self, held_out: NDArray[np.bool_]) -> "Examples":
        """Those whose answer is not among some events (T,)."""
        return self.some(~held_out[self.events])
