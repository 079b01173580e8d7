"""What counts say about the items that may follow a history: rules, neighbours, the nearest sequences, and repeats.

For one history at a time: the items about which anything is known, each in a slot with three sums and a lag. Those of
the history have the first slots.

Reference  the scorers SequentialRules, ItemKnn and SessionKnn; tests/reference for what they are blended to.
Shapes     N items; n found items of a history; Q histories; F = 9 features: 0 the product of vectors, 1 rules,
           2 neighbours, 3 sequences, 4 the logarithm of the count, 5 … 8 whether the item was seen 1, 2, 3 or more
           events ago. Weights (F,) float32.
Memory     the caller's: EvidenceSources and EvidenceWorkspace in recommend/arguments.py, one workspace for each thread.
"""

import numpy as np
from numba import float32, int32, int64, uint32, uint64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.recommend.logarithm import log1p
from firth.kernels.cpu.recommend.session_knn import find_nearest, forget_history, latest_common, note_history, vote
from firth.simd.lanes import LANES
from firth.simd.operations import fma, load, mul, splat, store

__all__ = [
    "FIRST_LAG",
    "add_evidence",
    "features_of_sums",
    "forget",
    "gather",
    "list_features",
    "sum_up",
    "value_of_rank",
]

NEVER = np.float32(-np.inf)
FIRST_LAG, LAST_LAG = 4, 8  # the feature before that of lag 1, and that of all longer ones
# A sum becomes log(1 + scale × sum): the second event counts less than the first. Scales three times as large or small
# change nothing beyond chance on three data sets.
RULE_SCALE, NEIGHBOUR_SCALE, SEQUENCE_SCALE = np.float32(1.0), np.float32(5.0), np.float32(0.3)


@step
def note(work, item, n):
    """Give an item, a uint32, a slot unless it has one; returns the slot, and how many are used then.

    Without a branch, which would be mispredicted for every third item; and all numbers are unsigned: Numba looks
    whether signed indices are negative, which doubled the time.
    """
    slot = work.slots[item]
    is_new = slot < 0
    slot = int32(n) if is_new else slot
    work.slots[item] = slot
    work.found[uint32(slot)] = int32(item)
    return uint32(slot), n + uint64(is_new)


@step
def add_rows(table, weights, history, sums, work, n):
    """Add the rows of the last items of a history, each with its weight, to the sums of slots."""
    length = len(history)
    n = uint64(n)
    for lag in range(min(length, len(weights))):
        row, weight = history[length - 1 - lag], weights[lag]
        for i in range(uint64(table.offsets[row]), uint64(table.offsets[row + 1])):
            slot, n = note(work, uint32(table.columns[i]), n)
            sums[slot] += weight * table.values[i]
    return int64(n)


@step
def add_sequences(history, sources, work, n):
    """Add what the nearest sequences say."""
    offsets, settings = sources.sequences.sentence_offsets, sources.knn
    n = uint64(n)
    begin = note_history(history, work.nearest.lags, len(settings.history_weights))
    size = find_nearest(history, begin, sources.index, settings, work.nearest)
    for i in range(size):
        sequence = work.nearest.nearest[i]
        items = sources.sequences.ids[offsets[sequence] : offsets[sequence + 1]]
        common, share = latest_common(items, work.nearest.shares[i], settings, work.nearest.lags)
        for position in range(uint64(len(items))):
            value = vote(int64(position), common, share, settings)
            if value > 0:
                slot, n = note(work, uint32(items[position]), n)
                work.sequences[slot] += value
    forget_history(history, begin, work.nearest.lags)
    return int64(n)


@step
def gather(history, sources, work):
    """Find the items of a history and those about which the counts say anything; returns how many."""
    length = len(history)
    noted = uint64(0)
    for position in range(length):  # the last occurrence counts
        slot, noted = note(work, uint32(history[position]), noted)
        work.lags[slot] = int32(min(length - position, LAST_LAG - FIRST_LAG))
    n = add_rows(sources.rules, sources.rule_weights, history, work.rules, work, noted)
    n = add_rows(sources.neighbours, sources.neighbour_weights, history, work.neighbours, work, n)
    return add_sequences(history, sources, work, n)


@step
def forget(work, n):
    """Free the first n slots."""
    for slot in range(uint64(n)):
        work.slots[uint32(work.found[slot])] = -1
        work.lags[slot] = 0
    work.rules[:n] = float32(0)
    work.neighbours[:n] = float32(0)
    work.sequences[:n] = float32(0)


@step
def features_of_sums(work, n):
    """Make each sum of the first n slots the feature that follows from it."""
    for slot in range(0, n, LANES):
        store(work.rules, slot, log1p(mul(load(work.rules, slot), splat(RULE_SCALE))))
        store(work.neighbours, slot, log1p(mul(load(work.neighbours, slot), splat(NEIGHBOUR_SCALE))))
        store(work.sequences, slot, log1p(mul(load(work.sequences, slot), splat(SEQUENCE_SCALE))))


@step
def sum_up(work, n, length, weights):
    """work.gains = what the counts add to the scores of the first n found items, after a history of some length."""
    features_of_sums(work, n)
    for slot in range(0, n, LANES):
        total = mul(load(work.rules, slot), splat(weights[1]))
        total = fma(load(work.neighbours, slot), splat(weights[2]), total)
        store(work.gains, slot, fma(load(work.sequences, slot), splat(weights[3]), total))
    for slot in range(min(n, length)):
        if work.lags[slot] > 0:
            work.gains[slot] += weights[FIRST_LAG + work.lags[slot]]


@kernel
def add_evidence(histories, sources, weights, work, scores):
    """scores[q, item] += what the counts say about an item after history q.    scores : (Q, N) float32."""
    offsets = histories.sentence_offsets
    for query in range(len(offsets) - 1):
        history = histories.ids[offsets[query] : offsets[query + 1]]
        n = gather(history, sources, work)
        sum_up(work, n, len(history), weights)
        row = scores[query]
        for slot in range(uint64(n)):
            row[uint32(work.found[slot])] += work.gains[slot]
        forget(work, n)


@step
def sift_down(values, size, hole, value):
    """Put a value into a heap whose root is the smallest, from a hole downwards."""
    child = 2 * hole + 1
    while child < size:
        if child + 1 < size and values[child + 1] < values[child]:
            child += 1
        if values[child] >= value:
            break
        values[hole] = values[child]
        hole = child
        child = 2 * hole + 1
    values[hole] = value


@step
def value_of_rank(values, n, heap):
    """The len(heap)-th largest of n values, or the smallest of all if there are fewer."""
    size = 0
    for i in range(uint64(n)):
        value = values[i]
        if size < len(heap):
            hole = size
            size += 1
            while hole > 0 and heap[(hole - 1) // 2] > value:
                heap[hole] = heap[(hole - 1) // 2]
                hole = (hole - 1) // 2
            heap[hole] = value
        elif value > heap[0]:
            sift_down(heap, size, 0, value)
    return heap[0] if size > 0 else float32(0)


@kernel
def list_features(history, item, sources, work, features):
    """The features (F,) of one item that follow from the counts; the others stay as they are."""
    n = gather(history, sources, work)
    features_of_sums(work, n)
    slot = work.slots[item]
    if slot >= 0:
        features[1] = work.rules[slot]
        features[2] = work.neighbours[slot]
        features[3] = work.sequences[slot]
        if work.lags[slot] > 0:
            features[FIRST_LAG + work.lags[slot]] = 1
    forget(work, n)
