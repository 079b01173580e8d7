"""Raw bytes to clean text: UTF-8 decoded, classified, lower-cased for "words"; invalid bytes replaced and counted.

Clean text is what tokens.py reads: words made of bytes above 32, spaces between them, a newline where a sentence
ends, and no other byte. A control character inside a word (only the whitespace tokenizer allows any)
is written as the two bytes C0 and 80 + c, which no valid text contains.

What a code point does is looked up in a table of uint64 (1,114,112,), which corpus/code_points.py fills:

    bits 56..58  its class, see below; 0 where the table is not filled yet
    bits 28..48  second code point of its lower case, or 0
    bits  0..20  the code point to write

Reference   firth.corpus.tokenizers.tokenize_line, and decode() in tests/unit/corpus/conftest.py
"""

from numba import int64, uint8, uint64

from firth.kernels.compile import kernel, step
from firth.simd.bytes import BLOCK, bits_between, store_kept

__all__ = ["APOSTROPHE", "CONTROL_ESCAPE", "INVISIBLE", "LETTER", "MARK", "NEWLINE", "SEPARATOR"]
__all__ += ["GROWTH", "INSIDE", "INVALID_BYTES", "MISSING", "clean_text"]

# Classes of code points.
SEPARATOR = 1  # ends a word
NEWLINE = 2  # ends a word and a sentence
LETTER = 3  # starts or continues a word (letters, digits)
MARK = 4  # continues a word, never starts one
APOSTROPHE = 5  # kept between a letter or mark and a letter
INVISIBLE = 6  # left out; does not end a word

CLASS_SHIFT = 56
SECOND_SHIFT = 28
CODE_POINT_BITS = 0x1FFFFF
REPLACEMENT = 0xFFFD
CONTROL_ESCAPE = 0xC0

# The entries of `state` (int64), which is kept from one block of bytes to the next.
INSIDE = 0  # OUTSIDE, WORD or WAITING
INVALID_BYTES = 1  # bytes replaced so far
MISSING = 2  # a code point whose table entry must be filled before clean_text is called again, or -1

OUTSIDE = 0  # between words
WORD = 1  # in a word
WAITING = 2  # in a word, and an apostrophe waits for the next letter

GROWTH = 3  # clean text is at most this many times longer than raw: an invalid byte becomes the three of U+FFFD

_INVALID = -1


@step
def follow_range(lead, i):
    """The lowest and highest byte allowed i bytes after `lead` (Unicode 16, table 3-7)."""
    low, high = 0x80, 0xBF
    if i == 1:
        if lead == 0xE0:
            low = 0xA0
        elif lead == 0xED:
            high = 0x9F
        elif lead == 0xF0:
            low = 0x90
        elif lead == 0xF4:
            high = 0x8F
    return low, high


@step
def decode(raw, at, end):
    """The code point at raw[at] and its length in bytes; length 0 if it continues behind `end`.

    An invalid sequence is _INVALID with the length that Python would replace by one U+FFFD.
    """
    lead = int64(raw[at])
    if lead < 0x80:
        return lead, 1
    if lead < 0xC2 or lead > 0xF4:
        return _INVALID, 1
    followers = 1 + (lead >= 0xE0) + (lead >= 0xF0)
    code_point = lead & (0x3F >> followers)
    for i in range(1, followers + 1):
        if at + i >= end:
            return _INVALID, 0
        byte = int64(raw[at + i])
        low, high = follow_range(lead, i)
        if byte < low or byte > high:
            return _INVALID, i
        code_point = code_point << 6 | byte & 0x3F
    return code_point, followers + 1


@step
def encode(clean, n, code_point):
    """Write a code point at clean[n]; returns where the next one goes."""
    if code_point < 0x80:
        if code_point < 32:
            clean[n] = CONTROL_ESCAPE
            n += 1
            code_point |= 0x80
        clean[n] = code_point
        return n + 1
    if code_point < 0x800:
        clean[n] = 0xC0 | code_point >> 6
    else:
        if code_point < 0x10000:
            clean[n] = 0xE0 | code_point >> 12
        else:
            clean[n] = 0xF0 | code_point >> 18
            n += 1
            clean[n] = 0x80 | code_point >> 12 & 0x3F
        n += 1
        clean[n] = 0x80 | code_point >> 6 & 0x3F
    clean[n + 1] = 0x80 | code_point & 0x3F
    return n + 2


