"""Where items occur: their positions in all sequences, the sequences that have them, and sequences without repeats.

Shapes     T events of N items in S sequences.
Memory     the caller's; starts (N + 1,) int64 is filled with the counts of items, summed: item i has starts[i] …
           starts[i + 1] - 1.
"""

from numba import int32

from firth.kernels.compile import kernel

__all__ = ["distinct_items", "events_of_items", "sequences_of_items"]


@kernel
def distinct_items(sequences, last, ids, offsets):
    """The different items of each sequence, in order of first appearance; returns how many there are in all.

    last : (N,) int64, -1; overwritten.    ids : (T,) int32, filled.    offsets : (S + 1,) int64, filled.
    """
    n = 0
    offsets[0] = 0
    for sequence in range(len(sequences.sentence_offsets) - 1):
        for position in range(sequences.sentence_offsets[sequence], sequences.sentence_offsets[sequence + 1]):
            item = sequences.ids[position]
            if last[item] != sequence:
                last[item] = sequence
                ids[n] = item
                n += 1
        offsets[sequence + 1] = n
    return n


@kernel
def events_of_items(ids, starts, next_slot, positions):
    """positions[starts[i] : starts[i + 1]] = where item i occurs in `ids`, ascending.

    next_slot : (N,) int64, a copy of starts[:-1]; overwritten.    positions : (T,) int64, filled.
    """
    for position in range(len(ids)):
        item = ids[position]
        positions[next_slot[item]] = position
        next_slot[item] += 1


@kernel
def sequences_of_items(sequences, next_slot, found):
    """found[starts[i] : starts[i + 1]] = the sequences that have item i, ascending; no sequence has an item twice.

    next_slot : (N,) int64, a copy of starts[:-1]; overwritten.    found : (T,) int32, filled.
    """
    for sequence in range(len(sequences.sentence_offsets) - 1):
        for position in range(sequences.sentence_offsets[sequence], sequences.sentence_offsets[sequence + 1]):
            item = sequences.ids[position]
            found[next_slot[item]] = int32(sequence)
            next_slot[item] += 1
