"""Operations on a block of rows: the same columns of N matrix rows, held in N registers.

N is part of a type: an argument `like` is a tuple of length N, whose members are ignored.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from firth.simd.lanes import LANES
from firth.simd.vector import (
    FLOAT,
    INT64,
    VECTOR,
    check_span,
    element,
    load_at,
    multiply_add,
    shuffle,
    splat_value,
    store_at,
    tuple_of,
    unpack,
    vec,
    vectors,
)

__all__ = ["BLOCK_ROWS", "add_rows", "fma_products", "fma_rows", "load_eights", "load_rows", "splat_row"]
__all__ += ["store_pair_of_sums", "store_rows", "store_sums", "take", "weighted_sum", "zero_rows"]

BLOCK_ROWS = 8  # the most rows in a block; sums of different inputs are stored a multiple of 8 floats apart


@intrinsic
def take(typing, like, array, start):
    """The int64 numbers array[start : start + N] as a tuple, N being the length of `like`."""
    n = len(like)

    def emit(context, builder, signature, values):
        check_span(context, builder, signature.args[1], values[1], values[2], n)
        base = element(context, builder, signature.args[1], values[1], values[2])
        members = [builder.load(builder.gep(base, [ir.Constant(INT64, i)])) for i in range(n)]
        return tuple_of(context, builder, signature.return_type, members)

    return types.UniTuple(types.int64, n)(like, array, types.int64), emit


@intrinsic
def zero_rows(typing, like):
    """N registers of zeros, N being the length of `like`."""
    n = len(like)

    def emit(context, builder, signature, values):
        zero = ir.Constant(VECTOR, [0.0] * LANES)
        return tuple_of(context, builder, signature.return_type, [zero] * n)

    return vectors(n)(like), emit


@intrinsic
def load_rows(typing, matrix, offsets, column):
    """A register with matrix[offset + column : offset + column + LANES] for every offset."""
    n = len(offsets)

    def emit(context, builder, signature, values):
        for offset in unpack(builder, values[1]):
            check_span(context, builder, signature.args[0], values[0], builder.add(offset, values[2]), LANES)
        base = element(context, builder, signature.args[0], values[0], values[2])
        members = [load_at(builder, base, offset) for offset in unpack(builder, values[1])]
        return tuple_of(context, builder, signature.return_type, members)

    return vectors(n)(matrix, offsets, types.int64), emit


@intrinsic
def load_eights(typing, array, first, second, part):
    """LANES floats, from `part` on, of the 16 in array[first : first + 8] and array[second : second + 8].

    These are the factors of the 16 numbers that store_pair_of_sums wrote: for both inputs the same eight, or others.
    """

    def emit(context, builder, signature, values):
        base = element(context, builder, signature.args[0], values[0], ir.Constant(INT64, 0))
        first, second, part = values[1:]
        for start in (first, second):
            check_span(context, builder, signature.args[0], values[0], start, BLOCK_ROWS)
        eight = ir.Constant(INT64, BLOCK_ROWS)
        if LANES <= BLOCK_ROWS:
            is_first = builder.icmp_signed("<", part, eight)
            at = builder.select(is_first, builder.add(first, part), builder.add(second, builder.sub(part, eight)))
            return load_at(builder, base, at)
        halves = []
        for at in (first, second):
            pointer = builder.bitcast(builder.gep(base, [at]), ir.VectorType(FLOAT, BLOCK_ROWS).as_pointer())
            halves.append(builder.load(pointer))
            halves[-1].align = 4
        return shuffle(builder, *halves, range(LANES))

    return vec(array, types.int64, types.int64, types.int64), emit


@intrinsic
def store_rows(typing, matrix, offsets, column, rows):
    """`matrix[offset + column : offset + column + LANES] = row` for every offset and its row."""

    def emit(context, builder, signature, values):
        for offset in unpack(builder, values[1]):
            check_span(context, builder, signature.args[0], values[0], builder.add(offset, values[2]), LANES)
        base = element(context, builder, signature.args[0], values[0], values[2])
        for offset, row in zip(unpack(builder, values[1]), unpack(builder, values[3]), strict=True):
            store_at(builder, base, offset, row)
        return context.get_dummy_value()

    return types.void(matrix, offsets, types.int64, rows), emit


@intrinsic
def fma_rows(typing, x, rows, sums):
    """`sums[j] + x * rows[j]` for every j."""

    def emit(context, builder, signature, values):
        pairs = zip(unpack(builder, values[1]), unpack(builder, values[2]), strict=True)
        members = [multiply_add(builder, values[0], row, total) for row, total in pairs]
        return tuple_of(context, builder, signature.return_type, members)

    return sums(vec, rows, sums), emit


@intrinsic
def fma_products(typing, array, offsets, start, operands, sums):
    """`sums[i * M + j] + array[offsets[i] + start] * operands[j]` for every i, and every j of the M operands."""

    def emit(context, builder, signature, values):
        base = element(context, builder, signature.args[0], values[0], values[2])
        operands, sums = unpack(builder, values[3]), unpack(builder, values[4])
        members = []
        for i, offset in enumerate(unpack(builder, values[1])):
            check_span(context, builder, signature.args[0], values[0], builder.add(offset, values[2]), 1)
            factor = splat_value(builder, builder.load(builder.gep(base, [offset])))
            for j, operand in enumerate(operands):
                members.append(multiply_add(builder, factor, operand, sums[i * len(operands) + j]))
        return tuple_of(context, builder, signature.return_type, members)

    return sums(array, offsets, types.int64, operands, sums), emit


@intrinsic
def add_rows(typing, a, b):
    """`a[j] + b[j]` for every j."""

    def emit(context, builder, signature, values):
        pairs = zip(unpack(builder, values[0]), unpack(builder, values[1]), strict=True)
        return tuple_of(context, builder, signature.return_type, [builder.fadd(*pair) for pair in pairs])

    return a(a, b), emit


@intrinsic
def weighted_sum(typing, weights, rows, start):
    """`start + weights[0] * rows[0] + weights[1] * rows[1] + ...`"""

    def emit(context, builder, signature, values):
        total = values[2]
        for weight, row in zip(unpack(builder, values[0]), unpack(builder, values[1]), strict=True):
            total = multiply_add(builder, weight, row, total)
        return total

    return vec(weights, rows, vec), emit


@intrinsic
def splat_row(typing, like, array, start):
    """N registers, N being the length of `like`: array[start + j] in every lane of register j."""
    n = len(like)

    def emit(context, builder, signature, values):
        check_span(context, builder, signature.args[1], values[1], values[2], n)
        base = element(context, builder, signature.args[1], values[1], values[2])
        members = [splat_value(builder, builder.load(builder.gep(base, [ir.Constant(INT64, i)]))) for i in range(n)]
        return tuple_of(context, builder, signature.return_type, members)

    return vectors(n)(like, array, types.int64), emit


# ---------------------------------------------------------------- the sums of many registers at once
#
# A dot product ends with the sum of a register's lanes. 16 such sums, one after another, take 16 x 4 dependent steps;
# a tree that adds the halves of two registers at a time has all 16 in one register after 15 additions.


def _halving_masks():
    """For each level of the tree, the lanes of (a, b) that form its `low` and `high` operand.

    Wide steps come first: they cross 128-bit parts of a register; the later ones stay inside and are cheaper.
    """
    width = LANES // 2
    while width >= 1:
        low, high = [], []
        part = 4 if width < 4 else LANES  # inside a 128-bit part, lanes of a and b alternate
        for begin in range(0, LANES, part):
            for source in (0, LANES):
                for lane in range(begin, begin + part, 2 * width):
                    low += range(source + lane, source + lane + width)
                    high += range(source + lane + width, source + lane + 2 * width)
        yield low, high
        width //= 2


def _sum_tree(items, combine):
    for low, high in _halving_masks():
        items = [combine(a, b, low, high) for a, b in zip(items[0::2], items[1::2], strict=True)]
    return items[0]


def _input_of_lane():
    """The input whose sum ends up in each lane, found by sending labels through the tree."""
    labels = [[i] * LANES for i in range(LANES)]
    return _sum_tree(labels, lambda a, b, low, high: [(a + b)[lane] for lane in low])


def _sums(builder, registers):
    """One register whose lane i is the sum of registers[i]; None means a sum of zero."""
    zero = ir.Constant(VECTOR, [0.0] * LANES)

    def add_halves(a, b, low, high):
        if a is None and b is None:
            return None
        a, b = (zero if value is None else value for value in (a, b))
        return builder.fadd(shuffle(builder, a, b, low), shuffle(builder, a, b, high))

    ordered = [None] * LANES
    for lane, register in zip(_input_of_lane(), registers, strict=True):
        ordered[lane] = register
    total = _sum_tree(ordered, add_halves)
    return zero if total is None else total


def _emit_sums(context, builder, signature, values):
    wanted = []
    for rows in values[2:]:
        members = unpack(builder, rows)
        wanted += members + [None] * (BLOCK_ROWS - len(members))
    wanted += [None] * (-len(wanted) % LANES)
    check_span(context, builder, signature.args[0], values[0], values[1], len(wanted))
    base = element(context, builder, signature.args[0], values[0], values[1])
    for first in range(0, len(wanted), LANES):
        total = _sums(builder, wanted[first : first + LANES])
        store_at(builder, base, ir.Constant(INT64, first), total)
    return context.get_dummy_value()


@intrinsic
def store_sums(typing, array, start, rows):
    """`array[start + j] = the sum of the lanes of rows[j]`; further numbers, up to 8 or LANES in all, become 0."""
    return types.void(array, types.int64, rows), _emit_sums


@intrinsic
def store_pair_of_sums(typing, array, start, rows_a, rows_b):
    """As store_sums for rows_a, and `array[start + 8 + j] = the sum of rows_b[j]`; one tree computes both."""
    return types.void(array, types.int64, rows_a, rows_b), _emit_sums
