"""Popularity: the items that occur most often, for everybody."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.recommend.items import Items
from firth.recommend.repeats import Repeats
from firth.recommend.scorer import Histories
from firth.recommend.sequences import Sequences
from firth.recommend.training_events import TrainingEvents

__all__ = ["Popularity"]


class Popularity:
    """Scores items by their share of all events (by weight, where events have weights).

    The weakest baseline, and the last resort where nothing is known of a history.
    """

    name = "popularity"
    items: Items

    def fit(self, sequences: Sequences) -> Self:
        """Count in sequences."""
        return self.fit_events(TrainingEvents(sequences))

    def fit_events(self, events: TrainingEvents) -> Self:
        """Count in events that several scorers are fitted to."""
        self.items = events.items
        counts = np.bincount(events.ids, events.weights, len(events.items))
        self._shares = (counts / max(counts.sum(), np.finfo(float).tiny)).astype(np.float32)
        self._repeats = Repeats().fit_events(events)
        return self

    def scores(self, histories: Histories) -> Matrix:
        """The same scores (Q, N) for all histories, but for seen items if none ever came again."""
        scores = np.tile(self._shares, (len(histories), 1))
        self._repeats.exclude(scores, histories)
        return scores

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for files."""
        return {"popularity": self._shares, **self._repeats.arrays()}

    @classmethod
    def from_arrays(cls, items: Items, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The same scorer again."""
        scorer = cls()
        scorer.items, scorer._shares = items, arrays["popularity"]
        scorer._repeats = Repeats.from_arrays(arrays)
        return scorer
