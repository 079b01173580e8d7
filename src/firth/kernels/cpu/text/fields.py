"""Lines of a table to fields, fields to numbers: values by first appearance, and decimal numbers.

A line is regular if it has the right number of fields, none with a quotation mark inside quotation marks, and ends with
a newline or a carriage return and a newline. Kernels stop at others: Python reads those.

Reference   csv.reader(skipinitialspace=True) and float()
Shapes      text (bytes,) uint8, the last line ended by a newline, then tokens.PADDING more bytes; starts and stops
            (C, R) int64, the edges of the fields of C columns in R rows.
"""

from numba import float64, int64, uint64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.text.tokens import SEED, add_word, find_word, hash_word

__all__ = ["cut_fields", "number_fields", "parse_decimals"]

TAB, NEWLINE, CARRIAGE_RETURN, SPACE = 9, 10, 13, 32
QUOTE, MINUS, POINT, ZERO = 34, 45, 46, 48
FIRST_SEPARATOR, LAST_SEPARATOR = 28, 31  # of ASCII: white space to Python
MOST_WHOLE, MOST_WITH_POINT = 18, 15  # digits that are exact, as int64 and as float64
NO_VALUE = -1
IRREGULAR = -1


@step
def end_of_field(text, i, separator):
    """Where the field at i begins and ends, and the end of it with its quotation marks, or IRREGULAR."""
    if text[i] != QUOTE:
        start = i
        while text[i] != separator and text[i] != NEWLINE and text[i] != CARRIAGE_RETURN:
            i += 1
        return start, i, i
    start = i + 1
    i += 1
    while text[i] != QUOTE and text[i] != NEWLINE and text[i] != CARRIAGE_RETURN:
        i += 1
    after = text[i + 1]
    if text[i] != QUOTE or (after != separator and after != NEWLINE and after != CARRIAGE_RETURN):
        return start, i, int64(IRREGULAR)
    return start, i, i + 1


@kernel
def cut_fields(text, end, separator, column_of, starts, stops):
    """Fill starts and stops; the rows, and where the first irregular line begins, or `end`.

    column_of : (F,) int64, the column of each field of a line, or -1 if it is not wanted.
    """
    n_fields = len(column_of)
    row, i = 0, int64(0)
    while i < end:
        line, field = i, 0
        while True:
            while text[i] == SPACE:
                i += 1
            start, stop, i = end_of_field(text, i, separator)
            if i == IRREGULAR or field == n_fields:
                return row, line
            if column_of[field] >= 0:
                starts[column_of[field], row] = start
                stops[column_of[field], row] = stop
            field += 1
            if text[i] != separator:
                break
            i += 1
        if text[i] == CARRIAGE_RETURN:
            i += 1
        if text[i] != NEWLINE or field != n_fields:
            return row, line
        i += 1
        row += 1
    return row, end


@step
def is_blank(text, start, stop):
    """Whether a field has nothing except white space."""
    for i in range(start, stop):
        byte = text[i]
        is_space = byte == SPACE or TAB <= byte <= CARRIAGE_RETURN or FIRST_SEPARATOR <= byte <= LAST_SEPARATOR
        if not is_space:
            return False
    return True


@kernel
def number_fields(text, starts, stops, first, table, codes):
    """codes[i] = the number of field i in the table, NO_VALUE where it is blank, from i = first on.

    table : kernels.arguments.WordArrays; new values are added. Returns the first i that found it full, or their number.
    """
    slots, ends, arena = table.slots, table.ends, table.arena
    seed = uint64(table.sizes[SEED])
    for i in range(first, len(starts)):
        start, stop = starts[i], stops[i]
        if is_blank(text, start, stop):
            codes[i] = NO_VALUE
            continue
        hash_ = hash_word(text, start, stop, seed)
        code = find_word(slots, ends, arena, hash_, text, start, stop)
        if code < 0:
            code = add_word(table, -1 - code, hash_, text, start, stop, int64(0))
            if code < 0:
                return i
        codes[i] = code
    return len(starts)


@kernel
def parse_decimals(text, starts, stops, numbers):
    """numbers[i] = field i as float() reads it; the first i that is not a plain decimal number of few digits."""
    for row in range(len(starts)):
        i, stop = starts[row], stops[row]
        negative = i < stop and text[i] == MINUS
        i += int64(negative)
        mantissa, digits, decimals, has_point = int64(0), 0, 0, False
        while i < stop:
            digit = int64(text[i]) - ZERO
            if text[i] == POINT and not has_point:
                has_point = True
            elif 0 <= digit <= 9:
                mantissa = mantissa * 10 + digit
                digits += 1
                decimals += int64(has_point)
            else:
                return row
            i += 1
            if digits > MOST_WHOLE:
                return row
        if digits == 0 or (has_point and digits > MOST_WITH_POINT):
            return row
        value = float64(mantissa)
        scale = 1.0
        for _ in range(decimals):
            scale *= 10.0
        numbers[row] = -value / scale if negative else value / scale
    return len(starts)
