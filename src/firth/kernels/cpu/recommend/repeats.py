"""Items that come again: how often, by how long ago they were; and the items of histories.

Shapes     N items; lags 1 … L, where 1 is the last event, and one class more for all that were longer ago.
"""

import numpy as np

from firth.kernels.compile import kernel

__all__ = ["add_shares", "count_repeats", "exclude_seen"]

NEVER = np.float32(-np.inf)


@kernel
def count_repeats(sequences, last, counts):
    """Count, for each event but the first of a sequence, which of the different items before it come again.

    An item counts with the lag of its last occurrence.
    last : (N,) int64, -1; overwritten.    counts : RepeatCounts of zeros; filled.
    """
    lags = len(counts.hits) - 1
    for sequence in range(len(sequences.sentence_offsets) - 1):
        begin, end = sequences.sentence_offsets[sequence], sequences.sentence_offsets[sequence + 1]
        different = 0
        for position in range(begin, end):
            item = sequences.ids[position]
            near = 0
            for lag in range(1, min(lags, position - begin) + 1):
                other = sequences.ids[position - lag]
                if last[other] == position - lag:
                    counts.chances[lag - 1] += 1
                    near += 1
            counts.chances[lags] += different - near
            if last[item] >= begin:
                counts.hits[min(position - last[item], lags + 1) - 1] += 1
            else:
                different += 1
            last[item] = position


@kernel
def exclude_seen(ids, offsets, scores):
    """Give the items of each history the score NEVER.    scores : (Q, N) float32."""
    for query in range(len(offsets) - 1):
        for position in range(offsets[query], offsets[query + 1]):
            scores[query, ids[position]] = NEVER


@kernel
def add_shares(ids, offsets, shares, noted, scores):
    """Add shares of the sum of all scores to those of the items of each history, by the lag of their last occurrence.

    shares : (L + 1,) float32.    noted : (N,) int64, -1; overwritten.
    scores : (Q, N) float32, at least 0 or NEVER, which counts as 0; a sum of 0 counts as 1.
    """
    lags = len(shares) - 1
    for query in range(len(offsets) - 1):
        total = 0.0
        for item in range(scores.shape[1]):
            total += max(scores[query, item], 0)
        if total == 0:
            total = 1.0
        for position in range(offsets[query + 1] - 1, offsets[query] - 1, -1):
            item = ids[position]
            if noted[item] != query:
                noted[item] = query
                share = shares[min(offsets[query + 1] - position, lags + 1) - 1]
                if share > 0:
                    scores[query, item] = max(scores[query, item], 0) + share * total
