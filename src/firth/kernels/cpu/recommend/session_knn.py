"""The sequences that are nearest to a history, and what their items are worth as the next one.

Sources    VS-kNN: Ludewig and Jannach 2018, section 3.2; the three decays: Garg et al. 2019, "Sequence and time aware
           neighborhood for session-based recommendations" (STAN), section 3.
Shapes     S sequences of N items; Q histories, of which the last H items count. M sequences are considered, and K kept.
Memory     the caller's: KnnWorkspace in recommend/arguments.py, one for each thread.
"""

import numpy as np
from numba import float32, int32, int64, uint32, uint64

from firth.kernels.compile import kernel, step
from firth.simd.operations import float_bits

__all__ = ["find_nearest", "forget_history", "latest_common", "note_history", "score_by_nearest_sequences", "vote"]

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
    size = uint64(n)
    for i in range(uint64(begin), uint64(index.starts[item + 1])):  # unsigned, as in evidence.note
        sequence = uint32(index.sequences[i])
        former = work.similarities[sequence]
        if former == 0:
            work.found[size] = int32(sequence)
            size += uint64(1)
        work.similarities[sequence] = former + weight
    return int64(size)


@step
def latest(work, n, sample):
    """The least number among the `sample` latest of n found sequences: by halving the range of numbers."""
    low, high = int32(0), int32(len(work.similarities))  # at least `sample` have numbers >= low, fewer >= high
    while high - low > 1:
        middle = int32((low + high) // 2)
        count = int32(0)
        for i in range(uint64(n)):
            count += int32(work.found[i] >= middle)
        if count >= sample:
            low = middle
        else:
            high = middle
    return low


@step
def middle_of(a, b, c):
    """The one of three numbers that is between the others."""
    return max(min(a, b), min(max(a, b), c))


@step
def bring_forward(keys, n, count):
    """Make the `count` largest of n keys, all different, the first ones, in no order: Hoare's selection."""
    low, high = 0, n - 1
    while low < high:
        pivot = middle_of(keys[low], keys[(low + high) // 2], keys[high])
        left, right = low, high
        while left <= right:
            while keys[uint64(left)] > pivot:
                left += 1
            while keys[uint64(right)] < pivot:
                right -= 1
            if left <= right:
                keys[uint64(left)], keys[uint64(right)] = keys[uint64(right)], keys[uint64(left)]
                left += 1
                right -= 1
        if count <= right + 1:
            high = right
        elif count > left:
            low = left
        else:
            break


@step
def keep_nearest(work, n, settings):
    """The K most similar of the first n found sequences, in work.nearest, and their similarities, in work.shares.

    Of equal ones the later is nearer. Returns how many there are.
    """
    for i in range(uint64(n)):
        sequence = uint32(work.found[i])
        similarity = work.similarities[sequence] * settings.sequence_weights[sequence]
        work.keys[i] = int64(float_bits(similarity)) << 32 | int64(sequence)
    size = min(n, len(work.nearest))
    if size < n:
        bring_forward(work.keys, n, size)
    for i in range(size):
        sequence = int32(work.keys[i])
        work.nearest[i] = sequence
        work.shares[i] = float32(work.similarities[sequence] * settings.sequence_weights[sequence])
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
    size = keep_nearest(work, kept, settings)
    for i in range(uint64(kept)):
        work.similarities[uint32(work.found[i])] = 0
    return size


@step
def latest_common(items, similarity, settings, lags):
    """Where a neighbour has the latest item of the history, and what it has to say about the items around it."""
    latest_lag = int32(1 << 30)
    common = int64(0)
    for position in range(uint64(len(items))):
        lag = lags[uint32(items[position])]
        if 0 < lag <= latest_lag:
            latest_lag = lag
            common = int64(position)
    if latest_lag > len(settings.common_weights):  # of a damaged file, which lists the sequence with an item it lacks
        return common, float32(0)
    return common, float32(similarity * settings.common_weights[latest_lag - 1])


@step
def vote(position, common, share, settings):
    """What a neighbour adds to the score of its item at a position: the nearer to the common item the more."""
    distance = min(abs(position - common), len(settings.distance_weights))
    if distance == 0:
        return float32(0)
    value = share * settings.distance_weights[uint64(distance - 1)]
    return float32(value * settings.before) if position < common else value


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
            common, share = latest_common(items, work.shares[i], settings, work.lags)
            for position in range(len(items)):
                value = vote(position, common, share, settings)
                if value > 0:
                    former = scores[query, items[position]]
                    scores[query, items[position]] = value if former == NEVER else former + value
        forget_history(history, begin, work.lags)
