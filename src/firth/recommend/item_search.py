"""Exact search for the best items after a history: vectors in blocks, most of which a bound rules out.

43,000 vectors of 64 numbers are 11 MB, and reading them takes longer than all else. See
kernels/cpu/recommend/top_items.py.
"""

import functools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Offsets, Vector, WordIds
from firth.interruption import blas, importing
from firth.kernels.arguments import EncodedIds
from firth.kernels.cpu.recommend.arguments import BLOCK, GROUP, HEAD, ItemBlocks, ScoreParts, SearchWorkspace
from firth.parallel import available_cores, even_parts, share_parts
from firth.recommend.evidence import Evidence, read_only
from firth.recommend.items import UNKNOWN
from firth.recommend.scorer import NEVER, Histories

__all__ = ["Best", "ItemSearch"]

LARGEST_CODE = 127
ROWS_AT_ONCE = 1 << 14
QUERIES_PER_PART = 32
SIMILAR_COUNTS = 16  # blocks of items with similar counts, which the lengths of vectors put in order


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
        self.base: Vector = read_only(weights[4] * evidence.log_counts)
        self._blocks = in_blocks(vectors, self.base)

    def best(
        self,
        queries: Matrix,
        histories: Histories,
        count: int,
        base: Vector,
        weights: Vector,
        lists: tuple[EncodedIds, Offsets] | None = None,
    ) -> Best:
        """The `count` best items.

        Parameters
        ----------
        queries : (Q, D) vectors of the histories.
        base : (N,) as the attribute; NEVER for items that are not wanted.
        weights : (F,) as those of the search, but perhaps for the lags.
        lists : lists of items, and the numbers (Q, R) of those whose items are compared, besides the items about which
            the counts say anything. None: all items are.
        """
        recommend_items, recommend_listed = _kernels()
        queries = np.ascontiguousarray(queries * weights[0])
        items = np.full((len(queries), count), UNKNOWN, np.int32)
        scores = np.full((len(queries), count), NEVER)

        score_parts = ScoreParts(self._evidence.sources, weights, self._blocks)

        def work(parts: Iterator[slice]) -> None:
            with self._evidence.workspace() as workspace:
                head = np.empty(HEAD, np.float32)
                search = SearchWorkspace(read_only(base), head, np.empty(queries.shape[1], np.int16), workspace)
                for part in parts:
                    some = histories.some(part.start, part.stop)
                    encoded = EncodedIds(some.ids, some.offsets)
                    given = queries[part], encoded, score_parts, search
                    if lists is None:
                        recommend_items(*given, items[part], scores[part])
                    else:
                        recommend_listed(*given, (lists[0], lists[1][part]), items[part], scores[part])

        n_parts = -(-len(queries) // QUERIES_PER_PART)
        share_parts(work, even_parts(len(queries), max(1, n_parts)), max(1, min(available_cores(), n_parts)))
        return Best(items, scores)


@functools.cache
def _kernels() -> tuple[Callable[..., None], Callable[..., None]]:
    """The search of all items, and that of some lists; looked up once, because that takes as long as a query."""
    with importing():
        from firth.kernels.cpu.recommend.top_items import recommend_items, recommend_listed

    return recommend_items, recommend_listed


def in_blocks(vectors: Matrix, base: Vector) -> ItemBlocks:
    """Vectors (N, D) and what is added to their products (N,), in blocks, the items of each of which are alike in both.

    Items are given most frequent first.
    """
    n, size = vectors.shape
    lengths = np.sqrt(np.einsum("nd,nd->n", vectors, vectors, dtype=np.float64))
    groups = np.arange(n) // (SIMILAR_COUNTS * BLOCK)
    padded = -(-n // BLOCK) * BLOCK
    order = np.zeros(padded, np.int32)
    order[:n] = np.lexsort((-lengths, groups))
    is_item = np.arange(padded) < n

    with blas:
        _, axes = np.linalg.eigh((vectors.T @ vectors).astype(np.float64))
        rotation = np.zeros((HEAD, size), np.float32)
        rotation[:size] = axes[:, ::-1].T[:HEAD]  # the directions of which most is in the vectors, first
        heads = vectors @ rotation.T
    rests = np.sqrt(np.maximum(lengths**2 - np.square(heads, dtype=np.float64).sum(axis=1), 0))
    bases = np.where(is_item, base[order], NEVER)
    sorted_lengths = np.where(is_item, lengths[order], 0).astype(np.float32)
    codes, units, largest_error = encoded(vectors, order)
    alternating = heads[order].reshape(-1, GROUP, HEAD).transpose(0, 2, 1)
    blocks: ItemBlocks = read_only(
        ItemBlocks(
            numbers=np.ascontiguousarray(vectors, np.float32).reshape(-1),
            longest=float(lengths.max(initial=0)),
            heads_of_items=heads.reshape(-1),
            rests_of_items=rests.astype(np.float32),
            rotation=rotation.reshape(-1),
            order=order,
            heads=np.ascontiguousarray(alternating).reshape(-1),
            rests=rests[order].astype(np.float32),
            bases=bases,
            codes=codes,
            units=units,
            largest_error=largest_error,
            largest_bases=bases.reshape(-1, BLOCK).max(axis=1),
            largest_lengths=sorted_lengths.reshape(-1, BLOCK).max(axis=1),
        )
    )
    return blocks


def encoded(vectors: Matrix, order: WordIds) -> tuple[NDArray[np.int8], Vector, float]:
    """Vectors in some order (P,), each number rounded to one of 255 multiples of a unit of its row.

    Returns the codes (P, D), their units (P,), and the largest length of the difference of a row.
    """
    codes = np.empty((len(order), vectors.shape[1]), np.int8)
    units = np.empty(len(order), np.float32)
    largest_error = 0.0
    for first in range(0, len(order), ROWS_AT_ONCE):
        some = slice(first, first + ROWS_AT_ONCE)
        rows = vectors[order[some]].astype(np.float64)
        unit = np.maximum(np.abs(rows).max(axis=1), 1e-30) / LARGEST_CODE
        units[some] = unit
        rounded = np.rint(rows / unit[:, None])
        codes[some] = rounded
        errors = np.square(rows - rounded * units[some, None]).sum(axis=1)
        largest_error = max(largest_error, float(np.sqrt(errors.max(initial=0))))
    return codes, units, largest_error
