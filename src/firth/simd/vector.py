"""The Numba type `vec`, one register of LANES float32, and the LLVM instructions that every operation is built from.

Kernels hold two kinds of register values:

    vec              LANES float32 in one register
    tuple of N vec   the same columns of N matrix rows; N is part of the type, so a kernel is specialised by the
                     signature it is called with, not by a closure (closures would defeat the cache on disk)

A matrix is a flat, C-contiguous float32 array whose rows are a multiple of LANES apart. Bounds are checked only in a
process that runs with NUMBA_BOUNDSCHECK=1.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import models, register_model

from firth.simd.lanes import LANES

__all__ = ["FLOAT", "INT32", "INT64", "VECTOR", "call", "check_span", "element", "load_at", "multiply_add"]
__all__ += ["shuffle", "splat_value", "store_at", "tuple_of", "unpack", "vec", "vectors"]

FLOAT = ir.FloatType()
INT32 = ir.IntType(32)
INT64 = ir.IntType(64)
VECTOR = ir.VectorType(FLOAT, LANES)


class VectorType(types.Type):
    """The Numba type of one register."""

    def __init__(self):
        super().__init__(name=f"float32x{LANES}")


vec = VectorType()


@register_model(VectorType)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager, numba_type):
        super().__init__(manager, numba_type, VECTOR)


def vectors(n):
    """The Numba type of a tuple of n registers."""
    return types.UniTuple(vec, n)


# ---------------------------------------------------------------- what the intrinsics emit


def element(context, builder, array_type, array, index):
    """A pointer to array[index]."""
    return builder.gep(context.make_array(array_type)(context, builder, array).data, [index])


def check_span(context, builder, array_type, array, first, length):
    """With NUMBA_BOUNDSCHECK=1, raise IndexError unless array[first : first + length] lies inside the array."""
    if context.enable_boundscheck:
        size = context.make_array(array_type)(context, builder, array).nitems
        cgutils.do_boundscheck(context, builder, first, size)
        cgutils.do_boundscheck(context, builder, builder.add(first, ir.Constant(first.type, length - 1)), size)


def load_at(builder, base, offset):
    """Read LANES floats from base[offset] on, aligned to 4 bytes or more."""
    pointer = builder.bitcast(builder.gep(base, [offset]), VECTOR.as_pointer())
    value = builder.load(pointer)
    value.align = 4
    return value


def store_at(builder, base, offset, value):
    """Write LANES floats from base[offset] on, aligned to 4 bytes or more."""
    pointer = builder.bitcast(builder.gep(base, [offset]), VECTOR.as_pointer())
    builder.store(value, pointer).align = 4


def call(builder, name, result, arguments):
    """Call an LLVM intrinsic."""
    signature = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(cgutils.get_or_insert_function(builder.module, signature, name), arguments)


def multiply_add(builder, a, b, c):
    """`a * b + c` for registers: fused where the processor can, else a product and a sum.

    `llvm.fma` would be a call of the C library's fmaf() for each lane where there is no such instruction (x86 before
    2013, and some virtual machines): 14 to 900 times slower.
    """
    return call(builder, f"llvm.fmuladd.v{LANES}f32", VECTOR, [a, b, c])


def shuffle(builder, a, b, lanes):
    """Pick lanes from a (0 .. LANES - 1) and b (LANES ..)."""
    mask = ir.Constant(ir.VectorType(INT32, len(lanes)), list(lanes))
    return builder.shuffle_vector(a, b, mask)


def splat_value(builder, scalar):
    """The scalar in every lane."""
    undefined = ir.Constant(VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(INT32, 0))
    return shuffle(builder, first, undefined, [0] * LANES)


def unpack(builder, values):
    """The members of a tuple."""
    return [builder.extract_value(values, i) for i in range(values.type.count)]


def tuple_of(context, builder, numba_type, values):
    """A tuple of these members."""
    return context.make_tuple(builder, numba_type, values)
