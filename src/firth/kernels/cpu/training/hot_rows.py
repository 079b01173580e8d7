"""Each thread's own copies of the rows of the most frequent words.

Threads share the weights without locks (Hogwild; Niu et al. 2011, arXiv:1106.5730). Rows of frequent words are then
written by all of them all the time, and their cache lines travel from core to core: where two cores share no cache,
two threads are slower than one. So a thread trains copies of these rows, and brings them together with the common
rows now and then: the common row moves by what this thread has learned since, and the thread goes on from there.

Changes are added, not averaged: averaging those of 2 threads cost 3 % of the analogies. Added changes are too large a
step where they meet too late: the rarer the exchange and the more threads, the worse, up to divergence with 8 threads
(docs/benchmarks.md). So copies are few, meet often, and are not used by many threads. The `least` hottest rows are
exchanged before every batch, twice as many before every second one, and so on.
"""

from numpy import int64

from firth.kernels.compile import kernel, step
from firth.simd.lanes import LANES
from firth.simd.operations import add, load, store, sub

__all__ = ["exchange_hot_rows", "merge_hot_rows", "row_of", "rows_to_exchange"]


@step
def row_of(word, weights, hot):
    """Where this thread finds the row of a word, in floats from the start of either matrix."""
    if word < hot.count:
        return (hot.first + int64(word)) * weights.stride
    return int64(word) * weights.stride


@step
def rows_to_exchange(batch, hot):
    """How many of the hottest rows to exchange before this batch; all of them before batch 0."""
    rows = int64(hot.least)
    while rows < hot.count and batch % 2 == 0:
        rows *= 2
        batch //= 2
    return min(rows, int64(hot.count))


@step
def _exchange(matrix, snapshot, weights, hot, rows):
    for word in range(rows):
        common = word * weights.stride
        mine = (hot.first + word) * weights.stride
        for column in range(0, weights.columns, LANES):
            learned = sub(load(matrix, mine + column), load(snapshot, common + column))
            together = add(load(matrix, common + column), learned)
            store(matrix, common + column, together)
            store(matrix, mine + column, together)
            store(snapshot, common + column, together)


@step
def exchange_hot_rows(weights, hot, rows):
    """Bring this thread's copies of the first `rows` words and the common rows together."""
    _exchange(weights.word, hot.word_snapshot, weights, hot, rows)
    _exchange(weights.context, hot.context_snapshot, weights, hot, rows)


@kernel
def merge_hot_rows(weights, hot):
    """Bring all copies of one thread and the common rows together, at the end of an epoch, while nobody trains.

    Threads that did this themselves, at the same time, overwrote each other's last stretch now and then.
    """
    exchange_hot_rows(weights, hot, int64(hot.count))
