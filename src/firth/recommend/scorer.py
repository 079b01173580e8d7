"""What every recommender can do: score all items as the next one, for many histories at once.

Popularity, sequential rules, item-kNN, VS-kNN, vectors and the blend of them are scorers: evaluated with one protocol,
and interchangeable.
"""

from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Offsets, WordIds
from firth.recommend.items import Items
from firth.recommend.sequences import Sequences

__all__ = ["NEVER", "Histories", "Scorer"]

NEVER = np.float32(-np.inf)  # the score of an item for which a scorer has no evidence: it is not recommended


class Histories(NamedTuple):
    """Q histories, for each of which the next item is to be predicted.

    ids : (H,) int32, items by their numbers in the scorer that is asked; items that it does not know are left out.
    offsets : (Q + 1,) int64; history q is ids[offsets[q] : offsets[q + 1]], oldest first. May be empty.
    """

    ids: WordIds
    offsets: Offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def some(self, first: int, stop: int) -> "Histories":
        """Histories first … stop - 1, not copied."""
        offsets = self.offsets[first : stop + 1]
        return Histories(self.ids[offsets[0] : offsets[-1]], offsets - offsets[0])

    @classmethod
    def of(cls, histories: list[WordIds]) -> "Histories":
        """Histories from arrays of item numbers."""
        lengths: NDArray[np.int64] = np.fromiter(map(len, histories), np.int64, len(histories))
        ids = np.concatenate([*histories, np.empty(0, np.int32)]).astype(np.int32)
        return cls(ids, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]))


class Scorer(Protocol):
    """Predicts the next item of a sequence.

    name : in tables, such as "sequential rules".
    items : what it can recommend, after fit(): the items that occur in what it was fitted to.
    """

    name: str

    @property
    def items(self) -> Items:
        """The N items."""
        ...

    def fit(self, sequences: Sequences) -> Self:
        """Learn from sequences; all of their events, whatever `given` says."""
        ...

    def scores(self, histories: Histories) -> Matrix:
        """A score (Q, N) float32 of each item as the next one, or NEVER. The caller may change the array."""
        ...
