"""Tables of item to item: which items come soon after one, or in the same sequences; and scores from such a table.

A row is gathered in a dense array of sums, and at most `most` of its largest numbers are kept.

Sources    sequential rules: Ludewig and Jannach 2018, "Evaluation of session-based recommendation algorithms";
           similarities of items: Sarwar et al. 2001, with sequences in place of users.
Shapes     T events of N items in S sequences; ItemTable and RowWorkspace in kernels/arguments.py.
Memory     the caller's: row i may take table.offsets[i + 1] - table.offsets[i] entries, and takes sizes[i].
Threads    share nothing but what they read: each fills rows of its own, with a workspace of its own.
"""

import numpy as np
from numba import float32

from firth.kernels.compile import kernel, step

__all__ = ["close_gaps", "count_cooccurrences", "count_successors", "score_histories"]

NEVER = np.float32(-np.inf)


@step
def add_to_row(workspace, size, column, value):
    """Add to one number of the row; returns how many numbers it has then."""
    if workspace.sums[column] == 0:
        workspace.columns[size] = column
        size += 1
    workspace.sums[column] += value
    return size


@step
def middle_of(a, b, c):
    """The median of three numbers."""
    return max(min(a, b), min(max(a, b), c))


@step
def value_of_rank(values, n, rank):
    """The rank-th largest of the first n values, which are put into another order; 1 <= rank <= n.

    Source   Hoare 1961, "Algorithm 65: Find". A heap of the largest took five times as long for rows of 1,000.
    """
    low, high, wanted = 0, n - 1, rank - 1
    while low < high:
        pivot = middle_of(values[low], values[(low + high) // 2], values[high])
        i, j = low, high
        while i <= j:
            while values[i] > pivot:
                i += 1
            while values[j] < pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if wanted <= j:
            high = j
        elif wanted >= i:
            low = i
        else:
            break
    return values[wanted]


@step
def take_row(workspace, size):
    """Move the numbers of a row from the dense array, which is cleared, to workspace.values."""
    for i in range(size):
        column = workspace.columns[i]
        workspace.values[i] = workspace.sums[column]
        workspace.sums[column] = 0


@step
def scale_row(workspace, size, scale, column_scales):
    """Multiply the numbers of a row."""
    for i in range(size):
        workspace.values[i] *= scale * column_scales[workspace.columns[i]]


@step
def keep_row(workspace, size, table, row):
    """Write the largest numbers of a row into the table; of equal ones the first found are kept."""
    start, stop = table.offsets[row], table.offsets[row + 1]
    most = stop - start
    values, ranked = workspace.values, workspace.ranked
    least = float32(0)
    spare = most  # how many of the smallest value are kept
    if size > most:
        for i in range(size):
            ranked[i] = values[i]
        least = value_of_rank(ranked, size, most)
        for i in range(most):  # all that are larger are among the first
            if ranked[i] > least:
                spare -= 1
    n = start
    for i in range(size):
        value = values[i]
        if value > least or (value == least and spare > 0):
            if value == least:
                spare -= 1
            table.columns[n] = workspace.columns[i]
            table.values[n] = value
            n += 1
    return n - start


@step
def event_weight(weights, position):
    """The weight of an event, 1 where none are given."""
    if weights is not None:
        return weights[position]
    return float32(1)


@kernel
def count_successors(events, step_weights, table, sizes, workspace, rows):
    """Fill some rows of the table of rules: how often each item comes after an item, the sooner the more.

    events : Occurrences.    step_weights : (steps,) float32, the weight of an item that comes 1, 2 … events later.
    rows : the first row, and the one behind the last.
    """
    for item in range(rows[0], rows[1]):
        size = 0
        for i in range(events.starts[item], events.starts[item + 1]):
            position = events.positions[i]
            for distance in range(len(step_weights)):
                if events.is_last[position]:
                    break
                position += 1
                value = step_weights[distance] * event_weight(events.weights, position)
                if value > 0:
                    size = add_to_row(workspace, size, events.ids[position], value)
        take_row(workspace, size)
        sizes[item] = keep_row(workspace, size, table, item)


@kernel
def count_cooccurrences(sequences, index, scales, table, sizes, workspace, rows):
    """Fill some rows of the table of neighbours: sequences with both items × scales of both; not of an item itself.

    sequences : EncodedIds without repeats.    index : SequenceIndex.    scales : Scales.
    rows : the first row, and the one behind the last.
    """
    offsets = sequences.sentence_offsets
    for item in range(rows[0], rows[1]):
        size = 0
        for i in range(index.starts[item], index.starts[item + 1]):
            sequence = index.sequences[i]
            for position in range(offsets[sequence], offsets[sequence + 1]):
                other = sequences.ids[position]
                if other != item:
                    size = add_to_row(workspace, size, other, float32(1))
        take_row(workspace, size)
        scale_row(workspace, size, scales.rows[item], scales.columns)
        sizes[item] = keep_row(workspace, size, table, item)


@kernel
def close_gaps(table, sizes, offsets):
    """Move the rows of a table together, in place.    offsets : (N + 1,), filled."""
    n = 0
    offsets[0] = 0
    for row in range(len(sizes)):
        start = table.offsets[row]
        for i in range(start, start + sizes[row]):
            table.columns[n] = table.columns[i]
            table.values[n] = table.values[i]
            n += 1
        offsets[row + 1] = n


@kernel
def score_histories(ids, offsets, table, lag_weights, scores):
    """Sum the rows of the last items of each history, weighted by how long ago they were.

    lag_weights : (L,) float32, of the last item, the one before …; older ones do not count.
    scores : (Q, N) float32, NEVER; items that are in no row keep it.
    """
    for query in range(len(offsets) - 1):
        begin = max(offsets[query], offsets[query + 1] - len(lag_weights))
        for position in range(offsets[query + 1] - 1, begin - 1, -1):
            weight = lag_weights[offsets[query + 1] - 1 - position]
            item = ids[position]
            for i in range(table.offsets[item], table.offsets[item + 1]):
                column = table.columns[i]
                value = weight * table.values[i]
                before = scores[query, column]
                scores[query, column] = value if before == NEVER else before + value
