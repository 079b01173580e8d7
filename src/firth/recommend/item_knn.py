"""Item-kNN: items that occur in the same sequences are alike."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.recommend.item_table import neighbour_table, score_by_table, stored_table, table_arrays, with_diagonal
from firth.recommend.items import Items
from firth.recommend.repeats import Repeats
from firth.recommend.scorer import Histories
from firth.recommend.sequences import Sequences
from firth.recommend.training_events import TrainingEvents
from firth.settings import check_value, real_number, whole_number

__all__ = ["ItemKnn"]

# An item is like itself by so many times the largest share of items that come again, at most 1: 0.4 is best where the
# last item is the next one in 4 % of all cases, and 1 where it is in 10 %.
_ITSELF = 10


class ItemKnn:
    """Scores items by how often they are in the same sequences as the items of a history.

    Items i and j are alike by c / (n_i ** 0.5 * n_j ** penalty): c is the number of sequences with both, n that of
    sequences with each. For the cosine the penalty of frequent items is 0.5, which is too much: 0.2 hits 6 to 80 % more
    often on three data sets. Where items come again, each item is also like itself, by how often they do.

    Source  Sarwar et al. 2001, "Item-based collaborative filtering recommendation algorithms".

    Parameters
    ----------
    history : so many of the last items of a history count.
    recency : each weighs this many times the one after it.
    penalty : the exponent of how frequent a neighbour is.
    most : the nearest neighbours that are kept of each item.
    """

    name = "item-kNN"
    items: Items

    def __init__(self, *, history: int = 20, recency: float = 0.8, penalty: float = 0.2, most: int = 1000) -> None:
        for name, value in (("history", history), ("most", most)):
            check_value(name, value, whole_number(1))
        check_value("recency", recency, real_number(0, 1, above=True))
        check_value("penalty", penalty, real_number(0, 1))
        self._most, self._penalty = most, penalty
        self._lag_weights = (recency ** np.arange(history)).astype(np.float32)

    def fit(self, sequences: Sequences) -> Self:
        """Count in sequences."""
        return self.fit_events(TrainingEvents(sequences))

    def fit_events(self, events: TrainingEvents) -> Self:
        """Count in events that several scorers are fitted to."""
        self.items = events.items
        self._likeness = neighbour_table(events, self._penalty, self._most)
        self._repeats = Repeats().fit_events(events)
        itself = min(1.0, _ITSELF * self._repeats.shares.max())
        if itself:
            self._likeness = with_diagonal(self._likeness, itself * self.items.counts ** (0.5 - self._penalty))
        return self

    def scores(self, histories: Histories) -> Matrix:
        """Scores (Q, N); NEVER for items without a common sequence, and for seen items if none ever came again."""
        scores = score_by_table(self._likeness, histories, self._lag_weights)
        self._repeats.exclude(scores, histories)
        return scores

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for files."""
        return {**table_arrays(self._likeness), "lag_weights": self._lag_weights, **self._repeats.arrays()}

    @classmethod
    def from_arrays(cls, items: Items, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The same scorer again."""
        scorer = cls()
        scorer.items, scorer._likeness = items, stored_table(arrays)
        scorer._lag_weights, scorer._repeats = arrays["lag_weights"], Repeats.from_arrays(arrays)
        return scorer
