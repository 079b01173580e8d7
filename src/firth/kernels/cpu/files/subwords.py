"""The vectors of known words of a fastText model: the mean of a word's own row and those of its n-grams.

Slow twins  formats/subwords.py (the n-grams and their hashes), formats/ngram_means.py (the mean).
Shapes      V words end to end in text (bytes,) uint8, each up to ends (V,) int64; the table has V + B rows of D
            float32. vectors (V, D) float32 is filled.
Threads     share the table and fill rows of their own.
"""

import numpy as np
from numba import float32, int64, uint8, uint32

from firth.kernels.compile import kernel, step
from firth.simd.bytes import load_float
from firth.simd.memory import prefetch

__all__ = ["ROOM", "average_ngrams", "first_not_finite"]

ROOM = 256  # rows of n-grams that wait to be added; a longer word is added in parts
AHEAD = 4  # rows asked for before they are added: twice as fast as without; 1 to 16 are alike
CACHE_LINE_BYTES = 64

OFFSET_BASIS, PRIME = uint32(2166136261), uint32(16777619)
LESS_THAN, GREATER_THAN = uint8(ord("<")), uint8(ord(">"))
EXPONENT = 0x7F800000  # all ones in numbers that are infinite or none

NONE = -1


@step
def marked_byte(text, begin, end, i):
    """Byte i of the word text[begin:end] between < and >."""
    if i == 0:
        return LESS_THAN
    return text[begin + i - 1] if begin + i - 1 < end else GREATER_THAN


@step
def is_continuation(byte):
    """Whether a byte goes on with a character of UTF-8."""
    return byte & uint8(0xC0) == uint8(0x80)


@step
def hash_byte(value, byte):
    """One step of FNV-1a as fastText computes it: bytes beyond ASCII count as negative numbers."""
    signed = uint32(byte) | uint32(0xFFFFFF00) if byte >= 0x80 else uint32(byte)
    return uint32((value ^ signed) * PRIME)


@step
def is_end_of_sentence(text, begin, end):
    """Whether the word is </s>, which has no n-grams."""
    return (
        end - begin == 4
        and text[begin] == ord("<")
        and text[begin + 1] == ord("/")
        and text[begin + 2] == ord("s")
        and text[begin + 3] == ord(">")
    )


@step
def row_offset(table, row, row_bytes):
    """The byte where a row begins."""
    return table.start + row * row_bytes


@step
def add_rows(table, rows, n, total):
    """Add the first n rows that wait to the total."""
    row_bytes = 4 * total.shape[0]
    for k in range(min(AHEAD, n)):
        ask_for(table, rows[k], row_bytes)
    for k in range(n):
        if k + AHEAD < n:
            ask_for(table, rows[k + AHEAD], row_bytes)
        offset = row_offset(table, rows[k], row_bytes)
        for d in range(total.shape[0]):
            total[d] += load_float(table.content, offset + 4 * d)


@step
def ask_for(table, row, row_bytes):
    """Begin to bring a row into the cache."""
    offset = row_offset(table, row, row_bytes)
    for line in range(0, row_bytes, CACHE_LINE_BYTES):
        prefetch(table.content, offset + line)


@step
def add_word(text, begin, end, table, rows, total):
    """Add the rows of all n-grams of a word to the total; returns how many they are."""
    length = end - begin + 2  # with < and >
    waiting, added = 0, 0
    for start in range(length):
        if is_continuation(marked_byte(text, begin, end, start)):
            continue
        value, i = OFFSET_BASIS, start
        for characters in range(1, table.max_length + 1):
            if i == length:
                break
            value = hash_byte(value, marked_byte(text, begin, end, i))
            i += 1
            while i < length and is_continuation(marked_byte(text, begin, end, i)):
                value = hash_byte(value, marked_byte(text, begin, end, i))
                i += 1
            marker_alone = characters == 1 and (start == 0 or i == length)
            if characters < table.min_length or marker_alone:
                continue
            if waiting == ROOM:
                add_rows(table, rows, waiting, total)
                added += waiting
                waiting = 0
            rows[waiting] = table.n_words + int64(value) % table.n_buckets
            waiting += 1
    add_rows(table, rows, waiting, total)
    return added + waiting


@kernel
def average_ngrams(text, ends, table, first, last, rows, vectors):
    """Fill vectors[first:last]; rows (ROOM,) int64 is room to work in."""
    row_bytes = 4 * vectors.shape[1]
    for word in range(first, last):
        begin = ends[word - 1] if word > 0 else 0
        total = vectors[word]
        offset = row_offset(table, word, row_bytes)
        for d in range(total.shape[0]):
            total[d] = load_float(table.content, offset + 4 * d)
        if table.n_buckets == 0 or is_end_of_sentence(text, begin, ends[word]):
            continue
        n_ngrams = add_word(text, begin, ends[word], table, rows, total)
        share = float32(1.0 / (1 + n_ngrams))
        for d in range(total.shape[0]):
            total[d] *= share


@kernel
def first_not_finite(content, start, count):
    """The index of the first of `count` numbers from byte `start` on that is infinite or none, or NONE.

    Blocks are only counted, which LLVM does many at a time; a block with a wrong number is searched.
    """
    block = 4096
    for first in range(0, count, block):
        last = min(first + block, count)
        wrong = 0
        for i in range(first, last):
            bits = np.float32(load_float(content, start + 4 * i)).view(np.int32)
            wrong += (bits & EXPONENT) == EXPONENT
        if wrong > 0:
            for i in range(first, last):
                bits = np.float32(load_float(content, start + 4 * i)).view(np.int32)
                if (bits & EXPONENT) == EXPONENT:
                    return i
    return NONE
