"""The character n-grams of a word, as rows of a matrix: fastText's hashing.

A word is written between < and >; its n-grams of min_length to max_length characters are hashed to n_buckets rows.
Reference   firth.subwords.ngrams.ngram_hashes
Shapes      the word is text[begin:end], UTF-8 in (bytes,) uint8; rows (R,) int64 is filled.
"""

from numba import int64, uint8, uint32

from firth.kernels.compile import step

__all__ = ["is_end_of_sentence", "list_ngrams"]

OFFSET_BASIS, PRIME = uint32(2166136261), uint32(16777619)  # of the 32-bit FNV-1a hash
LESS_THAN, GREATER_THAN = uint8(ord("<")), uint8(ord(">"))


@step
def marked_byte(text, begin, end, i):
    """Byte i of the word text[begin:end] between < and >."""
    if i == 0:
        return LESS_THAN
    return text[begin + i - 1] if begin + i - 1 < end else GREATER_THAN


@step
def is_continuation(byte):
    """Whether a byte continues a character of UTF-8."""
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
def list_ngrams(text, begin, end, ngrams, start, rows):
    """Fill `rows` with the rows of the word's n-grams that begin at byte `start` of the marked word or behind it.

    ngrams : kernels.arguments.Ngrams. It must be possible to list those of one start: max_length - min_length + 1 rows.
    Returns how many rows were filled, and the start to continue from: -1 after the last. A word of any length is
    listed in parts, so that `rows` can stay small enough for the L1 cache.
    """
    length = end - begin + 2  # with < and >
    per_start = ngrams.max_length - ngrams.min_length + 1
    listed = int64(0)
    while start < length:
        if is_continuation(marked_byte(text, begin, end, start)):
            start += 1
            continue
        if listed + per_start > rows.shape[0]:
            return listed, start
        value, i = OFFSET_BASIS, start
        for characters in range(1, ngrams.max_length + 1):
            if i == length:
                break
            value = hash_byte(value, marked_byte(text, begin, end, i))
            i += 1
            while i < length and is_continuation(marked_byte(text, begin, end, i)):
                value = hash_byte(value, marked_byte(text, begin, end, i))
                i += 1
            marker_alone = characters == 1 and (start == 0 or i == length)
            if characters >= ngrams.min_length and not marker_alone:
                rows[listed] = ngrams.first_row + int64(value) % ngrams.n_buckets
                listed += 1
        start += 1
    return listed, int64(-1)
