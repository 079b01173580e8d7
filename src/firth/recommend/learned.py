"""What a Recommender has learned, and the scores that follow from it."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector, WordIds
from firth.errors import SettingError
from firth.interruption import blas, importing
from firth.kernels.arguments import EncodedIds
from firth.progress import Reporter
from firth.recommend.attributes import Attributes
from firth.recommend.blend import default_weights, fit_weights
from firth.recommend.evidence import FEATURES, Evidence
from firth.recommend.held_out import compare, hold_out
from firth.recommend.item_search import Best, ItemSearch
from firth.recommend.items import Items
from firth.recommend.next_item_vectors import NextItemVectors
from firth.recommend.recommender_settings import RecommenderSettings, vector_settings
from firth.recommend.scorer import NEVER, Histories
from firth.recommend.sequences import Sequences
from firth.recommend.training_events import TrainingEvents

__all__ = ["Learned", "learn"]

FIRST_LAG = len(FEATURES)


class Learned:
    """Vectors, counts and the weights of both, for N items.

    weights : (F,) float32 of the features: FEATURES, then whether an item was seen 1, 2, 3 or more events ago.
    repeats : the setting.
    """

    def __init__(self, vectors: NextItemVectors, evidence: Evidence, weights: Vector, repeats: str | bool) -> None:
        self.vectors, self.evidence, self.weights, self.repeats = vectors, evidence, weights, repeats
        self.next_vectors = with_all_rows(vectors)
        self.search = ItemSearch(self.next_vectors, evidence, weights)

    @property
    def items(self) -> Items:
        """The N items, most frequent first."""
        return self.evidence.items

    def weights_for(self, exclude_seen: bool | None) -> Vector:
        """The weights where seen items are excluded (-inf), or not, or None: as learned and set."""
        occur = self.evidence.repeats.occur
        if exclude_seen is None:
            exclude_seen = not self.repeats if isinstance(self.repeats, bool) else not occur
        weights = self.weights.copy()
        if exclude_seen:
            weights[FIRST_LAG:] = NEVER
        elif not occur:  # what was learned is only that none came again
            weights[FIRST_LAG:] = 0
        return weights

    def scores(self, histories: Histories) -> Matrix:
        """The scores (Q, N) of all items; after an empty history the logarithms of their counts."""
        with importing():
            from firth.kernels.cpu.recommend.evidence import add_evidence

        weights = self.weights_for(None)
        queries = self.vectors.query_vectors(histories) * weights[0]
        with blas:
            scores: Matrix = queries @ self.next_vectors.T
        scores += self.search.base
        encoded = EncodedIds(histories.ids, histories.offsets)
        with self.evidence.workspace() as work:
            add_evidence(encoded, self.evidence.sources, weights, work, scores)
        scores[np.diff(histories.offsets) == 0] = self.evidence.log_counts
        return scores

    def best(
        self, queries: Matrix, histories: Histories, count: int, weights: Vector, allowed: NDArray[np.bool_] | None
    ) -> Best:
        """The best items for each history.

        queries : (Q, D) vectors of the histories; not of none.
        allowed : (N,) the items that are wanted; None: all.
        """
        base = self.search.base if allowed is None else np.where(allowed, self.search.base, NEVER)
        return self.search.best(queries, histories, min(count, len(self.items)), base, weights)

    def most_frequent(self, count: int, allowed: NDArray[np.bool_] | None) -> Best:
        """The most frequent items, as the best for one history that says nothing."""
        items = np.arange(len(self.items)) if allowed is None else np.flatnonzero(allowed)
        first: WordIds = items[:count].astype(np.int32)
        return Best(first[np.newaxis], self.evidence.log_counts[first][np.newaxis])


def with_all_rows(vectors: NextItemVectors) -> Matrix:
    """The vectors (N, D) of next items; an item that was never next has the mean of those that were least often.

    Its own vector was only ever moved away from histories, or not at all: a product of 0 would be better than most.
    """
    is_answer: NDArray[np.bool_] = vectors.is_answer
    if is_answer.all():
        return vectors.next_vectors
    counts = vectors.items.counts
    rare = is_answer & (counts <= counts[is_answer].min(initial=1))
    rows = vectors.next_vectors.copy()
    rows[~is_answer] = rows[rare].mean(axis=0) if rare.any() else 0
    return rows


def learn(
    sequences: Sequences, attributes: Attributes | None, settings: RecommenderSettings, reporter: Reporter
) -> Learned:
    """Train the vectors, weigh all components by held-out answers, and count.

    Raises   SettingError if no sequence has two events.
    """
    if not (np.diff(sequences.offsets) > 1).any():
        raise SettingError("no sequence has two events: nothing follows anything; sessions may be cut too short")
    sequences = _occurring(sequences)
    held_out = hold_out(sequences, settings.held_out_sequences, settings.seed)
    weights = default_weights()

    def weigh(vectors: NextItemVectors) -> None:
        nonlocal weights
        with reporter.stage("weighing the components", int(held_out.sum()), "answers") as stage:
            weights = fit_weights(compare(sequences, held_out, with_all_rows(vectors), vectors.query_vectors))
            stage.update(int(held_out.sum()))

    options: dict[str, Any] = {}
    if held_out.any():
        on_held_out: Callable[[NextItemVectors], None] = weigh
        options = {"held_out": held_out, "on_held_out": on_held_out}
    vectors = NextItemVectors(**vector_settings(settings)).fit(sequences, attributes, progress=reporter, **options)
    return Learned(vectors, Evidence.fit(TrainingEvents(sequences)), weights, settings.repeats)


def _occurring(sequences: Sequences) -> Sequences:
    """The same sequences with the items that occur in them and no others."""
    corpus = sequences.corpus()
    items = Items(corpus.vocabulary, sequences.items.are_integers)
    return Sequences(
        items, corpus.ids, corpus.sentence_offsets, times=sequences.times, weights=sequences.weights,
        events=sequences.events, event_names=sequences.event_names,
    )  # fmt: skip
