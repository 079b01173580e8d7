"""What vectors that predict the next item learn from: every item that has others before it, and its history."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.kernels.cpu.recommend.next_item_arguments import AnswerExamples

__all__ = ["Examples"]


class Examples(NamedTuple):
    """E answers, their histories, and how much each counts."""

    answered: AnswerExamples
    weights: NDArray[np.float32] | None  # (E,), None: 1 each

    def __len__(self) -> int:
        return len(self.answered.answers)

    @classmethod
    def of(cls, ids: WordIds, offsets: Offsets, weights: NDArray[np.float32] | None, history: int) -> "Examples":
        """All events but the first of each sequence; at most `history` items before it are its history.

        weights : (T,) of the events.
        """
        before = np.arange(len(ids)) - np.repeat(offsets[:-1], np.diff(offsets))
        positions = np.flatnonzero(before)
        lengths = np.minimum(before[positions], history).astype(np.int32)
        answered = AnswerExamples(ids, positions, lengths, ids[positions])
        return cls(answered, None if weights is None else weights[positions].astype(np.float32))

    def some(self, chosen: NDArray[np.bool_]) -> "Examples":
        """Those that are chosen (E,)."""
        ids, positions, lengths, answers = self.answered
        answered = AnswerExamples(ids, positions[chosen], lengths[chosen], answers[chosen])
        return Examples(answered, None if self.weights is None else self.weights[chosen])

    def without(self, held_out: NDArray[np.bool_]) -> "Examples":
        """Those whose answer is not among some events (T,)."""
        return self.some(~held_out[self.answered.positions])
