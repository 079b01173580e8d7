"""The best items for histories: those that the counts know, then those of all others that a bound does not rule out.

An item's score is base + query · vector + what the counts say. Items about which the counts say anything are scored
first: most of the best are among them. The score that the last of the best has by then rules out nearly all others:

    of a block of items, query · vector is at most the product of the length of the query and the largest of theirs;
    of an item, it is at most the product of its first numbers with those of the query, after a rotation that puts most
    of what vectors differ in into these, plus the product of the lengths of the rests;
    where that is still too much, its numbers are read as codes of one byte each, with a bound on their error.

Of 60,000 items of a data set of music, 8 % are in blocks that are read for a history of which counts know something.

Source     the rotation and the bound: Li et al. 2017, "FEXIPRO: Fast and exact inner product retrieval in recommender
           systems", section 3.
Reference  Recommender.scores, which computes all scores as a matrix product.
Shapes     N items of D numbers, in blocks of BLOCK; Q histories, K items are returned for each.
           A query is a tuple: its vector (D,), the length of that, and at least that of its rest; then the unit of its
           codes, and what products with codes can be wrong by.
           base (N,) float32: what no history changes; NEVER for items that are not wanted.
           items (Q, K) int32 and scores (Q, K) float32: filled, best first; of equal scores the smaller number first.
Threads    share all but a workspace each.
"""

import math

import numpy as np
from numba import float32, int16, int32, uint32, uint64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.recommend.arguments import BLOCK, GROUP, HEAD
from firth.kernels.cpu.recommend.evidence import forget, gather, sum_up, value_of_rank
from firth.kernels.cpu.search.cosine import product
from firth.simd.lanes import LANES
from firth.simd.operations import fma, lanes_above, load, splat

__all__ = ["recommend_items", "recommend_listed"]

NEVER = np.float32(-np.inf)
ROUNDING = np.float32(2.4e-7)  # four times that of one operation
STEPS = 8  # in which blocks are read
LARGEST_QUERY_CODE = 8191  # sums of 2,000 products with it fit into 32 bits
LEAST_SLACK = np.float32(1e-30)  # so that items with the very score of the last one are compared


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
def turn(vector, blocks, head):
    """Fill head with the first numbers of a rotated vector; returns its length, and at least that of the rest."""
    square = float32(0.0)
    for d in range(len(vector)):
        square += vector[d] * vector[d]
    rest = square
    for d in range(HEAD):
        head[d] = product(blocks.rotation, d, vector)
        rest -= head[d] * head[d]
    rest = max(rest, float32(0)) + ROUNDING * float32(len(vector) + HEAD) * square
    return float32(math.sqrt(square)), float32(math.sqrt(rest))


@step
def encode(vector, blocks, codes):
    """Round a query to whole numbers; returns their unit, and what a product with codes of items can be wrong by."""
    largest = float32(0.0)
    square = float32(0.0)
    for d in range(len(vector)):
        largest = max(largest, abs(vector[d]))
        square += vector[d] * vector[d]
    unit = max(largest, float32(1e-30)) / float32(LARGEST_QUERY_CODE)
    for d in range(len(vector)):
        codes[d] = int16(round(vector[d] / unit))
    error = float32(math.sqrt(square)) * float32(blocks.largest_error)
    return unit, error + float32(0.5) * unit * float32(math.sqrt(float32(len(vector)))) * float32(blocks.longest)


@step
def code_product(codes, position, query_codes):
    """The product of the codes of an item with those of a query."""
    row = codes[position]
    total = int32(0)
    for d in range(uint64(len(query_codes))):
        total = int32(total + int32(int32(row[d]) * int32(query_codes[d])))
    return total


@step
def threshold(scores, listed, query, blocks):
    """What a bound of an item must exceed: less than its score would have to, by what rounding may have changed."""
    last = len(scores) - 1
    if listed <= last:
        return NEVER
    vector, length = query[0], query[1]
    scale = float32(len(vector) + HEAD) * length * blocks.longest + abs(scores[last]) + LEAST_SLACK
    return scores[last] - ROUNDING * scale


@step
def bound_found(n, rest, parts, search):
    """What the scores of the n found items cannot exceed, in search.evidence.bounds; makes gains all that is known.

    rest : at least the length of what is not in the head of the query.
    Without a branch, so that reading one item need not wait for another.
    """
    blocks, work = parts.blocks, search.evidence
    for slot in range(uint64(n)):
        item = uint32(work.found[slot])
        work.gains[slot] += search.base[item]
        most = product(blocks.heads_of_items, item, search.head) + rest * blocks.rests_of_items[item]
        work.bounds[slot] = work.gains[slot] + most


@step
def offer_found(history, query, parts, search, items, scores):
    """Insert the items about which the counts say anything; returns how many these are, and how many are listed."""
    work = search.evidence
    n = gather(history, parts.sources, work)
    sum_up(work, n, len(history), parts.weights)
    bound_found(n, query[2], parts, search)
    first = value_of_rank(work.bounds, n, scores)
    scores[:] = NEVER
    listed = 0
    least = first
    for _ in range(2):  # first those with the largest bounds, then those of the others that the list so far leaves
        for slot in range(uint64(n)):
            bound = work.bounds[slot]
            if bound >= least and bound > NEVER:
                item = uint32(work.found[slot])
                score = product(parts.blocks.numbers, item, query[0]) + work.gains[slot]
                listed = offer(items, scores, listed, int32(item), score)
                work.bounds[slot] = NEVER
        least = threshold(scores, listed, query, parts.blocks)
    return n, listed


