"""Lines "word number number …" into words and float32: the fast path of every text format.

Only the plain case is handled: a word without blanks, then exactly D ordinary decimal numbers, separated by spaces or
tabs. At any other line the kernel stops and returns its position; the parser in Python reads that line, or raises.

Reference   firth.formats.text_vectors_parser.parse_line
Rounding    Up to 19 digits w become an integer and a power of ten; w * 10^e in float64 is accurate to 3 units in the
            last place. float32 keeps 29 bits fewer, so rounding once more is correct unless the float64 lies within a
            few units of the midpoint between two float32 numbers: about one number in 2^25, left to the reference.
Shapes      text (bytes,) uint8 is read; the arrays of kernels.arguments.ParsedLines are filled. The last line is
            followed by a line end and LINE_PADDING - 1 more bytes: nothing else marks the end of the text.
"""

import numpy as np
from numba import float32, float64, int64, uint64

from firth.kernels.arguments import HASH_PRIME
from firth.kernels.compile import kernel, step
from firth.simd.bytes import load_eight, trailing_zeros

__all__ = ["parse_lines"]

SPACE, TAB, NEWLINE, RETURN = 32, 9, 10, 13
PLUS, MINUS, POINT, E = 43, 45, 46, 101
LOWER = 32  # the bit that makes an ASCII letter lower-case

MOST_DIGITS = 19  # any 19 digits fit uint64
LARGEST_POWER = 60
POWERS = np.array([float(f"1e{i}") for i in range(-LARGEST_POWER, LARGEST_POWER + 1)])  # correctly rounded by Python

# Eight characters in one register.
EIGHT_ZEROS = uint64(0x3030303030303030)
UP_FROM_TEN = uint64(0x7676767676767676)  # added to a byte, it sets the highest bit if the byte is above nine
HIGH_BITS = uint64(0x8080808080808080)
TENS = np.array([10**i for i in range(9)], np.uint64)
SMALLEST, LARGEST = 1e-37, 3e38  # inside float32's normal range

DROPPED_BITS = 0x1FFFFFFF  # the 29 bits of float64's fraction that float32 does not have
MIDDLE = 0x10000000
DOUBT = 8  # units in the last place; the error is at most 3

NOT_PLAIN = -1


@step
def parse_number(text, i):
    """The number that begins at i and where it ends, or NOT_PLAIN."""
    failure = float32(0.0), int64(NOT_PLAIN)
    negative = text[i] == MINUS
    i += has_sign(text, i)
    mantissa, digits = parse_digits(text, i, uint64(0))
    i += digits
    power = 0
    if text[i] == POINT:
        mantissa, decimals = parse_digits(text, i + 1, mantissa)
        i += 1 + decimals
        digits += decimals
        power = -decimals
    if not 0 < digits <= MOST_DIGITS:
        return failure
    if (text[i] | LOWER) == E:
        exponent, i = parse_exponent(text, i + 1)
        if i == NOT_PLAIN:
            return failure
        power += exponent
    if mantissa == 0:
        return float32(-0.0) if negative else float32(0.0), i
    if abs(power) > LARGEST_POWER:
        return failure
    value = float64(mantissa) * POWERS[LARGEST_POWER + power]
    if is_doubtful(value):
        return failure
    return float32(-value if negative else value), i


@step
def has_sign(text, i):
    """1 where a sign precedes the digits, otherwise 0."""
    return int64(text[i] == MINUS) + int64(text[i] == PLUS)


@step
def parse_digits(text, i, mantissa):
    """The digits from i on appended to those of the mantissa, and their number; eight at a time.

    Their number is computed without a branch: the end of a loop over single digits is mispredicted, and parsing took
    1.7 times as long.
    """
    total = int64(0)
    while True:
        digits = load_eight(text, i + total) ^ EIGHT_ZEROS
        others = (digits | (digits + UP_FROM_TEN)) & HIGH_BITS
        count = int64(trailing_zeros(others)) >> 3 if others != 0 else int64(8)
        if count == 0:
            return mantissa, total
        # Digits 1234 become 00001234; then adjacent groups are joined: 8 of one digit, 4 of two, 2 of four.
        digits <<= uint64(64 - 8 * count)
        digits = (digits * uint64(10 << 8 | 1)) >> uint64(8) & uint64(0x00FF00FF00FF00FF)
        digits = (digits * uint64(100 << 16 | 1)) >> uint64(16) & uint64(0x0000FFFF0000FFFF)
        digits = (digits * uint64(10_000 << 32 | 1)) >> uint64(32)
        mantissa = mantissa * TENS[count] + digits
        total += count
        if count < 8:
            return mantissa, total


@step
def is_doubtful(value):
    """Whether a positive float64 may round wrongly: near a midpoint, or not normal in float32."""
    dropped = np.float64(value).view(np.int64) & DROPPED_BITS
    return value < SMALLEST or value > LARGEST or abs(dropped - MIDDLE) <= DOUBT


@step
def parse_exponent(text, i):
    """The whole number after an e, and where it ends."""
    negative = text[i] == MINUS
    i += has_sign(text, i)
    exponent, digits = parse_digits(text, i, uint64(0))
    if not 0 < digits < 4:
        return int64(0), int64(NOT_PLAIN)
    return -int64(exponent) if negative else int64(exponent), i + digits


@step
def is_blank(character):
    """Whether a character separates numbers (a carriage return: only before a newline)."""
    return character in (SPACE, TAB, RETURN)


@step
def parse_row(text, i, row):
    """Fill row (D,) with exactly D plain numbers from i on; where the line ends, or NOT_PLAIN."""
    for d in range(row.shape[0]):
        if not is_blank(text[i]):
            return int64(NOT_PLAIN)
        while is_blank(text[i]):
            i += 1
        row[d], i = parse_number(text, i)
        if i == NOT_PLAIN:
            return int64(NOT_PLAIN)
    while is_blank(text[i]):
        i += 1
    return i if text[i] == NEWLINE else int64(NOT_PLAIN)


@step
def skip_word(text, i):
    """Where the word that begins at i ends, and its hash: see ParsedLines."""
    word_hash, power = uint64(0), uint64(1)
    while text[i] != NEWLINE and not is_blank(text[i]):
        word_hash += (uint64(text[i]) + uint64(1)) * power
        power *= HASH_PRIME
        i += 1
    return i, word_hash


@kernel
def parse_lines(text, position, line, found):
    """Parse lines from number `line` on, which begins at `position`, until one is not plain.

    `found` is filled. Returns the number of lines parsed so far, and where the next line begins.
    """
    used = found.word_ends[line - 1] if line > 0 else 0
    while line < found.numbers.shape[0]:
        word_end, word_hash = skip_word(text, position)
        end = parse_row(text, word_end, found.numbers[line]) if word_end > position else int64(NOT_PLAIN)
        if end == NOT_PLAIN:
            return line, position
        for i in range(position, word_end):
            found.words[used] = text[i]
            used += 1
        found.word_ends[line] = used
        found.word_hashes[line] = word_hash
        position = end + 1
        line += 1
    return line, position
