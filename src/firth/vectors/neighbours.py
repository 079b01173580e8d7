"""Exact search: the rows of a matrix that point most nearly the same way as a query.

Shapes  N rows that are searched, D numbers per row, Q queries.

Rows are visited in blocks that fit the cache; a row enters the list of candidates only where its
cosine passes the worst of the best found so far, so almost nothing is ever sorted. What was found
in float32 is judged again in float64.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.notebook import html_table, printable
from firth.vectors.candidates import FEW, TINY, SearchedRows
from firth.vectors.compiling import compiling_pays
from firth.vectors.exact_search import LARGEST_HEAP, best_of_all
from firth.vectors.ranking import BestRows

__all__ = ["Nearest", "Neighbour", "Neighbours", "count_nearer", "exact_cosines", "nearest"]

BLOCK_ROWS = 2048  # with QUERIES_AT_ONCE: 8 MB of cosines; measured best of 1024…16384 for 400,000 × 50
QUERIES_AT_ONCE = 1056  # a whole number of tiles of the compiled search, whatever the registers
SPARE = 2  # more candidates than asked for: rows whose cosines float32 confuses at the end of the list are told apart


class Neighbour(NamedTuple):
    """A word and how similar it is: the cosine of the angle between its vector and the query, in [-1, 1].

    Asked with `method="3cosmul"`, the similarity is the score of that method, at least 0.
    """

    word: str
    similarity: float


class Neighbours(list[Neighbour]):
    """The neighbours found for one query, best first: a list that notebooks show as a table."""

    def _repr_html_(self) -> str:
        return html_table("", ["word", "similarity"], [(word, f"{similarity:.4f}") for word, similarity in self])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        words = [(printable(word), similarity) for word, similarity in self]
        widest = max((len(word) for word, _ in words), default=0)
        lines = [f"{word:{widest}}  {similarity:7.4f}" for word, similarity in words]
        printer.text("\n".join(lines) if lines else "[]")


class Nearest(NamedTuple):
    """The best rows for each query, best first; ties in row order. Rows left out have minus infinity."""

    rows: NDArray[np.int64]  # (Q, count)
    similarities: NDArray[np.float64]  # (Q, count) cosines

    @classmethod
    def best_of(
        cls,
        rows: NDArray[np.int64],
        similarities: NDArray[np.float64],
        left_out: Sequence[Sequence[int]],
        count: int,
    ) -> "Nearest":
        """The `count` best of the rows found (Q, at least count), without those that are no answers."""
        for column in zip_longest(*left_out, fillvalue=-1):  # one of the rows left out of each query
            similarities[rows == np.array(column)[:, None]] = -np.inf
        order = np.lexsort((rows, -similarities), axis=1)[:, :count]
        return cls(np.take_along_axis(rows, order, axis=1), np.take_along_axis(similarities, order, axis=1))


def nearest(
    searched: SearchedRows,
    queries: NDArray[np.float64],
    count: int,
    left_out: Sequence[Sequence[int]],
) -> Nearest:
    """The `count` rows with the largest cosine to each query, exactly.

    Parameters
    ----------
    queries : (Q, D) of length 1, or 0.
    count : in [1, N].
    left_out : for each query, rows that are no answer to it.
    """
    wanted = min(searched.n_rows, count + max(map(len, left_out), default=0) + SPARE)
    rows = np.empty((len(queries), count), np.int64)
    similarities = np.empty((len(queries), count), np.float64)
    at_once = max(1, min(QUERIES_AT_ONCE, QUERIES_AT_ONCE * BLOCK_ROWS // wanted))
    for start in range(0, len(queries), at_once):
        some = slice(start, start + at_once)
        found = searched.rows_at(_candidates(searched, queries[some].astype(np.float32), wanted))
        cosines = exact_cosines(searched.matrix, found, queries[some])
        rows[some], similarities[some] = Nearest.best_of(found, cosines, left_out[some], count)
    return Nearest(rows, similarities)


def _candidates(searched: SearchedRows, queries: Matrix, count: int) -> NDArray[np.int64]:
    """The best `count` places for each query, or a few more (Q, at least count), in no order."""
    if len(queries) <= FEW and searched.rows is None:
        return np.stack([best_of_all(searched.matrix, searched.inverse, query, count) for query in queries])
    if len(queries) > FEW and count <= LARGEST_HEAP and compiling_pays(searched.n_rows * queries.size):
        from firth.vectors.compiled_search import best_rows

        return best_rows(searched, queries, count)
    best = BestRows(len(queries), count)
    for first, cosines in searched.cosine_blocks(queries, max(BLOCK_ROWS, count), len(queries)):
        best.offer(first, cosines)
    return best.rows()


def count_nearer(
    searched: SearchedRows,
    queries: NDArray[np.float64],
    thresholds: NDArray[np.float64],
    left_out: NDArray[np.int64],
) -> NDArray[np.int64]:
    """How many of the rows have a cosine with each query above its threshold (Q,), exactly.

    Parameters
    ----------
    queries, thresholds : (Q, D) of length 1, or 0; (Q,) cosines as exact_cosines gives them.
    left_out : (Q,) for each query a row that is not counted, or -1.
    """
    unsure = np.float32((searched.matrix.shape[1] + 4) * 2.0**-23)  # more than float32 can be wrong by
    counts = np.zeros(len(queries), np.int64)
    for start in range(0, len(queries), QUERIES_AT_ONCE):
        some = slice(start, start + QUERIES_AT_ONCE)
        directions, limits = queries[some].astype(np.float32), thresholds[some, None].astype(np.float32)
        for first, cosines in searched.cosine_blocks(directions, BLOCK_ROWS, len(directions)):
            excess = cosines - limits
            counts[some] += np.count_nonzero(excess > unsure, axis=1)
            query, place = np.nonzero(np.abs(excess) <= unsure)  # float32 cannot tell
            query += start
            exact = exact_cosines(searched.matrix, searched.rows_at(place + first)[:, None], queries, query)
            counts += np.bincount(query[exact[:, 0] > thresholds[query]], minlength=len(queries))
    counted = np.flatnonzero(searched.places_of(left_out) >= 0)
    own = exact_cosines(searched.matrix, left_out[counted, None], queries, counted)
    counts[counted] -= own[:, 0] > thresholds[counted]
    return counts


def exact_cosines(
    matrix: Matrix,
    rows: NDArray[np.int64],
    queries: NDArray[np.float64],
    asked: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Cosines (n, count) in float64, so that one query and many give the very same numbers.

    Parameters
    ----------
    rows : (n, count) rows of the matrix.
    queries : (Q, D) of length 1, or 0.
    asked : (n,) which query goes with each line of `rows`; None: the first with the first, and so on.
    """
    query = np.repeat(np.arange(len(rows)) if asked is None else asked, rows.shape[1])
    row = rows.ravel()
    cosines = np.empty(len(row), np.float64)
    step = max(1, (1 << 16) // matrix.shape[1])  # 512 KB of float64 at once stay in the cache
    for start in range(0, len(row), step):
        some = slice(start, start + step)
        found = matrix[row[some]].astype(np.float64)
        norms = np.sqrt(np.einsum("nd,nd->n", found, found))
        norms[norms <= TINY] = np.inf
        cosines[some] = np.einsum("nd,nd->n", found, queries[query[some]]) / norms
    return np.clip(cosines, -1.0, 1.0).reshape(rows.shape)
