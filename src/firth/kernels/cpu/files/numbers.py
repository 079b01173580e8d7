"""Lines "word number number …" into words and float32, for every text format.

A plain line is read in one pass: a word without blanks, then exactly D decimal numbers. Any other is read again from
its end, because a word may contain blanks: it is good after all, or bad, or in doubt. Only lines in doubt, and those
bad ones that are reported, are parsed in Python: a file of a million bad lines takes hardly longer than one of good
lines.

Reference   firth.formats.text_vectors_parser.parse_line
Rounding    Up to 19 digits w become an integer and a power of ten; w * 10^e in float64 is accurate to 3 units in the
            last place. float32 keeps 29 bits fewer, so rounding once more is correct unless a midpoint between two
            float32 numbers lies within a few units of the float64: about one number in 2^25, which is in doubt.
Shapes      text (bytes,) uint8 is read; the arrays of kernels.arguments.ParsedLines are filled. The last line is
            followed by a line end and LINE_PADDING - 1 more bytes: nothing else marks the end of the text.
"""

import numpy as np
from numba import float32, float64, int64, uint64

from firth.kernels.arguments import BAD_LINE, DOUBTFUL_LINE, GOOD_LINE, HASH_PRIME
from firth.kernels.compile import kernel, step
from firth.simd.bytes import load_eight, trailing_zeros

__all__ = ["parse_lines"]

SPACE, TAB, NEWLINE, RETURN = 32, 9, 10, 13
PLUS, MINUS, POINT, E = 43, 45, 46, 101
LOWER = 32  # the bit that makes an ASCII letter lower-case

MOST_DIGITS = 19  # any 19 digits fit uint64
MOST_EXPONENT_DIGITS = 18  # and so int64
LARGEST_POWER = 80  # of ten; with one digit it is beyond float32, and its inverse with 19 digits rounds to zero
POWERS = np.array([float(f"1e{i}") for i in range(-LARGEST_POWER, LARGEST_POWER + 1)])  # correctly rounded by Python

# Eight characters in one register.
EIGHT_ZEROS = uint64(0x3030303030303030)
UP_FROM_TEN = uint64(0x7676767676767676)  # added to a byte, it sets the highest bit if the byte is above nine
HIGH_BITS = uint64(0x8080808080808080)
TENS = np.array([10**i for i in range(9)], np.uint64)
DOUBT = 8  # units in the last place; the error is at most 3

NOT_PLAIN = -1  # instead of where a number or a line ends


@step
def parse_number(text, i):
    """The number that begins at i and where it ends, or NOT_PLAIN.

    The number is infinite if it is too large for float32, and NaN if its rounding is in doubt.
    """
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
    if digits == 0:
        return failure
    if (text[i] | LOWER) == E:
        exponent, exponent_digits, i = parse_exponent(text, i + 1)
        if exponent_digits == 0:
            return failure
        if exponent_digits > MOST_EXPONENT_DIGITS:
            return float32(np.nan), i
        power += exponent
    value = float32(np.nan) if digits > MOST_DIGITS else rounded(mantissa, power)
    return -value if negative else value, i


@step
def rounded(mantissa, power):
    """A mantissa times 10^power in float32: infinite if it is too large, NaN if the rounding is in doubt."""
    if mantissa == 0 or power < -LARGEST_POWER:
        return float32(0.0)
    if power > LARGEST_POWER:
        return float32(np.inf)
    bits = np.float64(float64(mantissa) * POWERS[LARGEST_POWER + power]).view(np.int64)
    low = float32(np.int64(bits - DOUBT).view(np.float64))
    high = float32(np.int64(bits + DOUBT).view(np.float64))
    return high if low == high else float32(np.nan)


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
def parse_exponent(text, i):
    """The whole number after an e, how many digits it has, and where it ends."""
    negative = text[i] == MINUS
    i += has_sign(text, i)
    exponent, digits = parse_digits(text, i, uint64(0))
    return -int64(exponent) if negative else int64(exponent), digits, i + digits


@step
def is_blank(character):
    """Whether a character separates numbers (a carriage return: only before a newline)."""
    return character in (SPACE, TAB, RETURN)


@step
def parse_row(text, i, row):
    """Fill row (D,) with exactly D finite numbers from i on; where the line ends, or NOT_PLAIN."""
    for d in range(row.shape[0]):
        if not is_blank(text[i]):
            return int64(NOT_PLAIN)
        while is_blank(text[i]):
            i += 1
        row[d], i = parse_number(text, i)
        if i == NOT_PLAIN or not np.isfinite(row[d]):
            return int64(NOT_PLAIN)
    while is_blank(text[i]):
        i += 1
    return i if text[i] == NEWLINE else int64(NOT_PLAIN)


@step
def before_blanks(text, begin, end):
    """Where text[begin:end] ends without the blanks at its end."""
    while end > begin and is_blank(text[end - 1]):
        end -= 1
    return end


@step
def before_field(text, begin, end):
    """Where the last field of text[begin:end] begins, which has no blanks at its end."""
    while end > begin and not is_blank(text[end - 1]):
        end -= 1
    return end


@step
def find_word(text, begin, end, vector_size):
    """Where the word of text[begin:end] begins and ends, which is what comes before the last `vector_size` fields.

    Nothing where there is no word, or where its last field is another number.
    """
    nothing = begin, begin
    for _ in range(vector_size):
        end = before_field(text, begin, before_blanks(text, begin, end))
    end = before_blanks(text, begin, end)
    while begin < end and is_blank(text[begin]):
        begin += 1
    last_field = before_field(text, begin, end)
    if last_field > begin:
        _, number_end = parse_number(text, last_field)
        if number_end == end:
            return nothing
    return begin, end


@step
def parse_fields(text, i, row):
    """Fill row (D,) with the D fields from i on, behind which the line ends; what becomes of the line."""
    state = GOOD_LINE
    for d in range(row.shape[0]):
        while is_blank(text[i]):
            i += 1
        row[d], i = parse_number(text, i)
        if i == NOT_PLAIN or not (is_blank(text[i]) or text[i] == NEWLINE) or np.isinf(row[d]):
            return BAD_LINE
        if np.isnan(row[d]):
            state = DOUBTFUL_LINE
    return state


@step
def hash_of(text, begin, end):
    """The hash of a word: see ParsedLines."""
    word_hash, power = uint64(0), uint64(1)
    for i in range(begin, end):
        word_hash += (uint64(text[i]) + uint64(1)) * power
        power *= HASH_PRIME
    return word_hash


@kernel
def parse_lines(text, found):
    """Parse as many lines as `found` has rows, and fill it."""
    begin, used = int64(0), int64(0)
    vector_size = found.numbers.shape[1]
    for line in range(found.numbers.shape[0]):
        row = found.numbers[line]
        word_begin, word_end = begin, begin
        while text[word_end] != NEWLINE and not is_blank(text[word_end]):
            word_end += 1
        state = GOOD_LINE
        end = parse_row(text, word_end, row) if word_end > begin else int64(NOT_PLAIN)
        if end == NOT_PLAIN:
            end = word_end
            while text[end] != NEWLINE:
                end += 1
            word_begin, word_end = find_word(text, begin, end, vector_size)
            state = parse_fields(text, word_end, row) if word_end > word_begin else BAD_LINE
            if state == BAD_LINE:
                word_end = word_begin
        for i in range(word_begin, word_end):
            found.words[used] = text[i]
            used += 1
        found.word_ends[line] = used
        found.word_hashes[line] = hash_of(text, word_begin, word_end)
        found.states[line] = state
        begin = end + 1
