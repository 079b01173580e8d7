"""Item-kNN: items that occur in the same sequences are alike."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.recommend.item_table import cosine_table, score_by_table, stored_table, table_arrays, with_diagonal
from firth.recommend.items import Items
from firth.recommend.repeats import Repeats
from firth.recommend.scorer import Histories
from firth.recommend.sequences import Sequences
from firth.recommend.training_events import TrainingEvents
from firth.settings import check_value, real_number, whole_number

__all__ = ["ItemKnn"]


class ItemKnn:
    """Scores items by the cosines of their sequences with those of the items of a history.

    The cosine of two items is the number of sequences with both, over the root of the numbers of sequences with each.
    Where items come again, each item is its own neighbour with a cosine of 1.

    Source  Sarwar et al. 2001, "Item-based collaborative filtering recommendation algorithms".

    Parameters
    ----------
    history : so many of the last items of a history count.
    recency : each weighs this many times the one after it.
    most : the nearest neighbours that are kept of each item.
    """

    name = "item-kNN"
    items: Items

    def __init__(self, *, history: int = 20, recency: float = 0.8, most: int = 500) -> None:
        for name, value in (("history", history), ("most", most)):
            check_value(name, value, whole_number(1))
        check_value("recency", recency, real_number(0, 1, above=True))
        self._most = most
        self._lag_weights = (recency ** np.arange(history)).astype(np.float32)

    def fit(self, sequences: Sequences) -> Self:
        """Count in sequences."""
        return self.fit_events(TrainingEvents(sequences))

    def fit_events(self, events: TrainingEvents) -> Self:
        """Count in events that several scorers are fitted to."""
        self.items = events.items
        self._cosines = cosine_table(events, self._most)
        self._repeats = Repeats().fit_events(events)
        if self._repeats.occur:
            self._cosines = with_diagonal(self._cosines, np.ones(len(self.items), np.float32))
        return self

    def scores(self, histories: Histories) -> Matrix:
        """Scores (Q, N); NEVER for items without a common sequence, and for seen items if none ever came again."""
        scores = score_by_table(self._cosines, histories, self._lag_weights)
        self._repeats.exclude(scores, histories)
        return scores

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for files."""
        return {**table_arrays(self._cosines), "lag_weights": self._lag_weights, **self._repeats.arrays()}

    @classmethod
    def from_arrays(cls, items: Items, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The same scorer again."""
        scorer = cls()
        scorer.items, scorer._cosines = items, stored_table(arrays)
        scorer._lag_weights, scorer._repeats = arrays["lag_weights"], Repeats.from_arrays(arrays)
        return scorer
