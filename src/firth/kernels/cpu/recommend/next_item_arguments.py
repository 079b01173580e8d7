"""The named tuples between Python and the kernels of vectors that predict the next item.

Letters in shapes: B examples of a batch, H items of a history, K drawn items, C targets of an example of its own.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import WordIds

__all__ = ["AnswerExamples", "BatchIndex", "BatchVectors", "DrawnItems", "HistoryWeights", "Layout"]
__all__ += ["GroupDraws", "ItemParts", "PartIndex"]


class AnswerExamples(NamedTuple):
    """What vectors that predict the next item learn from: E answers and the items before each."""

    ids: WordIds  # (T,) all events
    positions: NDArray[np.int64]  # (E,) the history of example e is ids[positions[e] - lengths[e] : positions[e]]
    lengths: NDArray[np.int32]  # (E,) from 1 to H
    answers: WordIds  # (E,)


class HistoryWeights(NamedTuple):
    """How much the items of a history weigh: powers[lag] * inverse_sums[length]."""

    powers: NDArray[np.float32]  # (H,)
    inverse_sums: NDArray[np.float32]  # (H + 1,)


class DrawnItems(NamedTuple):
    """The K different items that a batch is compared with, ascending, and padding up to P items."""

    items: WordIds  # (P,)
    shifts: NDArray[np.float32]  # (P,) -log of how often each is expected among the draws, + log of how often it is
    count: NDArray[np.int64]  # (1,) K


class BatchIndex(NamedTuple):
    """Which rows of two matrices a batch of B examples reads and moves; H items of a history, C targets of an example.

    Row s of the inputs that are used is input_rows[s]; it is in the histories of the examples
    input_examples[input_starts[s] : input_starts[s + 1]], with the weights in input_weights. Alike for outputs, whose
    entry r * C + c is target c of example r; target 0 is its answer. The first K of output_rows are the drawn items.
    """

    lengths: NDArray[np.int32]  # (B,)
    input_slots: NDArray[np.int32]  # (B * H,) of each entry
    input_rows: NDArray[np.int32]  # (B * H,)
    input_starts: NDArray[np.int64]  # (B * H + 1,)
    input_examples: NDArray[np.int32]  # (B * H,)
    input_weights: NDArray[np.float32]  # (B * H,)
    answers: WordIds  # (B,)
    own_slots: NDArray[np.int32]  # (B * C,) of each target
    own_shifts: NDArray[np.float32]  # (B * C,) what is added to the scores of own targets
    output_rows: NDArray[np.int32]  # (K + B * C,)
    output_starts: NDArray[np.int64]  # (K + B * C + 1,)
    output_entries: NDArray[np.int32]  # (B * C,)
    output_examples: NDArray[np.int32]  # (B * C,)
    sizes: NDArray[np.int64]  # (2,) rows of the inputs and of the outputs that are used


class Layout(NamedTuple):
    """Where blocks of matrices begin (kernels/cpu/recommend/products.py); tuples, which become constants."""

    numbers: int  # D
    stride: int  # of vectors: D, padded to whole tiles
    padded: int  # P: the drawn items, padded to whole tiles and blocks
    vector_rows: tuple[int, ...]  # (ROWS,) rows of vectors
    score_rows: tuple[int, ...]  # (ROWS,) rows of scores
    vector_places: tuple[int, ...]  # (2 ROWS,) registers of a block of vectors
    score_places: tuple[int, ...]  # (2 ROWS,) registers of a block of scores


class BatchVectors(NamedTuple):
    """What a batch computes; all flat. Rows behind the last example are padding."""

    hidden: NDArray[np.float32]  # (B, stride) the means of the histories
    back: NDArray[np.float32]  # (B, stride) the slopes of the loss by them
    weights: NDArray[np.float32]  # (B,) of the examples
    own_errors: NDArray[np.float32]  # (B * C,) the slopes of the loss by the scores of own targets
    drawn_by_item: NDArray[np.float32]  # (stride / COLUMNS, P, COLUMNS) the output vectors of the drawn items, in tiles
    drawn_by_number: NDArray[np.float32]  # (P / COLUMNS, stride, COLUMNS) the same, transposed
    drawn_slopes: NDArray[np.float32]  # (parts, P, stride) the slopes by them, of each part of the examples
    losses: NDArray[np.float64]  # (parts,)


class ItemParts(NamedTuple):
    """What each of N items is made of: rows[starts[i] : starts[i + 1]] of a matrix, the first one its own."""

    starts: NDArray[np.int64]  # (N + 1,)
    rows: NDArray[np.int32]  # (P,)
    shares: NDArray[np.float32]  # (P,) each row counts this much


class PartIndex(NamedTuple):
    """The rows that the items of a batch are made of: row s is in the items slots[starts[s] : starts[s + 1]]."""

    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    slots: NDArray[np.int32]
    shares: NDArray[np.float32]


class GroupDraws(NamedTuple):
    """Groups of items, from which each example draws C - 1 further items: those of the group of its answer."""

    of_item: NDArray[np.int32]  # (N,) -1 for items without a group
    starts: NDArray[np.int64]  # (G + 1,) the items of group g are items[starts[g] : starts[g + 1]]
    items: NDArray[np.int32]  # (M,)
    cumulated: NDArray[np.float64]  # (M,) sums of how often each is drawn, relative to each other
    item_shifts: NDArray[np.float32]  # (M,) -log of how often each is expected among the drawn items of a batch
    shifts: NDArray[np.float32]  # (G,) -log of how much more often its items are expected where the answer is of it
    key: np.uint64  # of the random draws of an epoch
    first: int  # the counter of the first draw of the batch
