"""What counts know beside the vectors: sequential rules, neighbours of items, and the nearest sequences.

The sums of each become features of a blend (blend.py). They are gathered for one history at a time, sparsely: most
items have none (kernels/cpu/recommend/evidence.py).
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import numpy as np

from firth.kernels.cpu.recommend.arguments import GROUP, EvidenceSources, EvidenceWorkspace, ItemTable
from firth.recommend.item_table import neighbour_table
from firth.recommend.items import Items
from firth.recommend.repeats import Repeats
from firth.recommend.sequential_rules import SequentialRules
from firth.recommend.session_knn import SessionKnn
from firth.recommend.training_events import TrainingEvents

__all__ = ["FEATURES", "LAGS", "Evidence", "read_only"]

FEATURES = ("vectors", "sequential rules", "item-kNN", "VS-kNN", "popularity")
LAGS = 4  # seen 1, 2, 3 or more events ago
MOST = 500  # neighbours of an item
HISTORY, RECENCY = 20, 0.8  # so many of the last items count, each so many times the one after it
PENALTY = 0.2  # the exponent of how frequent a neighbour is
NEIGHBOURS, COMPARED = 100, 1000  # of VS-kNN: more are slower and, in the blend, no better


def read_only(given: Any) -> Any:
    """Arrays, and named tuples of them, as views that cannot be written to.

    Kernels are compiled for such arrays and for others apart; those of a file that is mapped into memory are read-only.
    """
    if isinstance(given, np.ndarray):
        view = given.view()
        view.flags.writeable = False
        return view
    return type(given)(*map(read_only, given)) if isinstance(given, tuple) else given


class Evidence:
    """Counts of N items.

    items : the items, most frequent first.
    repeats : how often items come again, by how long ago they were.
    log_counts : (N,) float32, natural logarithms of the number of events of each item.
    """

    def __init__(
        self, items: Items, rules: SequentialRules, neighbours: ItemTable, sessions: SessionKnn, repeats: Repeats
    ) -> None:
        self.items = items
        self.rules, self.neighbours, self.sessions, self.repeats = rules, neighbours, sessions, repeats
        self.log_counts = np.log(np.maximum(items.counts, 1)).astype(np.float32)
        weights = (RECENCY ** np.arange(HISTORY)).astype(np.float32)
        known = EvidenceSources(*rules.kernel_inputs, neighbours, weights, *sessions.kernel_inputs)  # type: ignore[arg-type]
        self.sources = read_only(known)
        self._free: deque[EvidenceWorkspace] = deque()

    @classmethod
    def fit(cls, events: TrainingEvents) -> Self:
        """Count in events."""
        rules, sessions = SequentialRules(), SessionKnn(neighbours=NEIGHBOURS, sample=COMPARED)
        return cls(
            events.items,
            rules.fit_events(events),
            neighbour_table(events, PENALTY, MOST),
            sessions.fit_events(events),
            Repeats().fit_events(events),
        )

    @contextmanager
    def workspace(self) -> Iterator[EvidenceWorkspace]:
        """Arrays for one thread at a time; kept for the next one, since making them takes longer than a query."""
        try:
            work = self._free.pop()
        except IndexError:
            work = self._new_workspace()
        yield work
        self._free.append(work)  # not after an error: then it may be half used

    def _new_workspace(self) -> EvidenceWorkspace:
        n = len(self.items)
        slots = -(-n // GROUP) * GROUP
        return EvidenceWorkspace(
            slots=np.full(n, -1, np.int32),
            found=np.empty(slots, np.int32),
            rules=np.zeros(slots, np.float32),
            neighbours=np.zeros(slots, np.float32),
            sequences=np.zeros(slots, np.float32),
            lags=np.zeros(slots, np.int32),
            gains=np.empty(slots, np.float32),
            bounds=np.empty(slots, np.float32),
            nearest=self.sessions.workspace(),
        )
