"""Clean text to word ids: find the words, number them by first appearance, count them.

Clean text is described in unicode.py: bytes above 32 form words, spaces separate them, a newline ends a sentence.
A stream is int32: the provisional id of each word in order, and END_OF_SENTENCE after the last word of a sentence.

Reference   encode() in tests/unit/corpus/conftest.py
Memory      words are numbered in a hash table of the caller's (kernels.arguments.WordArrays), one per thread. Kernels
            never allocate: when the table is full they stop; the caller enlarges it and calls again.
"""

from numba import int64, uint64

from firth.kernels.compile import kernel, step
from firth.simd.bytes import BLOCK, bits_between, load_eight, trailing_zeros

__all__ = [
    "CLOSED",
    "END_OF_SENTENCE",
    "PADDING",
    "SCRATCH",
    "SEED",
    "UNKNOWN",
    "UNKNOWN_SEEN",
    "WORDS",
]
__all__ += ["keep_known", "number_words", "refill_slots", "renumber_ids"]

END_OF_SENTENCE = -1
UNKNOWN = -2  # a word that is not in a closed table

PADDING = 2 * BLOCK  # spaces behind clean text, and spare bytes behind the arena: loads reach that far ahead
SCRATCH = 1024  # bytes of text whose word edges are found before their words are looked up; they stay in L1

# The entries of WordArrays.sizes.
WORDS = 0  # words in the table
CLOSED = 1  # 1: unknown words are not added
UNKNOWN_SEEN = 2  # occurrences of unknown words, where closed
SEED = 3  # changes the hashes: nobody can write a text whose words all want the same slot

_FULL = -3
_LENGTH_SHIFT = 32
_WORD_BITS = 0xFFFFFFFF


@step
def mix(bits):
    """Spread every bit over all others; different inputs give different outputs."""
    bits = (bits ^ bits >> uint64(32)) * uint64(0x9FB21C651E98DF25)
    return (bits ^ bits >> uint64(29)) * uint64(0xBF58476D1CE4E5B9)


@step
def hash_word(text, start, end, seed):
    """A 64-bit hash; different words of up to 8 bytes never share one under the same seed.

    The first 16 bytes are hashed without a branch: most words are shorter, and a branch on the length would be
    mispredicted at a higher cost than the work it saves.
    """
    length = end - start
    every_bit = uint64(0xFFFFFFFFFFFFFFFF)
    head = seed ^ load_eight(text, start) & every_bit >> uint64(64 - 8 * min(length, 8))
    tail = load_eight(text, start + 8) & every_bit >> uint64(-8 * length & 63)
    long = uint64(length > 8)
    if length <= 16:
        return mix(mix(head) ^ tail * long)
    result = mix(mix(head) ^ load_eight(text, start + 8))
    for i in range(start + 16, end - 7, 8):
        result = mix(result ^ load_eight(text, i))
    rest = length & 7
    if rest:
        result = mix(result ^ load_eight(text, end - rest) & every_bit >> uint64(64 - 8 * rest))
    return result


@step
def same_bytes(a, start_a, b, start_b, length):
    """Whether two stretches of text are equal."""
    i = 0
    while i + 8 <= length:
        if load_eight(a, start_a + i) != load_eight(b, start_b + i):
            return False
        i += 8
    rest = length - i
    if rest == 0:
        return True
    different = load_eight(a, start_a + i) ^ load_eight(b, start_b + i)
    return different << uint64(64 - 8 * rest) == 0


@step
def find_word(slots, ends, arena, hash_, text, start, end):
    """The id of text[start:end]; for a word that is not in the table, -1 - the empty slot it would take."""
    mask = int64(len(slots) - 1)
    length = end - start
    slot = int64(hash_ << uint64(1)) & mask
    while True:
        entry = slots[slot + 1]
        if entry == 0:
            return -1 - slot
        if slots[slot] == hash_ and int64(entry >> uint64(_LENGTH_SHIFT)) == length:
            word = int64(entry & uint64(_WORD_BITS)) - 1
            if length <= 8 or same_bytes(arena, ends[word], text, start, length):
                return word
        slot = (slot + 2) & mask


@step
def add_word(table, slot, hash_, text, start, end, position):
    """Put a new word into the slot that find_word returned; its id, or _FULL."""
    word = table.sizes[WORDS]
    begin = table.ends[word]
    length = end - start
    if word >= len(table.counts) or begin + length + PADDING > len(table.arena):
        return _FULL
    for i in range(length):
        table.arena[begin + i] = text[start + i]
    table.slots[slot] = hash_
    table.slots[slot + 1] = uint64(length) << uint64(_LENGTH_SHIFT) | uint64(word + 1)
    table.counts[word] = 0
    table.first[word] = position
    table.ends[word + 1] = begin + length
    table.sizes[WORDS] = word + 1
    return word


