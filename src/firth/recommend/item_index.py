"""Approximate search for the best items of a history: what is best for similar histories, in place of a scan of all.

Histories of the training are put into clusters by their vectors, and each cluster keeps the items that are among the
best 100 of any of its histories. A new history is compared with the items of the clusters that are nearest to it.

Why not a graph of near items, as for words? The vectors of histories are distributed otherwise than those of items,
and products, unlike cosines, prefer long vectors: on sessions of music (60,000 songs) such a graph found .92 of the
best 20, however wide it was searched, and this .98 among 3 % of the items.

Source   Histories as the guide to what is near: Jaiswal et al. 2022, "OOD-DiskANN", arXiv:2211.12850, and Chen et al.
         2024, "RoarGraph", arXiv:2408.08933, whose graphs are built from queries; lists of clusters: Sivic & Zisserman
         2003, "Video Google".
Shapes   N items of D numbers; Q queries, T histories of the training, C clusters.
"""

from typing import Any, NamedTuple, Self

import numpy as np

from firth.arrays import Matrix, Offsets, WordIds
from firth.errors import SettingError
from firth.interruption import blas
from firth.kernels.arguments import EncodedIds
from firth.recommend.items import UNKNOWN

__all__ = ["HISTORIES", "LISTED", "MEASURED", "Clusters", "IndexFacts", "ItemIndex", "check_recall"]

HISTORIES = 24_000  # of the training, at most, that decide what is in the lists
MEASURED = 2_000  # further ones, by which it is decided how many lists are read, and which measure what that finds
LISTED = 100  # best items of each
FOUND = 20  # best items whose recall is measured
PER_CLUSTER = 12  # histories, on average
ROUNDS = 8  # of k-means
READ = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128)  # numbers of clusters
MARGIN = 0.1  # of what may be missed
AT_ONCE = 2048  # queries


class IndexFacts(NamedTuple):
    """How many clusters are read, and the share of the 20 best items that this finds."""

    read: int
    recall: float


class Clusters(NamedTuple):
    """Items by the histories that they are good for."""

    centers: Matrix  # (C, D) means of vectors of histories
    items: WordIds  # the items of all clusters, one cluster behind the other, in rising order
    starts: Offsets  # (C + 1,) where those of each cluster begin


class ItemIndex:
    """Finds most of the items with the largest base + product."""

    def __init__(self, clusters: Clusters, facts: IndexFacts) -> None:
        self.clusters, self.facts = clusters, facts
        self._squares = np.square(clusters.centers).sum(axis=1)

    @classmethod
    def build(cls, queries: Matrix, best: WordIds, recall: float, seed: int) -> Self:
        """Make clusters, and read as many of them as it takes to find a share of the 20 best items.

        Parameters
        ----------
        queries : (T + M, D) vectors of histories; by the last M of them it is measured what is found.
        best : (T + M, 100) their best items, best first; UNKNOWN where there are fewer.
        """
        measured = min(MEASURED, len(queries) // 2)
        learned = len(queries) - measured
        rng = np.random.default_rng(seed)
        index = cls(clusters_of(queries[:learned], best[:learned], rng), IndexFacts(1, 0.0))
        first, second = (slice(learned + half, None, 2) for half in range(2))
        most = [read for read in READ if read <= len(index.clusters.centers)]
        for read in most:
            found = index._recall(queries[first], best[first, :FOUND], read)
            if found >= recall + (1 - recall) * MARGIN:
                break
        index.facts = IndexFacts(read, index._recall(queries[second], best[second, :FOUND], read))
        return index

    def _recall(self, queries: Matrix, best: WordIds, read: int) -> float:
        _, nearest = self.lists_for(queries, read)
        is_item = best != UNKNOWN
        is_found = [np.isin(some, self.items_of(clusters)) for some, clusters in zip(best, nearest, strict=True)]
        return float((is_item & is_found).sum() / max(1, is_item.sum()))

    def lists_for(self, queries: Matrix, read: int | None = None) -> tuple[EncodedIds, Offsets]:
        """The list of items of each cluster, and the numbers (Q, R) of those nearest to vectors (Q, D) of histories.

        read : R; None: as many as the facts say.
        """
        centers, items, starts = self.clusters
        return EncodedIds(items, starts), nearest_centers(queries, centers, self._squares, read or self.facts.read)

    def items_of(self, clusters: Offsets) -> WordIds:
        """All items of some clusters, each once."""
        _, items, starts = self.clusters
        distinct: WordIds = np.unique(
            np.concatenate([items[starts[cluster] : starts[cluster + 1]] for cluster in clusters])
        )
        return distinct


def check_recall(recall: Any) -> None:
    """Raise SettingError unless it is a number above 0 and below 1."""
    if isinstance(recall, bool) or not isinstance(recall, int | float) or not 0 < recall < 1:
        raise SettingError(f"recall={recall!r}: must be above 0 and below 1; the exact search finds everything")


def clusters_of(queries: Matrix, best: WordIds, rng: np.random.Generator) -> Clusters:
    """Histories with vectors (T, D) in clusters, and for each cluster the best items (T, 100) of its histories."""
    count = max(1, len(queries) // PER_CLUSTER)
    centers = k_means(queries, count, rng)
    own = nearest_centers(queries, centers, np.square(centers).sum(axis=1), 1)
    is_item = best != UNKNOWN
    n_items = int(best.max(initial=0)) + 1
    keys = np.unique((own.astype(np.int64) * n_items + best)[is_item])
    starts = np.searchsorted(keys, np.arange(count + 1, dtype=np.int64) * n_items)
    return Clusters(centers, (keys % n_items).astype(np.int32), starts.astype(np.int64))


def k_means(rows: Matrix, count: int, rng: np.random.Generator) -> Matrix:
    """The means (count, D) of clusters of rows (T, D), by Lloyd's algorithm; one without rows stays where it was."""
    centers = rows[np.sort(rng.choice(len(rows), count, replace=False))].astype(np.float32)
    for _ in range(ROUNDS):
        own = nearest_centers(rows, centers, np.square(centers).sum(axis=1), 1)[:, 0]
        order = np.argsort(own, kind="stable")
        used, starts, sizes = np.unique(own[order], return_index=True, return_counts=True)
        centers[used] = np.add.reduceat(rows[order], starts, axis=0) / sizes[:, None]
    return centers


def nearest_centers(rows: Matrix, centers: Matrix, squares: Matrix, count: int) -> Offsets:
    """The numbers (T, count) of the centers (C, D) nearest to each row (T, D), in no order."""
    nearest = np.empty((len(rows), count), np.int64)
    for first in range(0, len(rows), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        with blas:
            distances = squares - 2 * (rows[some] @ centers.T)
        if count == 1:
            nearest[some, 0] = distances.argmin(axis=1)
        else:
            nearest[some] = np.argpartition(distances, count - 1, axis=1)[:, :count]
    return nearest
