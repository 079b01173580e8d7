"""Exact search for the best items after a history: vectors as codes of one byte for each number.

43,000 vectors of 64 numbers are 11 MB, and reading them takes longer than all else; as codes they are 2.8 MB. See
kernels/cpu/recommend/top_items.py.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector, WordIds
from firth.interruption import importing
from firth.kernels.arguments import EncodedIds
from firth.kernels.cpu.recommend.arguments import ItemCodes, ScoreParts, SearchWorkspace
from firth.parallel import available_cores, even_parts, share_parts
from firth.recommend.evidence import Evidence, read_only
from firth.recommend.items import UNKNOWN
from firth.recommend.scorer import NEVER, Histories

__all__ = ["Best", "ItemSearch"]

LARGEST_CODE = 127
ROWS_AT_ONCE = 1 << 14
QUERIES_PER_PART = 32


class Best(NamedTuple):
    """The best items for each of Q histories, best first."""

    items: WordIds  # (Q, K) UNKNOWN where there are fewer
    scores: Matrix  # (Q, K) NEVER where there are fewer


class ItemSearch:
    """Finds the items with the largest score after a history.

    Parameters
    ----------
    vectors : (N, D) of the next items.
    evidence : what counts add to the products.
    weights : (F,) of the features; the first of them is that of the products.
    """

    def __init__(self, vectors: Matrix, evidence: Evidence, weights: Vector) -> None:
        self._evidence, self._weights = evidence, weights
        self._codes = encoded(vectors)
        self.base: Vector = weights[4] * evidence.log_counts

    def best(
        self,
        queries: Matrix,
        histories: Histories,
        count: int,
        base: Vector,
        weights: Vector,
        candidates: WordIds | None = None,
    ) -> Best:
        """The `count` best items.

        Parameters
        ----------
        queries : (Q, D) vectors of the histories.
        base : (N,) as the attribute; NEVER for items that are not wanted.
        weights : (F,) as those of the search, but perhaps for the lags.
        candidates : (Q, C) the items that are compared, besides those about which the counts say anything. None: all.
        """
        with importing():
            from firth.kernels.cpu.recommend.top_items import recommend_candidates, recommend_items

        queries = np.ascontiguousarray(queries * weights[0])
        items = np.full((len(queries), count), UNKNOWN, np.int32)
        scores = np.full((len(queries), count), NEVER)

        score_parts = ScoreParts(self._evidence.sources, weights, self._codes)

        def work(parts: Iterator[slice]) -> None:
            with self._evidence.workspace() as workspace:
                search = SearchWorkspace(base.copy(), np.empty(queries.shape[1], np.int16), workspace)
                for part in parts:
                    some = histories.some(part.start, part.stop)
                    encoded = EncodedIds(some.ids, some.offsets)
                    given = queries[part], encoded, score_parts, search
                    if candidates is None:
                        recommend_items(*given, items[part], scores[part])
                    else:
                        recommend_candidates(*given, candidates[part], items[part], scores[part])

        n_parts = -(-len(queries) // QUERIES_PER_PART)
        share_parts(work, even_parts(len(queries), max(1, n_parts)), max(1, min(available_cores(), n_parts)))
        return Best(items, scores)


def encoded(vectors: Matrix) -> ItemCodes:
    """Vectors (N, D), each number rounded to one of 255 multiples of a unit of its row."""
    n, size = vectors.shape
    codes = np.empty((n, size), np.int8)
    units = np.empty(n, np.float32)
    largest_error = longest = 0.0
    for first in range(0, n, ROWS_AT_ONCE):
        some = slice(first, first + ROWS_AT_ONCE)
        rows = vectors[some].astype(np.float64)
        unit = np.maximum(np.abs(rows).max(axis=1), 1e-30) / LARGEST_CODE
        units[some] = unit
        rounded = np.rint(rows / unit[:, None])
        codes[some] = rounded
        largest_error = max(largest_error, _longest(rows - rounded * units[some, None]))
        longest = max(longest, _longest(rows))
    flat: NDArray[np.float32] = np.ascontiguousarray(vectors, np.float32).reshape(-1)
    codes_of: ItemCodes = read_only(ItemCodes(flat, codes, units, largest_error, longest))
    return codes_of


def _longest(rows: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.square(rows).sum(axis=1).max(initial=0)))
