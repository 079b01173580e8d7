"""Phrases in word ids: count neighbouring words, and replace phrases by words of their own.

A pair is two words of a sentence that are neighbours, or have only connectors (`of`, `the`) between them; connectors
themselves are in no pair. A pair is counted together with its connectors, which are numbered as runs: run 0 is none.

Source     Mikolov et al. 2013, arXiv:1310.4546, section 4, and its program word2phrase; connectors as in gensim.
Reference  firth.illustrated.phrases
Memory     hash tables of the caller's. Kernels never allocate: when a table is full they stop, the caller enlarges it
           and calls again. Named tuples: kernels/arguments.py.
Threads    share only the text. Each counts the pairs of its own share of all hashes, so no counts have to be merged.
"""

from numba import int64, uint32, uint64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.text.tokens import mix

__all__ = ["FULL_SHARE", "GAP", "POSITION", "PREVIOUS", "SENTENCE"]
__all__ += [
    "add_phrases",
    "choose_matches",
    "count_ids",
    "count_pairs",
    "find_matches",
    "join_phrases",
]
__all__ += ["number_runs", "refill_pairs", "refill_runs", "replace_matches"]

# The entries of the state from which reading goes on.
POSITION = 0
SENTENCE = 1
PREVIOUS = 2  # the last word that is no connector, -1 at the start of a sentence
GAP = 3  # the run of connectors behind it

FULL_SHARE = 1 << 32  # one more than the largest hash that decides who counts a pair

_BATCH = 1024  # tokens that are read before the table is looked at: it must have this many slots left


@step
def find_key(keys, key):
    """The slot of a key, or the empty one that it would take."""
    mask = int64(len(keys) - 1)
    slot = int64(mix(key)) & mask
    while keys[slot] != uint64(0) and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@step
def edge_key(node, word):
    """A node of a tree and a word as one number, never 0 for nodes from 1 on."""
    return uint64(node) << uint64(32) | uint64(uint32(word))


# ---------------------------------------------------------------- counting


@kernel
def number_runs(text, connectors, state):
    """Number all runs of connectors that follow a word, from state[POSITION] on. Ends early where the table is full."""
    ids, offsets = text.ids, text.sentence_offsets
    position, sentence = state[POSITION], state[SENTENCE]
    previous, run = state[PREVIOUS], state[GAP]
    end = offsets[sentence + 1]
    capacity = len(connectors.words)
    while position < len(ids):
        if position == end:
            sentence += 1
            end = offsets[sentence + 1]
            previous, run = int64(-1), int64(0)
        word = ids[position]
        if not connectors.is_connector[word]:
            previous, run = int64(word), int64(0)
        elif previous >= 0:
            key = edge_key(run + 1, word)
            slot = find_key(connectors.keys, key)
            if connectors.keys[slot] == uint64(0):
                added = connectors.sizes[0]
                if added == capacity:
                    break
                connectors.keys[slot] = key
                connectors.runs[slot] = added
                connectors.parents[added] = run
                connectors.words[added] = word
                connectors.sizes[0] = added + 1
            run = int64(connectors.runs[slot])
        position += 1
    state[POSITION], state[SENTENCE] = position, sentence
    state[PREVIOUS], state[GAP] = previous, run


@kernel
def refill_runs(old, new):
    """Move all runs of connectors into a larger, empty hash table."""
    for i in range(len(old.keys)):
        if old.keys[i] != uint64(0):
            slot = find_key(new.keys, old.keys[i])
            new.keys[slot] = old.keys[i]
            new.runs[slot] = old.runs[i]


@step
def add_pair(table, key):
    """Count a pair once more."""
    slot = find_key(table.keys, key)
    if table.keys[slot] == uint64(0):
        table.keys[slot] = key
        table.sizes[0] += 1
    table.counts[slot] += 1


@kernel
def count_pairs(text, connectors, share, table, state, stop):
    """Count the pairs of a share that end before position `stop`. Ends early where the table is full."""
    ids, offsets = text.ids, text.sentence_offsets
    position, sentence = state[POSITION], state[SENTENCE]
    previous, run = state[PREVIOUS], state[GAP]
    end = offsets[sentence + 1]
    bits = uint64(share.word_bits)
    most = int64(len(table.keys)) * 3 // 4 - _BATCH
    while position < stop and table.sizes[0] <= most:
        for _ in range(min(_BATCH, stop - position)):
            if position == end:
                sentence += 1
                end = offsets[sentence + 1]
                previous, run = int64(-1), int64(0)
            word = ids[position]
            position += 1
            if connectors.is_connector[word]:
                if previous >= 0:
                    run = int64(connectors.runs[find_key(connectors.keys, edge_key(run + 1, word))])
                continue
            if previous >= 0 and share.first_run <= run < share.stop_run:
                pair = uint64(run - share.first_run) << (bits + bits) | uint64(previous) << bits | uint64(word)
                upper = int64(mix(pair + uint64(1)) >> uint64(32))
                if share.low <= upper < share.high:
                    add_pair(table, pair + uint64(1))
            previous, run = int64(word), int64(0)
    state[POSITION], state[SENTENCE] = position, sentence
    state[PREVIOUS], state[GAP] = previous, run


