"""float32 to text: the fewest digits that read back as the same number, and lines of them.

A float32 is identified by any decimal between the midpoints to its two neighbours. The number is scaled in float64 to
nine digits before the point; then the nearest decimals with one digit less, two less and so on are tried as long as
they lie between the midpoints. With nine digits one always does.

Reference   str() of numpy.float32, through exact_number in firth.formats.text_vectors_writer
Rounding    float64 has 29 bits more than float32, so the comparison is certain unless a decimal lies within MARGIN of a
            midpoint; such a number, and one that is not normal, is left to Python.
Shapes      N rows of D numbers. words (bytes,) uint8 with word_ends (N,) int64; out (bytes,) uint8 is filled.
"""

import numpy as np
from numba import float64, int64

from firth.kernels.compile import kernel, step

__all__ = ["LONGEST_NUMBER", "write_lines"]

LONGEST_NUMBER = 21  # bytes, with the space before it: " -1234567890123456.0"

DIGITS = 9  # enough to identify any float32
LARGEST_POWER = 50
POWERS = np.array([float(f"1e{i}") for i in range(-LARGEST_POWER, LARGEST_POWER + 1)])
NINE_DIGITS = 1e9  # the first number with more
MARGIN = 1e-5  # of the ninth digit; three products and sums are accurate to 1e-6 of it
LOG10_OF_2 = 0.30102999566398120

FRACTION_BITS, FRACTION = 23, 0x7FFFFF  # of float32
BIAS, DOUBLE_FRACTION_BITS, DOUBLE_BIAS = 127, 52, 1023
NOT_NORMAL = 255  # the exponent of infinities and NaN

SMALLEST_EXPONENT, LARGEST_EXPONENT = -4, 16  # outside, numbers are written with an e, as Python does

SPACE, NEWLINE, PLUS, MINUS, POINT, ZERO, E = 32, 10, 43, 45, 46, 48, 101

NOT_PLAIN = -1


@step
def power_of_two(exponent):
    """2^exponent as float64."""
    return np.int64((exponent + DOUBLE_BIAS) << DOUBLE_FRACTION_BITS).view(np.float64)


@step
def shortest_digits(bits):
    """A positive float32 as digits and an exponent: digits x 10^exponent; digits 0 where rounding is uncertain."""
    exponent = int64(bits >> FRACTION_BITS) - BIAS
    fraction = bits & FRACTION
    value = (1.0 + float64(fraction) * power_of_two(int64(-FRACTION_BITS))) * power_of_two(exponent)
    half = power_of_two(exponent - FRACTION_BITS - 1)  # to the midpoint; just below a power of two it is half of that
    tens = int64(np.floor(exponent * LOG10_OF_2)) - (DIGITS - 1)
    if value * POWERS[LARGEST_POWER - tens] >= NINE_DIGITS:
        tens += 1
    scale = POWERS[LARGEST_POWER - tens]
    scaled, high = value * scale, (value + half) * scale
    low = (value - (half if fraction else 0.5 * half)) * scale
    best, unit, dropped = np.rint(scaled), 1.0, 0
    for _ in range(DIGITS):
        shorter = 10.0 * unit
        candidate = np.rint(scaled / shorter) * shorter
        if candidate <= low - MARGIN:
            candidate += shorter
        if candidate <= low - MARGIN or candidate >= high + MARGIN:
            break
        if candidate < low + MARGIN or candidate > high - MARGIN:
            return int64(0), int64(0)
        best, unit, dropped = candidate, shorter, dropped + 1
    return int64(np.rint(best / unit)), tens + dropped


@step
def count_digits(number):
    """How many decimal digits a positive whole number has."""
    count = 1
    while number >= 10:
        number //= 10
        count += 1
    return count


@step
def write_digits(out, position, digits, count):
    """Write a whole number with `count` digits, zeros in front; where it ends."""
    for i in range(count):
        out[position + count - 1 - i] = ZERO + digits % 10
        digits //= 10
    return position + count


@step
def write_zeros(out, position, count):
    """Write `count` zeros; where they end."""
    for _ in range(count):
        out[position] = ZERO
        position += 1
    return position


@step
def write_plain(out, position, digits, count, exponent):
    """Write digits x 10^exponent with a point and no e."""
    before = count + exponent  # digits before the point
    if exponent >= 0:
        position = write_digits(out, position, digits, count)
        position = write_zeros(out, position, exponent)
        out[position], out[position + 1] = POINT, ZERO
        return position + 2
    if before <= 0:
        out[position], out[position + 1] = ZERO, POINT
        position = write_zeros(out, position + 2, -before)
        return write_digits(out, position, digits, count)
    behind = 1
    for _ in range(-exponent):
        behind *= 10
    position = write_digits(out, position, digits // behind, before)
    out[position] = POINT
    return write_digits(out, position + 1, digits % behind, -exponent)


@step
def write_with_exponent(out, position, digits, count, exponent):
    """Write digits x 10^exponent as 1.5e-07."""
    first = int64(1)
    for _ in range(count - 1):
        first *= 10
    position = write_digits(out, position, digits // first, 1)
    if count > 1:
        out[position] = POINT
        position = write_digits(out, position + 1, digits % first, count - 1)
    power = count - 1 + exponent
    out[position], out[position + 1] = E, MINUS if power < 0 else PLUS
    return write_digits(out, position + 2, abs(power), 2)


@step
def write_number(out, position, number):
    """Write one number; where it ends, or NOT_PLAIN."""
    bits = np.float32(number).view(np.int32)
    if bits < 0:
        out[position] = MINUS
        position += 1
        bits &= 0x7FFFFFFF
    if bits == 0:
        return write_plain(out, position, int64(0), 1, 0)
    if bits >> FRACTION_BITS == 0 or bits >> FRACTION_BITS == NOT_NORMAL:
        return int64(NOT_PLAIN)
    digits, exponent = shortest_digits(bits)
    if digits == 0:
        return int64(NOT_PLAIN)
    count = count_digits(digits)
    if SMALLEST_EXPONENT <= count - 1 + exponent < LARGEST_EXPONENT:
        return write_plain(out, position, digits, count, exponent)
    return write_with_exponent(out, position, digits, count, exponent)


@kernel
def write_lines(matrix, words, word_ends, row, column, out, position):
    """Write lines "word number …" from (row, column) on, until a number is not plain.

    Returns the row and column of that number, or N and 0, and where in `out` the next byte goes.
    """
    while row < matrix.shape[0]:
        if column == 0:
            for i in range(word_ends[row - 1] if row > 0 else 0, word_ends[row]):
                out[position] = words[i]
                position += 1
        while column < matrix.shape[1]:
            out[position] = SPACE
            end = write_number(out, position + 1, matrix[row, column])
            if end == NOT_PLAIN:
                return row, column, position
            position = end
            column += 1
        out[position] = NEWLINE
        position += 1
        row, column = row + 1, 0
    return row, column, position
