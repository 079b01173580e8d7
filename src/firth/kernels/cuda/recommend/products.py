"""Matrix products on a GPU, from tiles in shared memory: the three of a step of sampled softmax.

Reference  numpy.matmul
"""

from typing import Any, NamedTuple

from numba import cuda
from numpy import float32, int64

from firth.kernels.cuda.compile import device, gpu_kernel
from firth.kernels.cuda.tiles import DEPTH, EACH, NUMBERS, ROWS, STRIDE, SUMS, THREADS, add_products, place

__all__ = ["Factor", "multiply"]


class Factor(NamedTuple):
    """A matrix: element (i, k) is numbers[i * outer + k * inner]; k is what is summed over."""

    numbers: Any  # float32 on the device
    outer: int
    inner: int
    count: int  # of i


@device
def _load_tile(factor, first, k, depth, tile, me):
    """tile[d, i] = element (first + i, k + d); 0 outside."""
    along = me % DEPTH if factor.inner == 1 else me // (THREADS // DEPTH)
    across = me // DEPTH if factor.inner == 1 else me % (THREADS // DEPTH)
    for i in range(across, ROWS, THREADS // DEPTH):
        is_there = first + i < factor.count and k + along < depth
        at = int64(first + i) * factor.outer + int64(k + along) * factor.inner
        tile[along * STRIDE + i] = factor.numbers[at] if is_there else float32(0)


def _multiply(left, right, depth, out):
    """out[i, j] = the sum over k < depth of left (i, k) x right (j, k); block (i, j) has a tile of it."""
    rows = cuda.shared.array(NUMBERS, float32)
    columns = cuda.shared.array(NUMBERS, float32)
    sums = cuda.local.array(SUMS, float32)
    a = cuda.local.array(EACH, float32)
    b = cuda.local.array(EACH, float32)
    me = cuda.threadIdx.x
    first, first_column = cuda.blockIdx.x * ROWS, cuda.blockIdx.y * ROWS
    for i in range(SUMS):
        sums[i] = float32(0)
    for k in range(0, depth, DEPTH):
        _load_tile(left, first, k, depth, rows, me)
        _load_tile(right, first_column, k, depth, columns, me)
        cuda.syncthreads()
        add_products(rows, columns, sums, a, b, me)
        cuda.syncthreads()
    for i in range(EACH):
        row = first + place(me // EACH, i)
        for j in range(EACH):
            column = first_column + place(me % EACH, j)
            if row < left.count and column < right.count:
                out[int64(row) * right.count + column] = sums[i * EACH + j]


multiply = gpu_kernel(_multiply)