@kernel
def refill_pairs(old, new):
    """Move all pairs into a larger, empty table."""
    for i in range(len(old.keys)):
        if old.keys[i] != uint64(0):
            slot = find_key(new.keys, old.keys[i])
            new.keys[slot] = old.keys[i]
            new.counts[slot] = old.counts[i]
    new.sizes[0] = old.sizes[0]


@kernel
def count_ids(ids, origin, counts, first):
    """Count the words, and note in `first` where those that have not been seen before occur: at origin + index."""
    for i in range(len(ids)):
        if counts[ids[i]] == 0:
            first[ids[i]] = origin + i
        counts[ids[i]] += 1


# ---------------------------------------------------------------- joining


@kernel
def add_phrases(words, ends, joined, tree):
    """Add phrases to the tree: phrase p is words[ends[p - 1] : ends[p]] and becomes the word joined[p].

    tree : with as many free nodes, and four times as many slots, as there are words. Of equal phrases the first counts.
    """
    start = int64(0)
    for phrase in range(len(ends)):
        if tree.first[words[start]] == 0:
            tree.first[words[start]] = tree.sizes[0]
            tree.sizes[0] += 1
        node = tree.first[words[start]]
        for i in range(start + 1, ends[phrase]):
            key = edge_key(node, words[i])
            slot = find_key(tree.keys, key)
            if tree.keys[slot] == uint64(0):
                tree.keys[slot] = key
                tree.nodes[slot] = tree.sizes[0]
                tree.sizes[0] += 1
            node = tree.nodes[slot]
        if tree.joined[node] < 0:
            tree.joined[node] = joined[phrase]
        start = int64(ends[phrase])


@step
def longest_match(ids, i, end, tree):
    """The longest phrase that begins at i: the word that it becomes, and where it ends; -1 where there is none.

    Words beyond tree.first begin no phrase.
    """
    node = tree.first[ids[i]] if ids[i] < len(tree.first) else 0
    found, stop = int64(-1), i + 1
    i += 1
    while node != 0 and i < end:
        slot = find_key(tree.keys, edge_key(node, ids[i]))
        node = tree.nodes[slot]
        i += 1
        if node != 0 and tree.joined[node] >= 0:
            found, stop = int64(tree.joined[node]), i
    return found, stop


@kernel
def join_phrases(ids, offsets, tree, joined, new_offsets):
    """Replace phrases from left to right, at each word the longest one; returns how many words there are then.

    joined, new_offsets : filled; as long as ids and offsets, and may be the same arrays.
    """
    n = int64(0)
    i = offsets[0]
    new_offsets[0] = 0
    for sentence in range(len(offsets) - 1):
        end = offsets[sentence + 1]
        while i < end:
            found, stop = longest_match(ids, i, end, tree)
            joined[n] = found if found >= 0 else ids[i]
            n += 1
            i = stop
        new_offsets[sentence + 1] = n
    return n


@kernel
def find_matches(ids, offsets, tree, starts, stops, words):
    """All positions where a phrase begins, with its end and the word it becomes; phrases may overlap.

    starts, stops, words : filled; as long as ids. Returns how many there are.
    """
    n = 0
    for sentence in range(len(offsets) - 1):
        end = offsets[sentence + 1]
        for i in range(offsets[sentence], end):
            found, stop = longest_match(ids, i, end, tree)
            if found >= 0:
                starts[n], stops[n], words[n] = i, stop, found
                n += 1
    return n


@kernel
def choose_matches(order, starts, stops, is_taken, is_chosen):
    """Choose matches in the given order, each unless it overlaps one that was chosen before.

    is_taken : zeros, one for each word of the text; overwritten.    is_chosen : filled, one for each match.
    """
    for match in order:
        is_free = True
        for i in range(starts[match], stops[match]):
            if is_taken[i]:
                is_free = False
        is_chosen[match] = is_free
        if is_free:
            for i in range(starts[match], stops[match]):
                is_taken[i] = 1


@kernel
def replace_matches(ids, offsets, matches, joined, new_offsets):
    """Replace the matches (starts, stops, words), sorted and without overlaps; as join_phrases."""
    starts, stops, words = matches
    n = int64(0)
    match = 0
    i = offsets[0]
    new_offsets[0] = 0
    for sentence in range(len(offsets) - 1):
        end = offsets[sentence + 1]
        while i < end:
            if match < len(starts) and starts[match] == i:
                joined[n] = words[match]
                i = stops[match]
                match += 1
            else:
                joined[n] = ids[i]
                i += 1
            n += 1
        new_offsets[sentence + 1] = n
    return n
