"""The sequences that are nearest to a history, and what their items are worth as the next one.

Sources    VS-kNN: Ludewig and Jannach 2018, section 3.2; the three decays: Garg et al. 2019, "Sequence and time aware
           neighborhood for session-based recommendations" (STAN), section 3.
Shapes     S sequences of N items; Q histories, of which the last H items count. M sequences are considered, and K kept.
Memory     the caller's: KnnWorkspace in kernels/arguments.py, one for each thread.
"""

import numpy as np
from numba import float32, int32, int64

from firth.kernels.compile import kernel, step

__all__ = ["score_by_nearest_sequences"]

NEVER = np.float32(-np.inf)


@step
def note_history(history, lags, longest):
    """lags[item] = how many events ago each item was last seen; returns where the part that counts begins."""
    begin = max(0, len(history) - longest)
    for position in range(begin, len(history)):
        lags[history[position]] = int32(len(history) - position)
    return begin


@step
def forget_history(history, begin, lags):
    """Undo note_history."""
    for position in range(begin, len(history)):
        lags[history[position]] = 0


@step
def add_sequences(item, weight, index, sample, work, n):
    """Add a weight to the last `sample` sequences that have an item; returns how many sequences are found then."""
    begin = max(index.starts[item], index.starts[item + 1] - sample)
    for i in range(begin, index.starts[item + 1]):
        sequence = index.sequences[i]
        if work.similarities[sequence] == 0:
            work.found[n] = sequence
            n += 1
        work.similarities[sequence] += weight
    return n


@step
def latest(work, n, sample):
    """The least number among the `sample` latest of n found sequences: by halving the range of numbers."""
    low, high = int64(0), int64(len(work.similarities))  # at least `sample` have numbers >= low, fewer >= high
    while high - low > 1:
        middle = (low + high) // 2
        count = 0
        for i in range(n):
            if work.found[i] >= middle:
                count += 1
        if count >= sample:
            low = middle
        else:
            high = middle
    return low


@step
def is_farther(work, sequence, other):
    """Whether a sequence is less similar than another one; of equal ones the later is nearer."""
    first, second = work.similarities[sequence], work.similarities[other]
    return first < second or (first == second and sequence < other)


@step
def sift_down(work, size, hole, sequence):
    """Put a sequence into the heap of the nearest ones, whose root is the farthest, from a hole downwards."""
    child = 2 * hole + 1
    while child < size:
        if child + 1 < size and is_farther(work, work.nearest[child + 1], work.nearest[child]):
            child += 1
        if not is_farther(work, work.nearest[child], sequence):
            break
        work.nearest[hole] = work.nearest[child]
        hole = child
        child = 2 * hole + 1
    work.nearest[hole] = sequence


@step
def keep_nearest(work, n):
    """The K most similar of the first n found sequences, in work.nearest; returns how many."""
    size = min(n, len(work.nearest))
    for i in range(size):
        work.nearest[i] = work.found[i]
    for hole in range(size // 2 - 1, -1, -1):
        sift_down(work, size, hole, work.nearest[hole])
    for i in range(size, n):
        if is_farther(work, work.nearest[0], work.found[i]):
            sift_down(work, size, 0, work.found[i])
    return size


@step
def find_nearest(history, begin, index, settings, work):
    """The sequences most similar to a history; returns how many there are."""
    n = 0
    for position in range(begin, len(history)):
        item = history[position]
        lag = len(history) - position
        if work.lags[item] == lag:  # its last occurrence
            n = add_sequences(item, settings.history_weights[lag - 1], index, settings.sample, work, n)
    kept = n
    if n > settings.sample:
        least = latest(work, n, settings.sample)
        kept = 0
        for i in range(n):
            sequence = work.found[i]
            if sequence >= least:
                work.found[kept] = sequence
                kept += 1
            else:
                work.similarities[sequence] = 0
    for i in range(kept):
        sequence = work.found[i]
        work.similarities[sequence] *= settings.sequence_weights[sequence]
    size = keep_nearest(work, kept)
    for i in range(size):
        work.shares[i] = work.similarities[work.nearest[i]]
    for i in range(kept):
        work.similarities[work.found[i]] = 0
    return size


@step
def add_items(items, similarity, settings, lags, scores):
    """Add what a neighbour says about its items: the nearer to the latest common item the more."""
    latest_lag = int32(1 << 30)
    common = 0
    for position in range(len(items)):
        lag = lags[items[position]]
        if 0 < lag <= latest_lag:
            latest_lag = lag
            common = position
    share = similarity * settings.common_weights[latest_lag - 1]
    for position in range(len(items)):
        if position == common:
            continue
        distance = min(abs(position - common), len(settings.distance_weights)) - 1
        value = share * settings.distance_weights[distance]
        if position < common:
            value *= settings.before
        if value > 0:
            item = items[position]
            scores[item] = value if scores[item] == NEVER else scores[item] + value


@kernel
def score_by_nearest_sequences(histories, sequences, index, settings, work, scores):
    """Score items by the sequences nearest to each history.

    histories, sequences : EncodedIds.    index : SequenceIndex.    settings : KnnSettings.    work : KnnWorkspace.
    scores : (Q, N) float32, NEVER; items of no neighbour keep it.
    """
    offsets = sequences.sentence_offsets
    longest = len(settings.history_weights)
    for query in range(len(histories.sentence_offsets) - 1):
        history = histories.ids[histories.sentence_offsets[query] : histories.sentence_offsets[query + 1]]
        begin = note_history(history, work.lags, longest)
        size = find_nearest(history, begin, index, settings, work)
        for i in range(size):
            sequence = work.nearest[i]
            items = sequences.ids[offsets[sequence] : offsets[sequence + 1]]
            add_items(items, float32(work.shares[i]), settings, work.lags, scores[query])
        forget_history(history, begin, work.lags)
