"""Session-kNN: what occurs in the sequences that are most like a history."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.interruption import importing
from firth.kernels.arguments import EncodedIds
from firth.kernels.cpu.recommend.arguments import KnnSettings, KnnWorkspace, SequenceIndex
from firth.recommend.items import Items
from firth.recommend.repeats import Repeats
from firth.recommend.scorer import NEVER, Histories
from firth.recommend.sequences import Sequences
from firth.recommend.training_events import TrainingEvents, distinct_items_of
from firth.settings import check_value, real_number, whole_number

__all__ = ["SessionKnn"]


class SessionKnn:
    """Scores items by the sequences most like a history: VS-kNN with the decays of STAN.

    Of the sequences that have an item of the history, the `sample` latest are compared with it: the weights of the
    common items, over the root of the length of the sequence. The `neighbours` most similar ones vote for their items,
    the more the nearer these are to the latest common item. Sequences are in the order of time if they have times, else
    as they were given.

    Sources  Ludewig and Jannach 2018, section 3.2 (VS-kNN); Garg et al. 2019, "Sequence and time aware neighborhood for
             session-based recommendations" (STAN).

    Parameters
    ----------
    neighbours : sequences that vote.
    sample : sequences that are compared.
    history : so many of the last items of a history count.
    recency : each weighs this many times the one after it.
    common_recency : a vote counts this many times less for each event since the latest common item.
    distance_decay : a vote for an item counts this many times less for each event between it and the common item.
    before : what votes for items before the common item count, where those for items after it count 1.
    repeats : seen items score more by so many times the share of such items that come again, of the sum of all scores;
        0.3 to 1 differ little.
    """

    name = "VS-kNN"
    items: Items

    def __init__(
        self,
        *,
        neighbours: int = 500,
        sample: int = 2500,
        history: int = 20,
        recency: float = 0.8,
        common_recency: float = 0.8,
        distance_decay: float = 0.9,
        before: float = 0.4,
        repeats: float = 0.5,
    ) -> None:
        for name, value in (("neighbours", neighbours), ("sample", sample), ("history", history)):
            check_value(name, value, whole_number(1))
        for name, share in (
            ("recency", recency),
            ("common_recency", common_recency),
            ("distance_decay", distance_decay),
        ):
            check_value(name, share, real_number(0, 1, above=True))
        check_value("before", before, real_number(0, 1))
        check_value("repeats", repeats, real_number(0))
        self._strength = repeats
        self._sample, self._neighbours, self._before = sample, neighbours, before
        self._history_weights = (recency ** np.arange(history)).astype(np.float32)
        self._common_weights = (common_recency ** np.arange(history)).astype(np.float32)
        self._distance_weights = (distance_decay ** np.arange(history)).astype(np.float32)

    def fit(self, sequences: Sequences) -> Self:
        """Keep the sequences, and where each item occurs."""
        return self.fit_events(TrainingEvents(sequences))

    def fit_events(self, events: TrainingEvents) -> Self:
        """Keep events that several scorers are fitted to."""
        self.items = events.items
        self._sequences = events.in_order_of_time()
        _, self._index = distinct_items_of(self._sequences, len(self.items))
        self._repeats = Repeats().fit_events(events)
        return self

    def scores(self, histories: Histories) -> Matrix:
        """Scores (Q, N); NEVER for items of no neighbour, and for seen items if none ever came again."""
        scores = self.votes(histories)
        self._repeats.add_shares(scores, histories, self._strength)
        return scores

    def votes(self, histories: Histories) -> Matrix:
        """What the nearest sequences say (Q, N), without what is known of items that come again."""
        with importing():
            from firth.kernels.cpu.recommend.session_knn import score_by_nearest_sequences

        scores = np.full((len(histories), len(self.items)), NEVER)
        encoded = EncodedIds(histories.ids, histories.offsets)
        score_by_nearest_sequences(encoded, *self.kernel_inputs, self.workspace(), scores)
        return scores

    @property
    def kernel_inputs(self) -> tuple[EncodedIds, SequenceIndex, KnnSettings]:
        """What kernels read: the sequences, those that have each item, and what makes them near."""
        lengths = np.diff(self._sequences.sentence_offsets)
        settings = KnnSettings(
            sample=self._sample,
            history_weights=self._history_weights,
            sequence_weights=(1 / np.sqrt(lengths)).astype(np.float32),
            common_weights=self._common_weights,
            distance_weights=self._distance_weights,
            before=self._before,
        )
        return self._sequences, self._index, settings

    def workspace(self) -> KnnWorkspace:
        """New arrays for one thread."""
        sequences = len(self._sequences.sentence_offsets) - 1
        found = min(sequences, self._sample * len(self._history_weights))
        return KnnWorkspace(
            np.zeros(len(self.items), np.int32),
            np.zeros(sequences, np.float32),
            np.empty(found, np.int32),
            np.empty(found, np.int64),
            np.empty(min(self._neighbours, found), np.int32),
            np.empty(min(self._neighbours, found), np.float32),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What was learned, for files."""
        return {
            "ids": self._sequences.ids,
            "offsets": self._sequences.sentence_offsets,
            "starts": self._index.starts,
            "sequences": self._index.sequences,
            "history_weights": self._history_weights,
            "common_weights": self._common_weights,
            "distance_weights": self._distance_weights,
            "counts": np.array([self._sample, self._neighbours], np.int64),
            "before": np.array([self._before]),
            "strength": np.array([self._strength]),
            **self._repeats.arrays(),
        }

    @classmethod
    def from_arrays(cls, items: Items, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The same scorer again."""
        scorer = cls()
        scorer.items = items
        scorer._sequences = EncodedIds(arrays["ids"], arrays["offsets"])
        scorer._index = SequenceIndex(arrays["starts"], arrays["sequences"])
        scorer._history_weights, scorer._common_weights = arrays["history_weights"], arrays["common_weights"]
        scorer._distance_weights = arrays["distance_weights"]
        scorer._sample, scorer._neighbours = map(int, arrays["counts"])
        scorer._before, scorer._strength = float(arrays["before"][0]), float(arrays["strength"][0])
        scorer._repeats = Repeats.from_arrays(arrays)
        return scorer
