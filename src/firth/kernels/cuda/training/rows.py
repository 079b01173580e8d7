"""Rows of a matrix in the registers of a warp, and sums over its lanes.

Register q of lane l holds the columns 4 (l + 32 q) to 4 (l + 32 q) + 3 of a row: the warp reads it as whole sectors.
The loops below have constant bounds and are unrolled: only so are arrays registers.
"""

from numpy import float32, int64

from firth.kernels.cuda.compile import device
from firth.kernels.cuda.warp import LANES, add_four, add_four_singly, exchange, load_four

__all__ = ["add_row", "load_row", "sum_over_lanes"]


@device
def load_row(matrix, row, stride, registers, first, lane, vectors):
    """registers[first : first + 4 vectors] = this lane's numbers of a row."""
    for q in range(vectors):
        column = 4 * (lane + LANES * q)
        for i in range(4):
            registers[first + 4 * q + i] = float32(0)
        if column < stride:
            load_four(matrix, int64(row) * stride + column, registers, first + 4 * q)


@device
def add_row(weights_row, registers, first, lane, shape):
    """Add this lane's numbers to a row, atomically number by number.

    weights_row   matrix, row, stride
    """
    matrix, row, stride = weights_row
    for q in range(shape.vectors):
        column = 4 * (lane + LANES * q)
        if column < stride:
            at = int64(row) * stride + column
            if shape.fours:
                add_four(matrix, at, registers, first + 4 * q)
            else:
                add_four_singly(matrix, at, registers, first + 4 * q)


@device
def _halve(values, given, n, per_lane, lane):
    """Half of the values go to a lane across, and half of that lane's come here: values[:n] are sums of two lanes."""
    bit = n // per_lane
    is_upper = (lane & bit) != 0
    for i in range(n):
        give = values[i] if is_upper else values[i + n]
        keep = values[i + n] if is_upper else values[i]
        values[i] = keep
        given[i] = give
    exchange(given, n, bit)
    for i in range(n):
        values[i] += given[i]


@device
def sum_over_lanes(values, given, n, lane):
    """Sum each of n values over the lanes; n is 8, 16, 32 or 64. given : scratch for n / 2 values.

    Afterwards value p is in lane p (for 64: value p is values[p % 2] of lane p // 2), and below 32 in lanes p + n, too.
    It takes n - 1 exchanges or a few more, in place of 5 n.
    """
    per_lane = max(n // LANES, 1)
    _halve(values, given, n // 2, per_lane, lane)
    _halve(values, given, n // 4, per_lane, lane)
    _halve(values, given, n // 8, per_lane, lane)
    if n >= 16:
        _halve(values, given, n // 16, per_lane, lane)
    if n >= 32:
        _halve(values, given, n // 32, per_lane, lane)
    if n <= 8:
        given[0] = values[0]
        exchange(given, 1, 8)
        values[0] += given[0]
    if n <= 16:
        given[0] = values[0]
        exchange(given, 1, 16)
        values[0] += given[0]
