"""Operations on one register: load, store, arithmetic, comparisons; powers of two, for exponentials and logarithms."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from firth.simd.lanes import LANES
from firth.simd.vector import (
    FLOAT,
    INT32,
    INT64,
    VECTOR,
    call,
    check_span,
    element,
    load_at,
    multiply_add,
    splat_value,
    store_at,
    vec,
)

__all__ = [
    "absolute",
    "add",
    "choose",
    "div",
    "exponent_of",
    "float_bits",
    "fma",
    "fraction_of",
    "lanes_above",
    "load",
    "maximum",
    "mul",
    "nearest",
    "power_of_two",
    "splat",
    "store",
    "sub",
    "sum_lanes",
]

_ZERO = ir.Constant(ir.IntType(64), 0)


@intrinsic
def load(typing, array, offset):
    """`array[offset : offset + LANES]`"""

    def emit(context, builder, signature, values):
        check_span(context, builder, signature.args[0], *values, LANES)
        return load_at(builder, element(context, builder, signature.args[0], *values), _ZERO)

    return vec(array, types.int64), emit


@intrinsic
def store(typing, array, offset, value):
    """`array[offset : offset + LANES] = value`"""

    def emit(context, builder, signature, values):
        check_span(context, builder, signature.args[0], values[0], values[1], LANES)
        pointer = element(context, builder, signature.args[0], values[0], values[1])
        store_at(builder, pointer, _ZERO, values[2])
        return context.get_dummy_value()

    return types.void(array, types.int64, vec), emit


@intrinsic
def splat(typing, scalar):
    """The scalar in every lane."""

    def emit(context, builder, signature, values):
        return splat_value(builder, values[0])

    return vec(types.float32), emit


@intrinsic
def fma(typing, a, b, c):
    """`a * b + c`, rounded once where the processor can."""

    def emit(context, builder, signature, values):
        return multiply_add(builder, *values)

    return vec(vec, vec, vec), emit


def _two_operands(instruction):
    def typed(typing, a, b):
        def emit(context, builder, signature, values):
            return getattr(builder, instruction)(*values)

        return vec(vec, vec), emit

    return intrinsic(typed)


add = _two_operands("fadd")
sub = _two_operands("fsub")
mul = _two_operands("fmul")
div = _two_operands("fdiv")


def _llvm(name, operands):
    def emit(context, builder, signature, values):
        return call(builder, f"llvm.{name}.v{LANES}f32", VECTOR, list(values))

    if operands == 1:
        return intrinsic(lambda typing, a: (vec(vec), emit))
    return intrinsic(lambda typing, a, b: (vec(vec, vec), emit))


absolute = _llvm("fabs", 1)
nearest = _llvm("rint", 1)  # to the nearest whole number; halves to the even one
maximum = _llvm("maxnum", 2)


@intrinsic
def choose(typing, x, if_negative, otherwise):
    """Lane by lane: `if_negative` where x < 0, `otherwise` elsewhere."""

    def emit(context, builder, signature, values):
        negative = builder.fcmp_ordered("<", values[0], ir.Constant(VECTOR, [0.0] * LANES))
        return builder.select(negative, values[1], values[2])

    return vec(vec, vec, vec), emit


@intrinsic
def lanes_above(typing, a, b):
    """An unsigned integer whose bit i is set where a > b in lane i."""

    def emit(context, builder, signature, values):
        above = builder.fcmp_ordered(">", *values)
        return builder.zext(builder.bitcast(above, ir.IntType(LANES)), INT64)

    return types.uint64(vec, vec), emit


@intrinsic
def power_of_two(typing, x, exponent):
    """`x * 2 ** exponent`, for whole exponents whose result is a normal float32."""

    def emit(context, builder, signature, values):
        integers = ir.VectorType(INT32, LANES)
        shift = ir.Constant(integers, [23] * LANES)  # the exponent field of an IEEE float32 starts at bit 23
        exponent = builder.shl(builder.fptosi(values[1], integers), shift)
        return builder.bitcast(builder.add(builder.bitcast(values[0], integers), exponent), VECTOR)

    return vec(vec, vec), emit


@intrinsic
def exponent_of(typing, x):
    """The whole e for which 2 ** e <= x < 2 ** (e + 1), as a float32; x must be positive and normal."""

    def emit(context, builder, signature, values):
        integers = ir.VectorType(INT32, LANES)
        field = builder.lshr(builder.bitcast(values[0], integers), ir.Constant(integers, [23] * LANES))
        return builder.sitofp(builder.sub(field, ir.Constant(integers, [127] * LANES)), VECTOR)

    return vec(vec), emit


@intrinsic
def fraction_of(typing, x):
    """`x / 2 ** exponent_of(x)`: at least 1, below 2."""

    def emit(context, builder, signature, values):
        integers = ir.VectorType(INT32, LANES)
        fraction = builder.and_(builder.bitcast(values[0], integers), ir.Constant(integers, [0x7FFFFF] * LANES))
        return builder.bitcast(builder.or_(fraction, ir.Constant(integers, [0x3F800000] * LANES)), VECTOR)

    return vec(vec), emit


@intrinsic
def float_bits(typing, x):
    """The bits of a float32 as an int32; those of positive numbers are in the order of the numbers."""

    def emit(context, builder, signature, values):
        return builder.bitcast(values[0], INT32)

    return types.int32(types.float32), emit


@intrinsic
def sum_lanes(typing, x):
    """The sum of the lanes."""

    def emit(context, builder, signature, values):
        name = f"llvm.vector.reduce.fadd.v{LANES}f32"
        start = ir.Constant(FLOAT, 0.0)
        result = call(builder, name, FLOAT, [start, values[0]])
        result.fastmath.add("reassoc")  # any order of additions, so that it takes log2(LANES) steps
        return result

    return types.float32(vec), emit
