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
from firth.recommend.given_items import GivenHistories
from firth.recommend.held_out import compare, hold_out
from firth.recommend.item_index import HISTORIES, LISTED, MEASURED, ItemIndex
from firth.recommend.item_search import Best, ItemSearch
from firth.recommend.items import UNKNOWN, Items
from firth.recommend.new_items import NewItems, with_new
from firth.recommend.next_item_vectors import NextItemVectors
from firth.recommend.recommender_settings import RecommenderSettings, vector_settings
from firth.recommend.scorer import NEVER, Histories
from firth.recommend.sequences import Sequences
from firth.recommend.training_events import TrainingEvents

__all__ = ["Learned", "learn"]

FIRST_LAG = len(FEATURES)
AT_ONCE = 1024  # histories whose best items are found between two reports of progress


class Learned:
    """Vectors, counts and the weights of both, for N items.

    weights : (F,) float32 of the features: FEATURES, then whether an item was seen 1, 2, 3 or more events ago.
    repeats : the setting.
    attributes : of the items, where they are known.
    new : items that only their attributes are known of.    all_items : the N items and, after them, the new ones.
    index : for approximate search, once it is built.
    """

    def __init__(
        self,
        vectors: NextItemVectors,
        evidence: Evidence,
        weights: Vector,
        repeats: str | bool,
        attributes: Attributes | None = None,
    ) -> None:
        self.vectors, self.evidence, self.weights, self.repeats = vectors, evidence, weights, repeats
        self.attributes = attributes
        self.next_vectors = with_all_rows(vectors)
        self.new: NewItems | None = None
        self.index: ItemIndex | None = None
        self.all_items = evidence.items
        self.search = ItemSearch(self.next_vectors, evidence, weights)

    @property
    def items(self) -> Items:
        """The N items, most frequent first."""
        return self.evidence.items

    def add(self, new: NewItems) -> None:
        """Add new items; those that are new already are replaced."""
        self.new = new if self.new is None else self.new.and_more(new)
        self.all_items = with_new(self.items, self.new)

    @property
    def all_item_vectors(self) -> Matrix:
        """The vectors of all items in histories, new ones after the others."""
        known = self.vectors.item_vectors
        return known if self.new is None else np.concatenate([known, self.new.item_vectors])

    def history_vectors(self, given: GivenHistories) -> Matrix:
        """The vectors (Q, D) of histories; those that were given as vectors are taken as they are."""
        n, histories = len(self.items), given.histories
        is_new = histories.ids >= n
        if not is_new.any():
            queries = self.vectors.query_vectors(histories)
        else:
            queries = np.stack([self._mean(histories.some(q, q + 1).ids) for q in range(len(histories))])
        for q, vector in enumerate(given.vectors):
            if vector is not None:
                queries[q] = vector
        return queries

    def _mean(self, history: WordIds) -> Vector:
        """The weighted mean (D,) of the vectors of the last items."""
        last = history[-self.vectors.history :]
        if not len(last):
            return np.zeros(self.vectors.item_vectors.shape[1], np.float32)
        weights = self.vectors.recency ** np.arange(len(last) - 1, -1, -1)
        mean: Vector = (weights @ self.all_item_vectors[last] / weights.sum()).astype(np.float32)
        return mean

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
        self,
        queries: Matrix,
        histories: Histories,
        count: int,
        weights: Vector,
        allowed: NDArray[np.bool_] | None,
        *,
        approximate: bool = False,
    ) -> Best:
        """The best items for each history.

        queries : (Q, D) vectors of the histories.
        allowed : (N,) the items that are wanted; None: all.
        approximate : compare only those that the index finds, and those about which the counts say anything.

        Raises   SettingError if there is no index to search approximately.
        """
        base = self.search.base if allowed is None else np.where(allowed, self.search.base, NEVER)
        count = min(count, len(self.items))
        if not approximate:
            return self.search.best(queries, histories, count, base, weights)
        if self.index is None:
            raise SettingError("approximate=True: there is no index; build one with build_index()")
        found = self.search.best(queries, histories, count, base, weights, self.index.lists_for(queries))
        if len(short := np.flatnonzero((found.items == UNKNOWN).any(axis=1))):  # so many items are not in the lists
            some = Histories.of([histories.some(row, row + 1).ids for row in short.tolist()])
            exact = self.search.best(queries[short], some, count, base, weights)
            found.items[short], found.scores[short] = exact
        return found

    def build_index(self, recall: float, seed: int, reporter: Reporter) -> None:
        """Build the index for approximate search, whose recall is that for histories of the training."""
        queries = self.vectors.query_vectors(self._some_histories(seed))
        best = np.full((len(queries), min(LISTED, len(self.items))), UNKNOWN, np.int32)
        nothing = Histories.of([np.empty(0, np.int32)] * AT_ONCE)
        with reporter.stage("building the index", len(queries), "histories") as stage:
            for first in range(0, len(queries), AT_ONCE):
                some = queries[first : first + AT_ONCE]
                base, histories = self.search.base, nothing.some(0, len(some))
                found = self.search.best(some, histories, best.shape[1], base, self.weights)
                best[first : first + AT_ONCE] = found.items
                stage.update(first + len(some))
            self.index = ItemIndex.build(queries, best, recall, seed)

    def _some_histories(self, seed: int) -> Histories:
        """Histories of the training that end anywhere: all, or as many as an index is built from."""
        ids, offsets = self.evidence.sources.sequences
        ends = np.random.default_rng(seed).permutation(len(ids))[: HISTORIES + MEASURED] + 1
        begins = offsets[np.searchsorted(offsets, ends) - 1]
        return Histories.of([ids[begin:end] for begin, end in zip(begins, ends, strict=True)])

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
    held_out = hold_out(sequences, settings.held_out_events, settings.seed)
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
    return Learned(vectors, Evidence.fit(TrainingEvents(sequences)), weights, settings.repeats, attributes)


def _occurring(sequences: Sequences) -> Sequences:
    """The same sequences with the items that occur in them and no others."""
    corpus = sequences.corpus()
    items = Items(corpus.vocabulary, sequences.items.are_integers)
    return Sequences(
        items, corpus.ids, corpus.sentence_offsets, times=sequences.times, weights=sequences.weights,
        events=sequences.events, event_names=sequences.event_names,
    )  # fmt: skip
