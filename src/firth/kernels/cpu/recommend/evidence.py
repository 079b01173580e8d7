"""What counts say about the items that may follow a history: rules, neighbours, the nearest sequences, and repeats.

For one history at a time: the items about which anything is known, each in a slot with three sums and a lag.

Reference  the scorers SequentialRules, ItemKnn and SessionKnn; tests/reference for what they are blended to.
Shapes     N items; n found items of a history; Q histories; F = 9 features: 0 the product of vectors, 1 rules,
           2 neighbours, 3 sequences, 4 the logarithm of the count, 5 … 8 whether the item was seen 1, 2, 3 or more
           events ago. Weights (F,) float32.
Memory     the caller's: EvidenceSources and EvidenceWorkspace in kernels/arguments.py, one workspace for each thread.
"""

import math

import numpy as np
from numba import float32, int32

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.recommend.session_knn import add_items, find_nearest, forget_history, note_history

__all__ = ["FIRST_LAG", "SUMS", "add_evidence", "forget", "gather", "list_features", "weigh"]
__all__ += ["neighbour_feature", "rule_feature", "sequence_feature"]

NEVER = np.float32(-np.inf)
RULES, NEIGHBOURS, SEQUENCES = 0, 1, 2
SUMS = 3
FIRST_LAG, LAST_LAG = 4, 8  # the feature before that of lag 1, and that of all longer ones
# A sum becomes log(1 + scale × sum): the second event counts less than the first. Scales three times as large or small
# change nothing beyond chance on three data sets.
RULE_SCALE, NEIGHBOUR_SCALE, SEQUENCE_SCALE = np.float32(1.0), np.float32(5.0), np.float32(0.3)


@step
def note(work, item, n):
    """Give an item a slot unless it has one; returns how many slots are used then."""
    if work.slots[item] < 0:
        work.slots[item] = n
        work.found[n] = item
        work.lags[n] = 0
        for i in range(SUMS):
            work.sums[n * SUMS + i] = 0
        n += 1
    return n


@step
def add_row(table, row, weight, which, work, n):
    """Add a weighted row of a table of items to one of the sums; returns how many slots are used then."""
    for i in range(table.offsets[row], table.offsets[row + 1]):
        item = table.columns[i]
        n = note(work, item, n)
        work.sums[work.slots[item] * SUMS + which] += weight * table.values[i]
    return n


@step
def add_rows(table, weights, history, which, work, n):
    """Add the rows of the last items of a history, each with its weight."""
    length = len(history)
    for lag in range(min(length, len(weights))):
        n = add_row(table, history[length - 1 - lag], weights[lag], which, work, n)
    return n


@step
def add_sequences(history, sources, work, n):
    """Add what the nearest sequences say."""
    offsets = sources.sequences.sentence_offsets
    begin = note_history(history, work.nearest.lags, len(sources.knn.history_weights))
    size = find_nearest(history, begin, sources.index, sources.knn, work.nearest)
    for i in range(size):
        sequence = work.nearest.nearest[i]
        items = sources.sequences.ids[offsets[sequence] : offsets[sequence + 1]]
        add_items(items, float32(work.nearest.shares[i]), sources.knn, work.nearest.lags, work.scores)
    for i in range(size):
        sequence = work.nearest.nearest[i]
        for position in range(offsets[sequence], offsets[sequence + 1]):
            item = sources.sequences.ids[position]
            if work.scores[item] != NEVER:
                n = note(work, item, n)
                work.sums[work.slots[item] * SUMS + SEQUENCES] = work.scores[item]
                work.scores[item] = NEVER
    forget_history(history, begin, work.nearest.lags)
    return n


@step
def gather(history, sources, work):
    """Find the items about which the counts say anything, and those of the history; returns how many."""
    length = len(history)
    if length == 0:
        return 0
    n = add_rows(sources.rules, sources.rule_weights, history, RULES, work, 0)
    n = add_rows(sources.neighbours, sources.neighbour_weights, history, NEIGHBOURS, work, n)
    n = add_sequences(history, sources, work, n)
    for position in range(length):  # the last occurrence counts
        n = note(work, history[position], n)
        work.lags[work.slots[history[position]]] = int32(min(length - position, LAST_LAG - FIRST_LAG))
    return n


@step
def forget(work, n):
    """Free the first n slots."""
    for slot in range(n):
        work.slots[work.found[slot]] = -1


@step
def rule_feature(work, slot):
    """The feature of sequential rules."""
    return float32(math.log1p(RULE_SCALE * work.sums[slot * SUMS + RULES]))


@step
def neighbour_feature(work, slot):
    """The feature of neighbours of items."""
    return float32(math.log1p(NEIGHBOUR_SCALE * work.sums[slot * SUMS + NEIGHBOURS]))


@step
def sequence_feature(work, slot):
    """The feature of the nearest sequences."""
    return float32(math.log1p(SEQUENCE_SCALE * work.sums[slot * SUMS + SEQUENCES]))


@step
def weigh(work, slot, weights):
    """What the counts add to the score of a found item."""
    lag = work.lags[slot]
    total = weights[1] * rule_feature(work, slot) + weights[2] * neighbour_feature(work, slot)
    total += weights[3] * sequence_feature(work, slot)
    if lag > 0:
        total += weights[FIRST_LAG + lag]
    return total


@kernel
def add_evidence(histories, sources, weights, work, scores):
    """scores[q, item] += what the counts say about an item after history q.    scores : (Q, N) float32."""
    offsets = histories.sentence_offsets
    for query in range(len(offsets) - 1):
        n = gather(histories.ids[offsets[query] : offsets[query + 1]], sources, work)
        for slot in range(n):
            scores[query, work.found[slot]] += weigh(work, slot, weights)
        forget(work, n)


@kernel
def list_features(history, item, sources, work, features):
    """The features (F,) of one item that follow from the counts; the others stay as they are."""
    n = gather(history, sources, work)
    slot = work.slots[item]
    if slot >= 0:
        features[1] = rule_feature(work, slot)
        features[2] = neighbour_feature(work, slot)
        features[3] = sequence_feature(work, slot)
        if work.lags[slot] > 0:
            features[FIRST_LAG + work.lags[slot]] = 1
    forget(work, n)
