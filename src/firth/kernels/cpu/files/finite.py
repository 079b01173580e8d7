"""Whether all float32 numbers of a file are finite."""

import numpy as np

from firth.kernels.compile import kernel
from firth.simd.bytes import load_float

__all__ = ["NONE", "first_not_finite"]

BLOCK = 4096  # numbers
EXPONENT = 0x7F800000  # all ones in infinities and NaN
NONE = -1


@kernel
def first_not_finite(content, start, count):
    """The index of the first infinity or NaN among `count` float32 from byte `start` on, or NONE.

    Blocks are only counted, which LLVM vectorises; a block that contains one is searched.
    """
    for first in range(0, count, BLOCK):
        last = min(first + BLOCK, count)
        wrong = 0
        for i in range(first, last):
            bits = np.float32(load_float(content, start + 4 * i)).view(np.int32)
            wrong += (bits & EXPONENT) == EXPONENT
        if wrong > 0:
            for i in range(first, last):
                bits = np.float32(load_float(content, start + 4 * i)).view(np.int32)
                if (bits & EXPONENT) == EXPONENT:
                    return i
    return NONE