@step
def offer_block(first, query, parts, search, items, scores, listed):
    """Insert the items of a block about which the counts say nothing; returns how many are listed.

    first : the position where the block begins.
    """
    blocks = parts.blocks
    vector, _, rest, unit, error = query
    least = threshold(scores, listed, query, blocks)
    for position in range(first, first + BLOCK, LANES):
        bounds = fma(load(blocks.rests, position), splat(rest), load(blocks.bases, position))
        start = position // GROUP * (GROUP * HEAD) + position % GROUP
        for d in range(HEAD):
            bounds = fma(load(blocks.heads, start + d * GROUP), splat(search.head[d]), bounds)
        above = lanes_above(bounds, splat(least))
        lane = 0
        while above != 0:
            if above & uint64(1) != 0:
                place = position + lane
                item = blocks.order[place]
                coded = float32(code_product(blocks.codes, place, search.query_codes))
                most = coded * (blocks.units[place] * unit) + error + search.base[item]
                if most > least and search.evidence.slots[item] < 0:
                    score = product(blocks.numbers, item, vector) + search.base[item]
                    listed = offer(items, scores, listed, item, score)
                    least = threshold(scores, listed, query, blocks)
            above = above >> uint64(1)
            lane += 1
    return listed


@step
def bound_of(block, length, blocks):
    """What no item of a block exceeds."""
    return blocks.largest_bases[block] + length * blocks.largest_lengths[block]


@step
def offer_others(query, parts, search, items, scores, listed):
    """Insert the items about which the counts say nothing, about in the order of the bounds of their blocks."""
    blocks = parts.blocks
    length = query[1]
    count = len(blocks.largest_lengths)
    lowest, highest = -NEVER, NEVER
    for block in range(count):
        bound = bound_of(block, length, blocks)
        lowest, highest = min(lowest, bound), max(highest, bound)
    upper = -NEVER  # blocks with larger bounds have been read
    down = 0
    while listed < len(items) and down < STEPS:  # until the list is full, those with the largest bounds
        down += 1
        lower = highest - (highest - lowest) * float32(down) / float32(STEPS) if down < STEPS else NEVER
        for block in range(count):
            bound = bound_of(block, length, blocks)
            if lower < bound <= upper:
                listed = offer_block(block * BLOCK, query, parts, search, items, scores, listed)
        upper = lower
    least = threshold(scores, listed, query, blocks)
    for block in range(count):
        bound = bound_of(block, length, blocks)
        if bound > least and bound <= upper:
            listed = offer_block(block * BLOCK, query, parts, search, items, scores, listed)
            least = threshold(scores, listed, query, blocks)


@kernel
def recommend_items(queries, histories, parts, search, items, scores):
    """The best items for each of Q histories.

    queries : (Q, D) float32, vectors of the histories, times their weight.
    parts : ScoreParts.    search : SearchWorkspace.
    """
    offsets = histories.sentence_offsets
    for q in range(len(offsets) - 1):
        history = histories.ids[offsets[q] : offsets[q + 1]]
        lengths = turn(queries[q], parts.blocks, search.head)
        query = queries[q], *lengths, *encode(queries[q], parts.blocks, search.query_codes)
        n, listed = offer_found(history, query, parts, search, items[q], scores[q])
        offer_others(query, parts, search, items[q], scores[q], listed)
        forget(search.evidence, n)


@step
def offer_listed(chosen, query, parts, search, items, scores, listed):
    """Insert the items of some lists about which the counts say nothing, each once.

    chosen : the lists of all clusters, and the clusters whose lists are read.
    """
    lists, clusters = chosen
    blocks, slots, rest = parts.blocks, search.evidence.slots, query[2]
    least = threshold(scores, listed, query, blocks)
    for cluster in clusters:
        for at in range(lists.sentence_offsets[cluster], lists.sentence_offsets[cluster + 1]):
            item = uint32(lists.ids[at])
            if slots[item] < 0:
                slots[item] = 0  # not to be found in another list again
                most = product(blocks.heads_of_items, item, search.head) + rest * blocks.rests_of_items[item]
                if most + search.base[item] > least:
                    score = product(blocks.numbers, item, query[0]) + search.base[item]
                    listed = offer(items, scores, listed, int32(item), score)
                    least = threshold(scores, listed, query, blocks)


@step
def forget_listed(chosen, slots):
    """Free the slots of all items of some lists."""
    lists, clusters = chosen
    for cluster in clusters:
        for at in range(lists.sentence_offsets[cluster], lists.sentence_offsets[cluster + 1]):
            slots[uint32(lists.ids[at])] = -1


@kernel
def recommend_listed(queries, histories, parts, search, lists, items, scores):
    """As recommend_items, but of the items about which the counts say nothing only those of some lists are compared.

    lists : EncodedIds, a list of items of each cluster; and the clusters (Q, R) int64 of each history.
    """
    offsets = histories.sentence_offsets
    for q in range(len(offsets) - 1):
        history, chosen = histories.ids[offsets[q] : offsets[q + 1]], (lists[0], lists[1][q])
        query = queries[q], *turn(queries[q], parts.blocks, search.head)
        n, listed = offer_found(history, query, parts, search, items[q], scores[q])
        offer_listed(chosen, query, parts, search, items[q], scores[q], listed)
        forget(search.evidence, n)
        forget_listed(chosen, search.evidence.slots)
