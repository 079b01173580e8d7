"""Approximate search for the best items of a history: a graph of near vectors in place of a scan of all.

The score of an item without evidence is a product of vectors plus a number of its own. The number becomes one more
dimension, and a second one makes all vectors equally long: then the largest products are the largest cosines, which the
graph of vectors/ann finds. What counts say about other items is added as in the exact search.

Source   Bachrach et al. 2014, "Speeding up the Xbox recommender system using a Euclidean transformation for
         inner-product spaces", section 3.
Shapes   N items of D numbers; Q queries.
"""

from typing import Any, NamedTuple, Self

import numpy as np

from firth.arrays import Matrix, Vector, WordIds
from firth.errors import SettingError
from firth.progress import Reporter
from firth.vectors.ann.graph import GraphSettings, Links, build_links
from firth.vectors.ann.index import Index
from firth.vectors.candidates import inverse_row_norms
from firth.vectors.query import unit

__all__ = ["CANDIDATES", "IndexFacts", "ItemIndex", "check_recall"]

CANDIDATES = 20  # whose recall is measured
WIDTHS = (20, 24, 28, 34, 40, 48, 58, 68, 82, 98, 118, 140, 170, 200, 240, 290, 350, 420, 500, 600, 800, 1100, 1600)
MARGIN = 0.1  # of what may be missed


class IndexFacts(NamedTuple):
    """How wide an index is searched, and the share of the 20 best items that it finds so."""

    search_width: int
    recall: float


class ItemIndex:
    """Finds most of the items with the largest base + product.

    facts : how wide the graph is searched, and what that finds.
    """

    def __init__(self, vectors: Matrix, base: Vector, weight: float, links: Links, facts: IndexFacts) -> None:
        rows = lengthened(vectors, base, weight)
        self._weight = weight
        self.links, self.facts = links, facts
        self._index = Index(rows, inverse_row_norms(rows), links, GraphSettings(), search_width=facts.search_width)

    @classmethod
    def build(
        cls, vectors: Matrix, base: Vector, weight: float, recall: float, queries: Matrix, reporter: Reporter
    ) -> Self:
        """Link the vectors (N, D), and search as widely as it takes to find a share of the 20 best items.

        Parameters
        ----------
        base : (N,) what is added to each product.    weight : of the products.
        queries : vectors (Q, D) of histories, whose best items are to be found: by half of them the width is chosen,
            by the others the recall is measured.

        Raises   MissingExtraError if voyager is not installed.
        """
        rows = lengthened(vectors, base, weight)
        links = build_links(rows, inverse_row_norms(rows), GraphSettings(), reporter)
        index = cls(vectors, base, weight, links, IndexFacts(WIDTHS[-1], 1.0))
        first, second = queries[: len(queries) // 2], queries[len(queries) // 2 :]
        best = [_exact(vectors, base, weight, some) for some in (first, second)]
        low, high = 0, len(WIDTHS) - 1
        while low < high:  # recall grows with the width
            middle = (low + high) // 2
            if index._recall(WIDTHS[middle], first, best[0]) >= recall + (1 - recall) * MARGIN:
                high = middle
            else:
                low = middle + 1
        index.facts = IndexFacts(WIDTHS[low], index._recall(WIDTHS[low], second, best[1]))
        return index

    def _recall(self, width: int, queries: Matrix, best: WordIds) -> float:
        self._index.search_width = width
        found = self.candidates(queries, best.shape[1])
        return float(np.mean([np.isin(row, other).mean() for row, other in zip(best, found, strict=True)]))

    def candidates(self, queries: Matrix, count: int) -> WordIds:
        """Most of the `count` items (Q, count) with the largest base + product, for vectors (Q, D) of histories."""
        longer = np.zeros((len(queries), queries.shape[1] + 2))
        longer[:, :-2], longer[:, -2] = queries * self._weight, 1
        found = self._index.nearest(unit(longer), count, [()] * len(queries))
        return found.rows.astype(np.int32)


def check_recall(recall: Any) -> None:
    """Raise SettingError unless it is a number above 0 and below 1."""
    if isinstance(recall, bool) or not isinstance(recall, int | float) or not 0 < recall < 1:
        raise SettingError(f"recall={recall!r}: must be above 0 and below 1; the exact search finds everything")


def lengthened(vectors: Matrix, base: Vector, weight: float) -> Matrix:
    """Vectors (N, D) with two numbers more, which are all equally long.

    Their products with (weight × query, 1, 0) are the scores base + weight × query · vector.
    """
    rows = np.empty((len(vectors), vectors.shape[1] + 2), np.float32)
    rows[:, :-2], rows[:, -2] = vectors, base
    squares = np.einsum("nd,nd->n", rows[:, :-1], rows[:, :-1], dtype=np.float64)
    rows[:, -1] = np.sqrt(np.maximum(squares.max(initial=0) - squares, 0))
    return rows


def _exact(vectors: Matrix, base: Vector, weight: float, queries: Matrix) -> WordIds:
    """The best items (Q, 20) of queries, in no order."""
    count = min(CANDIDATES, len(vectors))
    best = np.empty((len(queries), count), np.int32)
    at_once = max(1, (1 << 23) // len(vectors))
    for first in range(0, len(queries), at_once):
        scores = queries[first : first + at_once] * weight @ vectors.T + base
        best[first : first + at_once] = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    return best
