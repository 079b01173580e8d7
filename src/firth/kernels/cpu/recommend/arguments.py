"""The named tuples that Python hands to the kernels of recommenders; see kernels/arguments.py.

Shapes     N items.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.kernels.arguments import EncodedIds

__all__ = [
    "BLOCK",
    "GROUP",
    "HEAD",
    "CandidateTable",
    "EvidenceSources",
    "EvidenceWorkspace",
    "ItemBlocks",
    "ItemEdges",
    "ItemTable",
    "KnnSettings",
    "KnnWorkspace",
    "Occurrences",
    "RepeatCounts",
    "RowWorkspace",
    "Scales",
    "ScoreParts",
    "SearchWorkspace",
    "SequenceIndex",
    "VectorProducts",
]


HEAD = 16  # numbers of a rotated vector that are compared before all others
GROUP = 16  # items whose numbers alternate, a multiple of the numbers in any register
BLOCK = 64  # items that are ruled out together


class ItemTable(NamedTuple):
    """Items and numbers for each of N items: row i is columns and values[offsets[i] : offsets[i + 1]]."""

    offsets: Offsets  # (N + 1,)
    columns: WordIds  # (P,)
    values: NDArray[np.float32]  # (P,) greater than 0


class Scales(NamedTuple):
    """Factors of the numbers of a table."""

    rows: NDArray[np.float32]  # (N,)
    columns: NDArray[np.float32]  # (N,)


class RowWorkspace(NamedTuple):
    """A thread's arrays for one row of a table."""

    sums: NDArray[np.float32]  # (N,) zeros between rows
    columns: WordIds  # (N,)
    values: NDArray[np.float32]  # (N,) those of the columns
    ranked: NDArray[np.float32]  # (N,)


class Occurrences(NamedTuple):
    """The events of sequences, and where each of N items occurs."""

    ids: WordIds  # (T,)
    is_last: NDArray[np.bool_]  # (T,) whether an event is the last one of its sequence
    weights: NDArray[np.float32] | None  # (T,)
    starts: Offsets  # (N + 1,) item i occurs at positions[starts[i] : starts[i + 1]]
    positions: NDArray[np.int64]  # (T,)


class SequenceIndex(NamedTuple):
    """The sequences that have an item: sequences[starts[i] : starts[i + 1]] for item i, ascending."""

    starts: Offsets  # (N + 1,)
    sequences: NDArray[np.int32]


class KnnSettings(NamedTuple):
    """What makes sequences near, and their items likely (kernels/cpu/recommend/session_knn.py)."""

    sample: int  # M, the most sequences that are considered
    history_weights: NDArray[np.float32]  # (H,) > 0, of the last item of a history, the one before …
    sequence_weights: NDArray[np.float32]  # (S,) > 0
    common_weights: NDArray[np.float32]  # (H,) by how long ago the latest common item was
    distance_weights: NDArray[np.float32]  # by the distance to it in the neighbour: 1, 2 …; the last one for all others
    before: float  # what items before it count, where those after it count 1


class KnnWorkspace(NamedTuple):
    """A thread's arrays for finding the sequences nearest to a history."""

    lags: NDArray[np.int32]  # (N,) zeros between histories
    similarities: NDArray[np.float32]  # (S,) zeros between histories
    found: NDArray[np.int32]  # (H * M,) or (S,) if that is fewer
    keys: NDArray[np.int64]  # (as many,) similarity and number in one
    nearest: NDArray[np.int32]  # (K,)
    shares: NDArray[np.float32]  # (K,)


class RepeatCounts(NamedTuple):
    """How often items came again, by lag: 1 … L, and longer ago."""

    hits: NDArray[np.int64]  # (L + 1,) items that came again
    chances: NDArray[np.int64]  # (L + 1,) items that could have


class EvidenceSources(NamedTuple):
    """What counts know about N items (kernels/cpu/recommend/evidence.py). Read-only."""

    rules: ItemTable  # what comes after an item
    rule_weights: NDArray[np.float32]  # (L,) of the last item of a history, the one before …
    neighbours: ItemTable  # what occurs in the same sequences
    neighbour_weights: NDArray[np.float32]  # (L,) the same
    sequences: EncodedIds
    index: SequenceIndex
    knn: KnnSettings


