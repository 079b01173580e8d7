"""Text sixty-four bytes at a time: which bytes lie in a range, and the copy that keeps some of them.

A set of bytes is a uint64 whose bit k speaks of the byte at offset + k. Nothing is bounds-checked: callers pad their
buffers. The order of bytes inside a loaded integer is that of little-endian processors.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from firth.simd.vector import FLOAT, INT32, INT64, call, element

__all__ = ["BLOCK", "bits_between", "load_eight", "load_float", "store_kept", "trailing_zeros"]

BLOCK = 64  # bytes, one bit each of a uint64

_BYTE = ir.IntType(8)
_BYTES = ir.VectorType(_BYTE, BLOCK)
_BITS = ir.VectorType(ir.IntType(1), BLOCK)


def _load(context, builder, array_type, array, offset):
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
    """Whether low <= byte <= high as one comparison: bytes below low wrap around to large numbers."""
    distance = builder.sub(block, _splat(builder, low))
    return builder.icmp_unsigned("<=", distance, _splat(builder, builder.sub(high, low)))


@intrinsic
def bits_between(typing, array, offset, low, high):
    """The bytes of array[offset : offset + 64] that lie in low .. high, both included."""

    def emit(context, builder, signature, values):
        block = _load(context, builder, signature.args[0], values[0], values[1])
        return builder.bitcast(_between(builder, block, values[2], values[3]), INT64)

    return types.uint64(array, types.int64, types.uint8, types.uint8), emit


@intrinsic
def store_kept(typing, out, to, text, offset, kept, case_bit):
    """Copy text[offset : offset + 64] to out[to:]: newlines and the bytes in `kept`; all others become spaces.

    case_bit (0 or 32) is added to A .. Z.
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
        pointer = element(context, builder, signature.args[0], values[0], values[1])
        builder.store(block, builder.bitcast(pointer, _BYTES.as_pointer())).align = 1
        return context.get_dummy_value()

    return types.void(out, types.int64, text, types.int64, types.uint64, types.uint8), emit


def _load_anywhere(llvm_type, numba_type):
    """A load of one number that begins at array[offset], whatever its address; LLVM joins neighbouring ones."""

    def typed(typing, array, offset):
        def emit(context, builder, signature, values):
            pointer = element(context, builder, signature.args[0], *values)
            value = builder.load(builder.bitcast(pointer, llvm_type.as_pointer()))
            value.align = 1
            return value

        return numba_type(array, types.int64), emit

    return intrinsic(typed)


load_eight = _load_anywhere(INT64, types.uint64)  # the first byte lowest
load_float = _load_anywhere(FLOAT, types.float32)


@intrinsic
def trailing_zeros(typing, bits):
    """The position of the lowest bit set; bits must not be 0."""

    def emit(context, builder, signature, values):
        zero_is_undefined = ir.Constant(ir.IntType(1), 1)
        return call(builder, "llvm.cttz.i64", INT64, [values[0], zero_is_undefined])

    return types.int64(types.uint64), emit
