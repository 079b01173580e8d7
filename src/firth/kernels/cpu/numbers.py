"""Lines "word number number …" into words and float32: the fast path of every text format.

Only the plain case is handled: a word without blanks, then exactly D ordinary decimal numbers,
separated by spaces or tabs. At any other line the kernel stops and says where, and the careful
reader in Python (formats/text_lines.py, also its slow twin) takes that one line: it understands it
or raises.

Rounding  Up to 19 digits w become an integer and a power of ten; w * 10^e in float64 is within 3
units
          in its last place of the truth. float32 keeps 29 bits fewer, so rounding once more is
          correct unless float64 landed within a few units of the middle between two float32
          numbers: about one number in 2^25, left to the careful reader.
Shapes    text (bytes,) uint8 is read; the arrays of ParsedLines (kernels/arguments.py) are filled.
"""

import numpy as np
from numba import float32, float64, int64, uint8, uint64

from firth.kernels.arguments import HASH_PRIME
from firth.kernels.compile import kernel, step

__all__ = ["parse_lines"]

SPACE, TAB, NEWLINE, RETURN = 32, 9, 10, 13
PLUS, MINUS, POINT, ZERO, E = 43, 45, 46, 48, 101
LOWER = 32  # the bit that makes an ASCII letter lower-case

MOST_DIGITS = 19  # any 19 digits fit uint64
LARGEST_POWER = 60
POWERS = np.array([float(f"1e{i}") for i in range(LARGEST_POWER + 1)])  # correctly rounded by Python
SMALLEST, LARGEST = 1e-37, 3e38  # inside float32's normal range

DROPPED_BITS = 0x1FFFFFFF  # the 29 bits of float64's fraction that float32 has no room for
MIDDLE = 0x10000000
DOUBT = 8  # units in the last place; the error is at most 3

NOT_PLAIN = -1


@step
def parse_number(text, i, end):
    """The number that begins at i and where it ends, or NOT_PLAIN."""
    failure = float32(0.0), int64(NOT_PLAIN)
    negative = i < end and text[i] == MINUS
    i = skip_sign(text, i, end)
    first = i
    mantissa, i = parse_digits(text, i, end, uint64(0))
    digits = i - first
    decimals = 0
    if i < end and text[i] == POINT:
        first = i + 1
        mantissa, i = parse_digits(text, first, end, mantissa)
        decimals = i - first
    if not 0 < digits + decimals <= MOST_DIGITS:
        return failure
    power = -decimals
    if i < end and (text[i] | LOWER) == E:
        exponent, i = parse_exponent(text, i + 1, end)
        if i == NOT_PLAIN:
            return failure
        power += exponent
    if mantissa == 0:
        return float32(-0.0) if negative else float32(0.0), i
    if abs(power) > LARGEST_POWER:
        return failure
    value = float64(mantissa)
    value = value / POWERS[-power] if power < 0 else value * POWERS[power]
    if is_doubtful(value):
        return failure
    return float32(-value if negative else value), i


@step
def skip_sign(text, i, end):
    """Where the digits begin."""
    return i + 1 if i < end and (text[i] == MINUS or text[i] == PLUS) else i


@step
def parse_digits(text, i, end, mantissa):
    """The digits from i on appended to those of the mantissa, and where they end."""
    while i < end and uint8(text[i] - ZERO) < 10:
        mantissa = mantissa * uint64(10) + uint64(text[i] - ZERO)
        i += 1
    return mantissa, i


@step
def is_doubtful(value):
    """Whether a positive float64 may round wrongly: near a middle, or not normal in float32."""
    dropped = np.float64(value).view(np.int64) & DROPPED_BITS
    return value < SMALLEST or value > LARGEST or abs(dropped - MIDDLE) <= DOUBT


@step
def parse_exponent(text, i, end):
    """The whole number after an e, and where it ends."""
    negative = i < end and text[i] == MINUS
    i = skip_sign(text, i, end)
    first = i
    exponent = 0
    while i < end and i < first + 4 and uint8(text[i] - ZERO) < 10:
        exponent = exponent * 10 + int64(text[i] - ZERO)
        i += 1
    if i == first or i == first + 4:
        return 0, int64(NOT_PLAIN)
    return -exponent if negative else exponent, i


@step
def is_blank(character):
    """Whether a character separates numbers; a carriage return can only stand before a newline."""
    return character in (SPACE, TAB, RETURN)


@step
def parse_row(text, i, row):
    """Fill row (D,) with exactly D plain numbers from i on; where the line ends, or NOT_PLAIN."""
    size = text.shape[0]
    for d in range(row.shape[0]):
        if i >= size or not is_blank(text[i]):
            return int64(NOT_PLAIN)
        while i < size and is_blank(text[i]):
            i += 1
        row[d], i = parse_number(text, i, size)
        if i == NOT_PLAIN:
            return int64(NOT_PLAIN)
    while i < size and is_blank(text[i]):
        i += 1
    return i if i == size or text[i] == NEWLINE else int64(NOT_PLAIN)


@step
def skip_word(text, i):
    """Where the word that begins at i ends, and its hash: the sum of (byte j + 1) PRIME^j, mod 2^64."""
    word_hash, power = uint64(0), uint64(1)
    while i < text.shape[0] and text[i] != NEWLINE and not is_blank(text[i]):
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