class EvidenceWorkspace(NamedTuple):
    """A thread's arrays for the items about which the counts say anything after one history.

    M is N, rounded up to whole groups.
    """

    slots: NDArray[np.int32]  # (N,) where an item is in the arrays below; -1 between histories
    found: WordIds  # (M,) the item in each slot
    rules: NDArray[np.float32]  # (M,) the sum of what rules say; zeros between histories
    neighbours: NDArray[np.float32]  # (M,) the same of neighbours
    sequences: NDArray[np.float32]  # (M,) the same of the nearest sequences
    lags: NDArray[np.int32]  # (M,) how many events ago the item was seen; 0 for never, and between histories
    gains: NDArray[np.float32]  # (M,) what all that adds to the score
    bounds: NDArray[np.float32]  # (M,) what the score cannot exceed
    nearest: KnnWorkspace


class ItemBlocks(NamedTuple):
    """N vectors of D numbers, and what bounds their products with a query, in blocks of P positions. Read-only.

    See kernels/cpu/recommend/top_items.py.
    """

    numbers: NDArray[np.float32]  # (N * D,) the vectors, flat
    longest: float  # the largest length of a vector
    heads_of_items: NDArray[np.float32]  # (N * HEAD,) the first numbers of the rotated vectors
    rests_of_items: NDArray[np.float32]  # (N,) the lengths of what is not in these
    rotation: NDArray[np.float32]  # (HEAD * D,) whose products with a vector are its head
    order: WordIds  # (P,) the item at each position; 0 where there is none
    heads: NDArray[np.float32]  # (P * HEAD,) number d of item i of group g is at (g * HEAD + d) * GROUP + i
    rests: NDArray[np.float32]  # (P,)
    bases: NDArray[np.float32]  # (P,) what no history changes; NEVER where there is no item
    codes: NDArray[np.int8]  # (P, D) number = code × unit of its row, about
    units: NDArray[np.float32]  # (P,)
    largest_error: float  # the largest length of the difference of a vector from its codes
    largest_bases: NDArray[np.float32]  # (P / BLOCK,)
    largest_lengths: NDArray[np.float32]  # (P / BLOCK,)


class ItemEdges(NamedTuple):
    """A weighted directed graph of N items. Read-only."""

    offsets: Offsets  # (N + 1,) item i leads to targets[offsets[i] : offsets[i + 1]], which rise
    targets: WordIds  # (E,)
    weights: NDArray[np.float32]  # (E,)
    table: NDArray[np.uint64]  # (E,) an alias table for each item


class ScoreParts(NamedTuple):
    """What the scores of a recommender are made of. Read-only."""

    sources: EvidenceSources
    weights: NDArray[np.float32]  # (F,) of the features
    blocks: ItemBlocks


class SearchWorkspace(NamedTuple):
    """A thread's arrays for finding the best items."""

    base: NDArray[np.float32]  # (N,) what no history changes; NEVER for items that are not wanted. Read-only
    head: NDArray[np.float32]  # (HEAD,) the first numbers of the rotated query
    query_codes: NDArray[np.int16]  # (D,)
    evidence: EvidenceWorkspace


class CandidateTable(NamedTuple):
    """The items that are compared for Q questions, and their features; filled."""

    heap: NDArray[np.float32]  # (T,) so many items are chosen by each feature
    chosen: WordIds  # (4 T + items of the longest history,)
    features: NDArray[np.float32]  # (Q times as many, F) those of a question after those of the one before it
    sizes: NDArray[np.int64]  # (Q,) how many candidates each has


class VectorProducts(NamedTuple):
    """The products of the vectors of Q histories with those of N items."""

    vectors: NDArray[np.float32]  # (N * D,) flat
    queries: NDArray[np.float32]  # (Q, D)
    best: WordIds  # (Q, T) the items with the largest products, in any order; -1 for none
