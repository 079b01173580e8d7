"""Which rows of a matrix make up each word: its own, and those of the n-grams that occur; and the means of these rows.

Reference   word_parts_in_python() and composed_in_python() in tests/unit/subwords/test_parts.py
Shapes      V words end to end, P different buckets of n-grams that occur in them, N parts of all words together.
            starts (V + 1,) int64: the parts of word w are parts[starts[w] : starts[w + 1]], its own row first.
Threads     count, list and average words of their own; buckets are numbered by one thread.
"""

from numba import float32, int64, uint32, uint64
from numpy import empty, zeros

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.text.ngrams import is_continuation, is_end_of_sentence, list_ngrams
from firth.simd.memory import prefetch

__all__ = ["average_parts", "count_parts", "list_parts", "number_buckets", "place_rows"]

FIRST_SLOTS = 1 << 16  # of the table of buckets, which doubles when it is half full
AHEAD = 16  # buckets whose slots are prefetched before they are looked up
MULTIPLIER = uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: spreads neighbouring numbers


@step
def count_ngrams(text, begin, end, ngrams):
    """How many n-grams list_ngrams lists for a word."""
    if is_end_of_sentence(text, begin, end):
        return int64(0)
    characters = int64(2)  # < and >
    for i in range(begin, end):
        if not is_continuation(text[i]):
            characters += 1
    count = int64(0)
    for length in range(ngrams.min_length, min(ngrams.max_length, characters) + 1):
        count += characters - length + 1
    return count - 2 if ngrams.min_length == 1 else count  # < and > alone are none


@kernel
def count_parts(words, ngrams, first, last, counts):
    """Set counts[first:last] to the number of parts of each word.

    words, ngrams : kernels.arguments.WordBytes and Ngrams.
    """
    for word in range(first, last):
        begin = words.ends[word - 1] if word > 0 else 0
        counts[word] = 1 + count_ngrams(words.text, begin, words.ends[word], ngrams)


@kernel
def list_parts(words, ngrams, first, last, starts, rows, parts):
    """Fill the parts of the words first to last - 1: each word's number, then the bucket of each n-gram.

    ngrams : with first_row 0.
    rows : (R,) int64 workspace, at least the n-grams of one start: max_length - min_length + 1.
    parts : (N,) uint32.
    """
    for word in range(first, last):
        begin, end = words.ends[word - 1] if word > 0 else 0, words.ends[word]
        at = starts[word]
        parts[at] = uint32(word)
        at += 1
        if is_end_of_sentence(words.text, begin, end):
            continue
        start = int64(0)
        while start >= 0:
            listed, start = list_ngrams(words.text, begin, end, ngrams, start, rows)
            for k in range(listed):
                parts[at] = uint32(rows[k])
                at += 1


@step
def first_slot(slots, bucket):
    """Where the search for a bucket begins in the table."""
    return int64((uint64(bucket) * MULTIPLIER) >> uint64(32)) & (slots.shape[0] - 1)


@step
def find_slot(slots, bucket):
    """The slot of a bucket in the table, or the empty one where it belongs.

    slots : (2^n,) uint64 open addressing: bucket << 32 | number + 1, or 0 where empty; never full.
    """
    slot = first_slot(slots, bucket)
    while slots[slot] != 0 and uint32(slots[slot] >> uint64(32)) != bucket:
        slot = (slot + 1) & (slots.shape[0] - 1)
    return slot


@step
def entry(bucket, number):
    """What the table holds for a bucket."""
    return uint64(bucket) << uint64(32) | uint64(number + 1)


@step
def enter_all(slots, found):
    """Enter all buckets into an empty table."""
    for number in range(found.shape[0]):
        slots[find_slot(slots, found[number])] = entry(found[number], number)


@kernel
def number_buckets(starts, parts):
    """Replace each bucket among the parts by its number, by first appearance.

    Returns   (P,) uint32 the buckets by number.
    """
    slots, found, count = zeros(FIRST_SLOTS, uint64), empty(FIRST_SLOTS // 2, uint32), int64(0)
    for word in range(starts.shape[0] - 1):
        for at in range(starts[word] + 1, starts[word + 1]):
            if at + AHEAD < parts.shape[0]:
                prefetch(slots, first_slot(slots, parts[at + AHEAD]))
            bucket = parts[at]
            slot = find_slot(slots, bucket)
            if slots[slot] == 0:
                if count == found.shape[0]:
                    more = empty(2 * count, uint32)
                    more[:count] = found
                    found, slots = more, zeros(4 * count, uint64)
                    enter_all(slots, found[:count])
                    slot = find_slot(slots, bucket)
                found[count] = bucket
                slots[slot] = entry(bucket, count)
                count += 1
            parts[at] = uint32((slots[slot] & uint64(0xFFFFFFFF)) - uint64(1))
    return found[:count].copy()


@kernel
def place_rows(starts, rows, first, last, parts):
    """Replace the number of each bucket among the parts of words first to last - 1 by its row: rows (P,) uint32."""
    for word in range(first, last):
        for at in range(starts[word] + 1, starts[word + 1]):
            parts[at] = rows[parts[at]]


@kernel
def average_parts(starts, parts, rows, first, last, means):
    """Set means[first:last] (V, D) float32 to the mean of each word's parts, summed in their order.

    parts : (N,) int32; rows : (R, D) float32.
    """
    for word in range(first, last):
        total = means[word]
        total[:] = rows[parts[starts[word]]]
        count = starts[word + 1] - starts[word]
        for at in range(starts[word] + 1, starts[word + 1]):
            row = rows[parts[at]]
            for d in range(total.shape[0]):
                total[d] += row[d]
        if count > 1:
            share = float32(1.0 / count)
            for d in range(total.shape[0]):
                total[d] *= share
