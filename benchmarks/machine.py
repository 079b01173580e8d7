"""The machine's present speed: peak fused multiply-adds per second, and the time between two cores.

Two cores that share no cache ("far") take about three times as long to hand over a cache line as two that do ("near");
virtual machines move between the two. Training with two threads depends on it, so it is reported with training times.
"""

import threading
import time

import numba
import numpy as np
from numba import float32

from firth.simd.lanes import LANES
from firth.simd.memory import add_atomically, read_atomically
from firth.simd.operations import add, fma, splat, sum_lanes

CHAINS = 12  # independent sums: a multiply-add takes 4 cycles, and two can start in each


@numba.njit(nogil=True)
def multiply_add(n):
    scale, shift = splat(float32(0.999)), splat(float32(1e-3))
    a, b, c, d = splat(float32(1)), splat(float32(2)), splat(float32(3)), splat(float32(4))  # different values, or
    e, f, g, h = splat(float32(5)), splat(float32(6)), splat(float32(7)), splat(float32(8))  # the compiler merges
    i, j, k, m = splat(float32(9)), splat(float32(10)), splat(float32(11)), splat(float32(12))  # the chains
    for _ in range(n):
        a, b, c, d = fma(a, scale, shift), fma(b, scale, shift), fma(c, scale, shift), fma(d, scale, shift)
        e, f, g, h = fma(e, scale, shift), fma(f, scale, shift), fma(g, scale, shift), fma(h, scale, shift)
        i, j, k, m = fma(i, scale, shift), fma(j, scale, shift), fma(k, scale, shift), fma(m, scale, shift)
    total = add(add(add(a, b), add(c, d)), add(add(add(e, f), add(g, h)), add(add(i, j), add(k, m))))
    return sum_lanes(total)


@numba.njit(nogil=True)
def hand_over(ball, me, n):
    for turn in range(n):
        while read_atomically(ball, 0) != 2 * turn + me:
            pass
        add_atomically(ball, 0, 1)


def together(*jobs) -> float:
    """Seconds until all jobs are done, each in its own thread."""
    threads = [threading.Thread(target=job) for job in jobs]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun


def peak_gflops(repeat: int = 3, n: int = 5_000_000) -> float:
    """Billion floating-point operations per second of one core, the best of `repeat` measurements."""
    multiply_add(10)
    seconds = min(together(lambda: multiply_add(n)) for _ in range(repeat))
    return CHAINS * 2 * LANES * n / seconds / 1e9


def handover_nanoseconds(n: int = 50_000) -> float:
    """Time for a cache line to get from one core to another: about 50 near, 150 and more far."""
    hand_over(np.zeros(8, np.int64), 0, 0)
    ball = np.zeros(8, np.int64)
    return together(lambda: hand_over(ball, 0, n), lambda: hand_over(ball, 1, n)) / (2 * n) * 1e9


if __name__ == "__main__":
    print(f"{peak_gflops():.0f} GFLOP/s per core, {handover_nanoseconds():.0f} ns from core to core")
