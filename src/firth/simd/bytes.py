"""Text 64 bytes at a time: find the bytes in a range of values, and copy the selected ones.

A selection of bytes is a uint64 whose bit k stands for the byte at offset + k. Callers pad their buffers to whole
blocks; bounds are checked only with NUMBA_BOUNDSCHECK=1. Loaded integers are little-endian.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from firth.simd.vector import FLOAT, INT32, INT64, call, check_span, element

__all__ = ["BLOCK", "bits_between", "load_eight", "load_float", "store_kept", "trailing_zeros"]

BLOCK = 64  # bytes, one bit each of a uint64

_BYTE = ir.IntType(8)
_BYTES = ir.VectorType(_BYTE, BLOCK)
_BITS = ir.VectorType(ir.IntType(1), BLOCK)


def _load(context, builder, array_type, array, offset):
    check_span(context, builder, array_type, array, offset, BLOCK)
    pointer = element(context, builder, array_type, array, offset)
    block = builder.load(builder.bitcast(pointer, _BYTES.as_pointer()))
    block.align = 1
    return block


def _splat(builder, byte):
    undefined = ir.Constant(_BYTES, ir.Undefined)
    first = builder.insert_element(undefined, byte, ir.Constant(INT32, 0))
    everywhere = ir.Constant(ir.VectorType(INT32, BLOCK), [0] * BLOCK)
    return builder.shuffle_vector(first, undefined, everywhere)


def _between(builder, block, low, high):
    """Whether low <= byte <= high, as one comparison: bytes below `low` wrap around to large numbers."""
    distance = builder.sub(block, _splat(builder, low))
    return builder.icmp_unsigned("<=", distance, _splat(builder, builder.sub(high, low)))


@intrinsic
def bits_between(typing, array, offset, low, high):
    """Select the bytes of array[offset : offset + 64] from `low` to `high`, both included."""

    def emit(context, builder, signature, values):
        block = _load(context, builder, signature.args[0], values[0], values[1])
        return builder.bitcast(_between(builder, block, values[2], values[3]), INT64)

    return types.uint64(array, types.int64, types.uint8, types.uint8), emit


@intrinsic
def store_kept(typing, out, to, text, offset, kept, case_bit):
    """Copy text[offset : offset + 64] to out[to : to + 64]; bytes outside the selection `kept` become spaces.

    Newlines are always kept. `case_bit` is added to the letters A to Z: 32 makes them lower-case, 0 keeps them.
    """

    def emit(context, builder, signature, values):
        block = _load(context, builder, signature.args[2], values[2], values[3])
        capital = _between(builder, block, ir.Constant(_BYTE, ord("A")), ir.Constant(_BYTE, ord("Z")))
        nothing = ir.Constant(_BYTES, [0] * BLOCK)
        case = builder.select(capital, _splat(builder, values[5]), nothing)
        newline = ir.Constant(_BYTES, [ord("\n")] * BLOCK)
        space = ir.Constant(_BYTES, [ord(" ")] * BLOCK)
        gap = builder.select(builder.icmp_unsigned("==", block, newline), newline, space)
        block = builder.select(builder.bitcast(values[4], _BITS), builder.add(block, case), gap)
        check_span(context, builder, signature.args[0], values[0], values[1], BLOCK)
        pointer = element(context, builder, signature.args[0], values[0], values[1])
        builder.store(block, builder.bitcast(pointer, _BYTES.as_pointer())).align = 1
        return context.get_dummy_value()

    return types.void(out, types.int64, text, types.int64, types.uint64, types.uint8), emit


def _unaligned_load(llvm_type, numba_type, size):
    """An intrinsic that reads one number of `size` bytes from array[offset] on; LLVM joins adjacent loads."""

    def typed(typing, array, offset):
        def emit(context, builder, signature, values):
            check_span(context, builder, signature.args[0], *values, size)
            pointer = element(context, builder, signature.args[0], *values)
            value = builder.load(builder.bitcast(pointer, llvm_type.as_pointer()))
            value.align = 1
            return value

        return numba_type(array, types.int64), emit

    return intrinsic(typed)


load_eight = _unaligned_load(INT64, types.uint64, 8)  # the first byte is the lowest
load_float = _unaligned_load(FLOAT, types.float32, 4)


@intrinsic
def trailing_zeros(typing, bits):
    """The position of the lowest bit that is set; undefined if `bits` is 0."""

    def emit(context, builder, signature, values):
        zero_is_undefined = ir.Constant(ir.IntType(1), 1)
        return call(builder, "llvm.cttz.i64", INT64, [values[0], zero_is_undefined])

    return types.int64(types.uint64), emit
