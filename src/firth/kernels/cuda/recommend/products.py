"""Matrix products on a GPU, from tiles in shared memory: the three of a step of sampled softmax.

Reference  numpy.matmul
"""

from typing import Any, NamedTuple

from numba import cuda
from numpy import float32, int64

from firth.kernels.cuda.compile import device, gpu_kernel

__all__ = ["PRODUCT_THREADS", "TILE", "Factor", "multiply"]

TILE = 64  # rows and columns of a block
PRODUCT_THREADS = 64
_DEPTH = 16  # numbers that are summed from one tile
_EACH = 8  # rows and columns of a thread
_SUMS = _EACH * _EACH
_STRIDE = 68  # 64, and 4 that spread the banks of shared memory
_NUMBERS = _DEPTH * _STRIDE


class Factor(NamedTuple):
    """A matrix: element (i, k) is numbers[i * outer + k * inner]; k is what is summed over."""

    numbers: Any  # float32 on the device
    outer: int
    inner: int
    count: int  # of i


@device
def _load_tile(factor, first, k, depth, tile, me):
    """tile[d, i] = element (first + i, k + d); 0 outside."""
    along = me % _DEPTH if factor.inner == 1 else me // (PRODUCT_THREADS // _DEPTH)
    across = me // _DEPTH if factor.inner == 1 else me % (PRODUCT_THREADS // _DEPTH)
    for i in range(across, TILE, PRODUCT_THREADS // _DEPTH):
        is_there = first + i < factor.count and k + along < depth
        at = int64(first + i) * factor.outer + int64(k + along) * factor.inner
        tile[along * _STRIDE + i] = factor.numbers[at] if is_there else float32(0)


@device
def _place(mine, i):
    """Which of 64 a thread has as its i-th: two times four that follow one another."""
    return 4 * mine + (i // 4) * 32 + i % 4


def _multiply(left, right, depth, out):
    """out[i, j] = the sum over k < depth of left (i, k) x right (j, k); block (i, j) has a tile of it."""
    rows = cuda.shared.array(_NUMBERS, float32)
    columns = cuda.shared.array(_NUMBERS, float32)
    sums = cuda.local.array(_SUMS, float32)
    a = cuda.local.array(_EACH, float32)
    b = cuda.local.array(_EACH, float32)
    me = cuda.threadIdx.x
    first, first_column = cuda.blockIdx.x * TILE, cuda.blockIdx.y * TILE
    for i in range(_SUMS):
        sums[i] = float32(0)
    for k in range(0, depth, _DEPTH):
        _load_tile(left, first, k, depth, rows, me)
        _load_tile(right, first_column, k, depth, columns, me)
        cuda.syncthreads()
        for d in range(_DEPTH):
            for i in range(_EACH):
                a[i] = rows[d * _STRIDE + _place(me // _EACH, i)]
                b[i] = columns[d * _STRIDE + _place(me % _EACH, i)]
            for i in range(_EACH):
                for j in range(_EACH):
                    sums[i * _EACH + j] += a[i] * b[j]
        cuda.syncthreads()
    for i in range(_EACH):
        row = first + _place(me // _EACH, i)
        for j in range(_EACH):
            column = first_column + _place(me % _EACH, j)
            if row < left.count and column < right.count:
                out[int64(row) * right.count + column] = sums[i * _EACH + j]


multiply = gpu_kernel(_multiply)
