"""The best items for histories: the counts, then a scan of all vectors, most of which a byte for each number rules out.

An item's score is base + query · vector + what the counts say. Items about which the counts say anything are scored
first, exactly: they are few, and most of the best are among them. All others are read as codes of one byte for each
number. A bound on what the codes can be wrong by decides which are computed exactly: some dozens of 43,000.

Reference  Recommender.scores, which computes all scores as a matrix product.
Shapes     N items of D numbers; Q histories, K items are returned for each.
           base (N,) float32: what no history changes; NEVER for items that are not wanted. Changed and restored.
           items (Q, K) int32 and scores (Q, K) float32: filled, best first; of equal scores the smaller number first.
Threads    share only the codes and the sources: each has a workspace and a `base` of its own.
"""

import math

import numpy as np
from numba import float32, int16, int32

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.recommend.evidence import forget, gather, weigh
from firth.kernels.cpu.search.cosine import product

__all__ = ["recommend_candidates", "recommend_items"]

NEVER = np.float32(-np.inf)
LARGEST_QUERY_CODE = 8191  # sums of 2,000 products with it fit into 32 bits
ROUNDING = np.float32(1e-5)  # above the relative error of a product in float32


@step
def offer(items, scores, length, item, score):
    """Insert an item into a list of its best; returns how long the list is then."""
    slot = length
    if length == len(items):
        slot = length - 1
        if score < scores[slot] or (score == scores[slot] and item > items[slot]):
            return length
    while slot > 0 and (scores[slot - 1] < score or (scores[slot - 1] == score and items[slot - 1] > item)):
        items[slot] = items[slot - 1]
        scores[slot] = scores[slot - 1]
        slot -= 1
    items[slot] = int32(item)
    scores[slot] = score
    return min(length + 1, len(items))


@step
def encode_query(query, codes, query_codes):
    """Round a query to whole numbers; returns their unit, and what a product with codes can be wrong by."""
    largest = float32(0.0)
    square = float32(0.0)
    for d in range(len(query)):
        largest = max(largest, abs(query[d]))
        square += query[d] * query[d]
    unit = max(largest, float32(1e-30)) / float32(LARGEST_QUERY_CODE)
    for d in range(len(query)):
        query_codes[d] = int16(round(query[d] / unit))
    length = float32(math.sqrt(square))
    error = length * float32(codes.largest_error)
    error += float32(0.5) * unit * float32(math.sqrt(float32(len(query)))) * float32(codes.longest)
    return unit, error + ROUNDING * length * float32(codes.longest)


@step
def code_product(codes, row, query_codes):
    """The product of the codes of an item with those of a query."""
    total = int32(0)
    for d in range(len(query_codes)):
        total = int32(total + int32(int32(codes[row, d]) * int32(query_codes[d])))
    return total


@step
def scan(codes, query, query_codes, base, items, scores, length):
    """Insert all items that are among the best; returns how many the list has."""
    unit, error = encode_query(query, codes, query_codes)
    last = len(items) - 1
    least = scores[last] - error if length > last else NEVER
    for row in range(len(base)):
        highest = float32(code_product(codes.codes, row, query_codes)) * (codes.units[row] * unit) + base[row]
        if highest > least:
            length = offer(items, scores, length, row, product(codes.numbers, row, query) + base[row])
            if length > last:
                least = scores[last] - error
    return length


@step
def offer_found(history, query, parts, search, items, scores):
    """Insert the items about which the counts say anything, and hide them in `base`; returns how many each are."""
    base, work = search.base, search.evidence
    n = gather(history, parts.sources, work)
    length = 0
    for slot in range(n):
        item = work.found[slot]
        score = base[item]
        work.kept[slot] = score
        if score > NEVER:
            score += product(parts.codes.numbers, item, query) + weigh(work, slot, parts.weights)
        if score > NEVER:
            length = offer(items, scores, length, item, score)
        base[item] = NEVER
    return n, length


@step
def show_found(n, search):
    """Undo what offer_found did to `base` and the workspace."""
    work = search.evidence
    for slot in range(n):
        search.base[work.found[slot]] = work.kept[slot]
    forget(work, n)


@kernel
def recommend_items(queries, histories, parts, search, items, scores):
    """The best items for each of Q histories.

    queries : (Q, D) float32, vectors of the histories, times their weight.
    parts : ScoreParts.    search : SearchWorkspace, whose `base` is restored.
    """
    offsets = histories.sentence_offsets
    for q in range(len(offsets) - 1):
        history = histories.ids[offsets[q] : offsets[q + 1]]
        n, length = offer_found(history, queries[q], parts, search, items[q], scores[q])
        scan(parts.codes, queries[q], search.query_codes, search.base, items[q], scores[q], length)
        show_found(n, search)


@kernel
def recommend_candidates(queries, histories, parts, search, candidates, items, scores):
    """As recommend_items, but of the items about which the counts say nothing only some are candidates.

    candidates : (Q, C) int32, different items; -1 for none.
    """
    offsets = histories.sentence_offsets
    for q in range(len(offsets) - 1):
        history = histories.ids[offsets[q] : offsets[q + 1]]
        n, length = offer_found(history, queries[q], parts, search, items[q], scores[q])
        for i in range(candidates.shape[1]):
            item = candidates[q, i]
            if item >= 0 and search.base[item] > NEVER:
                score = product(parts.codes.numbers, item, queries[q]) + search.base[item]
                length = offer(items[q], scores[q], length, item, score)
        show_found(n, search)