@step
def put_code_point(clean, n, entry, inside):
    """Write what a code point contributes to the text; returns where the next byte goes and the new state."""
    kind = entry >> CLASS_SHIFT
    if kind == INVISIBLE:
        return n, inside
    if kind == LETTER or (kind == MARK and inside == WORD):
        if inside == WAITING:
            clean[n] = ord("'")
            n += 1
        while True:
            n = encode(clean, n, entry & CODE_POINT_BITS)
            entry = entry >> SECOND_SHIFT & CODE_POINT_BITS
            if entry == 0:
                return n, WORD
    if kind == APOSTROPHE and inside == WORD:
        return n, WAITING
    if kind == NEWLINE:
        clean[n] = ord("\n")
        return n + 1, OUTSIDE
    clean[n] = ord(" ")
    return n + (inside != OUTSIDE), OUTSIDE


@step
def plain_words(raw, at, inside):
    """Whether a block of 64 bytes needs no decoding, and which of them belong to words (tokenizer "words")."""
    apostrophes = bits_between(raw, at, ord("'"), ord("'"))
    beyond_ascii = bits_between(raw, at, 0x80, 0xFF)
    # An apostrophe at the end of the block depends on what follows it.
    plain = beyond_ascii == 0 and apostrophes >> uint64(63) == 0 and inside != WAITING
    letters = bits_between(raw, at, ord("a"), ord("z")) | bits_between(raw, at, ord("A"), ord("Z"))
    letters |= bits_between(raw, at, ord("0"), ord("9"))
    before = letters << uint64(1) | uint64(inside == WORD)
    behind = letters >> uint64(1)
    return plain, letters | apostrophes & before & behind


@step
def plain_whitespace(raw, at):
    """The same for the tokenizer "whitespace"; the bytes that Python's str.split() splits at are 9-13 and 28-32."""
    beyond_ascii = bits_between(raw, at, 0x80, 0xFF)
    low = bits_between(raw, at, 0, 32)
    spaces = bits_between(raw, at, 9, 13) | bits_between(raw, at, 28, 32)
    return beyond_ascii == 0 and low == spaces, ~spaces


@kernel
def clean_text(raw, at, end, clean, n, table, state):
    """Turn raw[at:end] into clean text at clean[n:], which must hold GROWTH times the bytes and 64 more.

    table : kernels.arguments.CodePointTable.
    Stops at a character that continues behind `end`, and at a code point that is not in the table: state[MISSING].
    Returns the new at and n. Plain ASCII, 64 bytes at once, takes a tenth of the time that decoding takes.
    """
    words_only = table.words_only
    case_bit = uint8(32 * words_only)
    inside = state[INSIDE]
    while at < end:
        plain, kept = False, uint64(0)
        if at + BLOCK <= end:
            plain, kept = plain_words(raw, at, inside) if words_only else plain_whitespace(raw, at)
        if plain:
            store_kept(clean, n, raw, at, kept, case_bit)
            inside = int64(kept >> uint64(63))
            at += BLOCK
            n += BLOCK
            continue
        stop = min(at + BLOCK, end)
        while at < stop:
            code_point, length = decode(raw, at, end)
            if length == 0:
                state[INSIDE] = inside
                return at, n
            invalid = code_point == _INVALID
            code_point = REPLACEMENT if invalid else code_point
            entry = int64(table.entries[code_point])
            if entry == 0:
                state[MISSING] = code_point
                state[INSIDE] = inside
                return at, n
            state[INVALID_BYTES] += length * invalid
            n, inside = put_code_point(clean, n, entry, inside)
            at += length
    state[INSIDE] = inside
    return at, n