@step
def find_edges(clean, at, limit, edges, n_edges, newlines):
    """List where words start and stop (in turn), and where newlines are, from `at` to a block boundary >= limit.

    Returns where it stopped and how many edges and newlines there are.
    """
    inside = uint64(n_edges & 1)
    n_newlines = 0
    while at < limit:
        words = ~bits_between(clean, at, 0, 32)
        changes = words ^ (words << uint64(1) | inside)
        inside = words >> uint64(63)
        while changes != 0:
            edges[n_edges] = at + trailing_zeros(changes)
            n_edges += 1
            changes &= changes - uint64(1)
        ends = bits_between(clean, at, ord("\n"), ord("\n"))
        while ends != 0:
            newlines[n_newlines] = at + trailing_zeros(ends)
            n_newlines += 1
            ends &= ends - uint64(1)
        at += BLOCK
    return at, n_edges, n_newlines


@step
def end_sentence(stream, n):
    """Write END_OF_SENTENCE unless the stream already ends with one."""
    stream[n] = END_OF_SENTENCE
    return n + (n == 0 or stream[n - 1] != END_OF_SENTENCE)


@kernel
def number_words(text, at, end, table, stream, n, workspace):
    """Write the ids of the words of text.content[at:end] to stream[n:], which must hold end - at + 2 more.

    text, table, workspace : kernels.arguments.CleanText, WordArrays and EdgeWorkspace.
    Stops before a word that reaches `end`, as it may continue there, and before a new word if the table is full.
    Returns where it stopped, the new n, and whether the table is full.
    """
    clean, edges, newlines = text.content, workspace.edges, workspace.newlines
    slots, counts, ends, arena = table.slots, table.counts, table.ends, table.arena
    closed, seed = table.sizes[CLOSED], uint64(table.sizes[SEED])
    n_edges = int64(0)
    while at <= end:
        at, n_edges, n_newlines = find_edges(clean, at, min(at + SCRATCH, end + 1), edges, n_edges, newlines)
        next_newline = 0
        for i in range(0, n_edges - 1, 2):
            start, stop = edges[i], edges[i + 1]
            while next_newline < n_newlines and newlines[next_newline] < start:
                n = end_sentence(stream, n)
                next_newline += 1
            if stop >= end:
                return start, n, False
            hash_ = hash_word(clean, start, stop, seed)
            word = find_word(slots, ends, arena, hash_, clean, start, stop)
            if word < 0:
                if closed:
                    table.sizes[UNKNOWN_SEEN] += 1
                    continue
                word = add_word(table, -1 - word, hash_, clean, start, stop, text.origin + start)
                if word == _FULL:
                    return start, n, True
            counts[word] += 1
            stream[n] = word
            n += 1
        for _ in range(next_newline, n_newlines):
            n = end_sentence(stream, n)
        # A word that continues behind these bytes is looked up together with the next ones.
        if n_edges & 1:
            edges[0] = edges[n_edges - 1]
        n_edges &= 1
    return end, n, False


@kernel
def refill_slots(old, slots):
    """Move all words into a larger, empty array of slots."""
    mask = int64(len(slots) - 1)
    for i in range(0, len(old), 2):
        if old[i + 1] != 0:
            slot = int64(old[i] << uint64(1)) & mask
            while slots[slot + 1] != 0:
                slot = (slot + 2) & mask
            slots[slot] = old[i]
            slots[slot + 1] = old[i + 1]


@kernel
def keep_known(stream, final_ids, before, last_end, ids, ends):
    """Turn provisional ids into final ones; words whose final id is negative, and empty sentences, are dropped.

    before : ids written for earlier streams.    last_end : where the last sentence ended.
    ids, ends : filled; each must hold one number more than is kept.
    Returns how many ids and how many sentence ends are kept.
    """
    n = 0
    n_ends = 0
    for word in stream:
        if word >= 0:
            final = final_ids[word]
            ids[n] = final
            n += final >= 0
        elif word == END_OF_SENTENCE:
            ends[n_ends] = before + n
            n_ends += before + n > last_end
            last_end = before + n
    return n, n_ends


@kernel
def renumber_ids(ids, offsets, final_ids, before, kept, ends):
    """The same for ids and the offsets of sentences.

    before : ids kept of earlier text.    kept, ends : filled; each must hold as many numbers as there may be.
    Returns how many ids and how many sentence ends are kept.
    """
    n = 0
    n_ends = 0
    for sentence in range(len(offsets) - 1):
        begin = n
        for i in range(offsets[sentence], offsets[sentence + 1]):
            final = final_ids[ids[i]]
            kept[n] = final
            n += final >= 0
        if n > begin:
            ends[n_ends] = before + n
            n_ends += 1
    return n, n_ends
