"""Items that come again: how often, by how long ago they were, learned from sequences.

In shops and playlists the item before the last one is a frequent next item; nobody reviews a product twice. What
is usual decides much: of the answers in the sessions of one shop 19 % were seen before.
"""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.interruption import importing
from firth.kernels.cpu.recommend.arguments import RepeatCounts
from firth.recommend.scorer import Histories
from firth.recommend.sequences import Sequences
from firth.recommend.training_events import TrainingEvents

__all__ = ["LAGS", "Repeats"]

LAGS = 10


class Repeats:
    """How often the item `lag` events ago is the next one.

    shares : (LAGS + 1,) float64, after fit(): of the items whose last occurrence was 1 … LAGS events ago, and of those
        from longer ago, the share that is the next item. All 0 where no item ever came again.
    """

    shares: NDArray[np.float64]

    def fit(self, sequences: Sequences) -> Self:
        """Count in sequences."""
        return self.fit_events(TrainingEvents(sequences))

    def fit_events(self, events: TrainingEvents) -> Self:
        """Count in events that several scorers are fitted to."""
        with importing():
            from firth.kernels.cpu.recommend.repeats import count_repeats

        zeros = np.zeros(LAGS + 1, np.int64)
        counts = RepeatCounts(zeros, zeros.copy())
        count_repeats(events.sequences, np.full(len(events.items), -1, np.int64), counts)
        self.shares = counts.hits / np.maximum(counts.chances, 1)
        return self

    @property
    def occur(self) -> bool:
        """Whether any item came again in any sequence."""
        return bool(self.shares.any())

    def exclude(self, scores: Matrix, histories: Histories) -> None:
        """Give seen items the score NEVER, in place, if none ever came again.    scores : (Q, N)."""
        if self.occur:
            return
        with importing():
            from firth.kernels.cpu.recommend.repeats import exclude_seen

        exclude_seen(histories.ids, histories.offsets, scores)

    def add_shares(self, scores: Matrix, histories: Histories, strength: float) -> None:
        """Give seen items strength * share of the sum of all scores more, in place; NEVER if none ever came again.

        scores : (Q, N) that add up, such as counts: at least 0, or NEVER.
        """
        self.exclude(scores, histories)
        if not self.occur:
            return
        with importing():
            from firth.kernels.cpu.recommend.repeats import add_shares

        noted = np.full(scores.shape[1], -1, np.int64)
        add_shares(histories.ids, histories.offsets, (strength * self.shares).astype(np.float32), noted, scores)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for files."""
        return {"shares": self.shares}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The same again."""
        repeats = cls()
        repeats.shares = arrays["shares"]
        return repeats
