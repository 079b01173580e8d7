"""Each thread's own copies of the rows of the most frequent words.

Threads share the weights without locks (Hogwild; Niu et al. 2011, arXiv:1106.5730). Rows of frequent words are then
written by all of them all the time, and their cache lines travel from core to core: where two cores share no cache,
two threads are slower than one. So a thread trains copies of these rows, and now and then exchanges them with the
common rows: the common row moves by what this thread has learned since, and the thread continues from there.

Changes are added, not averaged: averaging those of 2 threads cost 3 % of the analogies. The sum of changes is too large
a step where copies are exchanged too late: the rarer the exchange and the more threads, the worse, up to divergence
with 8 threads (docs/benchmarks.md). So copies are few, are exchanged often, and are not used by many threads. The
`least` hottest rows are exchanged before every batch, twice as many before every second one, and so on.
"""

from numpy import int64

from firth.kernels.compile import kernel, step
from firth.simd.lanes import LANES
from firth.simd.operations import add, load, store, sub

__all__ = ["exchange_hot_rows", "input_row", "merge_hot_rows", "output_row", "rows_to_exchange"]


@step
def input_row(word, weights, hot):
    """Where this thread finds the row of a word in the input matrix, in floats from its start."""
    if word < hot.count:  # ids are ordered by falling count
        return (hot.first_input + int64(word)) * weights.stride
    return int64(word) * weights.stride


@step
def output_row(target, weights, hot):
    """Where this thread finds the row of a word or node in the output matrix, in floats from its start."""
    if target < hot.count:
        return (hot.first_output + int64(target)) * weights.stride
    return int64(target) * weights.stride


@step
def rows_to_exchange(batch, hot):
    """How many of the hottest rows to exchange before this batch; all of them before batch 0."""
    rows = int64(hot.least)  # doubled for each factor of 2 in the number of the batch
    while rows < hot.count and batch % 2 == 0:
        rows *= 2
        batch //= 2
    return min(rows, int64(hot.count))


@step
def _exchange(matrix, snapshot, first, weights, rows):
    for row in range(rows):
        common = row * weights.stride
        own = (first + row) * weights.stride
        for column in range(0, weights.columns, LANES):
            # The common row may have been moved by other threads meanwhile; only this thread's change is added.
            learned = sub(load(matrix, own + column), load(snapshot, common + column))
            merged = add(load(matrix, common + column), learned)
            store(matrix, common + column, merged)
            store(matrix, own + column, merged)
            store(snapshot, common + column, merged)


@step
def _exchange_inputs(weights, hot, rows, composition):
    if composition is None:  # composed rows are private already
        _exchange(weights.input, hot.input_snapshot, hot.first_input, weights, rows)


@step
def exchange_hot_rows(weights, hot, rows, composition):
    """Add what this thread has learned in its copies of the first `rows` rows to the common rows, and copy those."""
    _exchange_inputs(weights, hot, rows, composition)
    _exchange(weights.output, hot.output_snapshot, hot.first_output, weights, rows)


@kernel
def merge_hot_rows(weights, hot, composition):
    """Exchange all copies of one thread, at the end of an epoch, while no thread trains.

    When threads did this themselves, at the same time, they overwrote each other's last changes now and then.
    """
    exchange_hot_rows(weights, hot, int64(hot.count), composition)
