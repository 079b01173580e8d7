"""Tables from item to item, counted in sequences: what comes after an item, and what occurs with it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.interruption import importing
from firth.kernels.cpu.recommend.arguments import ItemTable, RowWorkspace, Scales
from firth.recommend.scorer import NEVER, Histories
from firth.recommend.training_events import TrainingEvents, distinct_items_of, summed

__all__ = [
    "neighbour_table",
    "rule_table",
    "score_by_table",
    "stored_table",
    "table_arrays",
    "with_diagonal",
]


def rule_table(events: TrainingEvents, step_weights: NDArray[np.float32], most: int) -> ItemTable:
    """For each item those that come after it: the sum of the weights of the distances at which they do.

    step_weights : (steps,) of items that come 1, 2 … events later.
    most : of each row the largest numbers are kept.
    """
    with importing():
        from firth.kernels.cpu.recommend.item_table import count_successors

    occurrences = events.occurrences
    counts = np.diff(occurrences.starts)
    return _filled(counts * len(step_weights), most, count_successors, occurrences, step_weights)


def neighbour_table(events: TrainingEvents, penalty: float, most: int) -> ItemTable:
    """For each item i those that occur in the same sequences: in how many, over n_i ** 0.5 * n_j ** penalty.

    n : (N,) in how many sequences each occurs.
    """
    with importing():
        from firth.kernels.cpu.recommend.item_table import count_cooccurrences

    distinct, index = distinct_items_of(events.sequences, len(events.items))
    lengths = np.diff(distinct.sentence_offsets)
    others = summed(lengths[index.sequences] - 1)[index.starts]
    n = np.diff(index.starts).astype(np.float64)
    scales = Scales((n**-0.5).astype(np.float32), (n**-penalty).astype(np.float32))
    return _filled(np.diff(others), most, count_cooccurrences, distinct, index, scales)


def _filled(bounds: NDArray[np.int64], most: int, fill: Callable[..., Any], *what: Any) -> ItemTable:
    """A table of N rows, filled by a kernel.    bounds : (N,) a row has no more numbers than this."""
    with importing():
        from firth.kernels.cpu.recommend.item_table import close_gaps

    n = len(bounds)
    offsets = summed(np.minimum(bounds, min(most, n)))
    table = ItemTable(offsets, np.empty(offsets[-1], np.int32), np.empty(offsets[-1], np.float32))
    sizes = np.empty(n, np.int64)
    workspace = RowWorkspace(np.zeros(n, np.float32), np.empty(n, np.int32), *np.empty((2, n), np.float32))
    fill(*what, table, sizes, workspace, (0, n))
    kept = np.empty(n + 1, np.int64)
    close_gaps(table, sizes, kept)
    return ItemTable(kept, table.columns[: kept[-1]].copy(), table.values[: kept[-1]].copy())


def with_diagonal(table: ItemTable, values: NDArray[np.float64]) -> ItemTable:
    """The table with one number more at the end of each row: that of an item itself.    values : (N,)."""
    ends = table.offsets[1:]
    return ItemTable(
        table.offsets + np.arange(len(table.offsets)),
        np.insert(table.columns, ends, np.arange(len(ends), dtype=np.int32)),
        np.insert(table.values, ends, values),
    )


def score_by_table(table: ItemTable, histories: Histories, lag_weights: NDArray[np.float32]) -> Matrix:
    """Scores (Q, N): rows of the last items of each history, weighted by how long ago they were, and added.

    lag_weights : (L,) float32, of the last item, the one before …; older ones do not count.
    """
    with importing():
        from firth.kernels.cpu.recommend.item_table import score_histories

    scores = np.full((len(histories), len(table.offsets) - 1), NEVER)
    score_histories(histories.ids, histories.offsets, table, lag_weights, scores)
    return scores


def table_arrays(table: ItemTable) -> dict[str, NDArray[Any]]:
    """The arrays of a table by name, for files."""
    return {"offsets": table.offsets, "columns": table.columns, "values": table.values}


def stored_table(arrays: Mapping[str, NDArray[Any]]) -> ItemTable:
    """A table from its arrays."""
    return ItemTable(arrays["offsets"], arrays["columns"], arrays["values"])
