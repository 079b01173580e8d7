"""Rows of the matrices for observers, while training goes on; whether all numbers are finite."""

import math

from numba import cuda

from firth.kernels.cuda.compile import gpu_kernel

__all__ = ["copy_rows", "find_not_finite"]


def _copy_rows(matrix, stride, ids, out):
    row = ids[cuda.blockIdx.x] * stride
    for column in range(cuda.threadIdx.x, out.shape[1], cuda.blockDim.x):
        out[cuda.blockIdx.x, column] = matrix[row + column]


def _find_not_finite(matrix, found):
    """found[0] = 1 if a number is infinite or NaN."""
    for i in range(cuda.grid(1), len(matrix), cuda.gridsize(1)):
        if not math.isfinite(matrix[i]):
            found[0] = 1


copy_rows, find_not_finite = gpu_kernel(_copy_rows), gpu_kernel(_find_not_finite)
