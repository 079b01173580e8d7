"""Products of two tiles in shared memory: 64 rows with 64 rows, 16 numbers of each at a time, by 64 threads.

A tile holds number d of row i at d * STRIDE + i. Each thread sums the products of 8 rows with 8 rows in registers.
"""

from firth.kernels.cuda.compile import device

__all__ = ["DEPTH", "EACH", "NUMBERS", "ROWS", "STRIDE", "SUMS", "THREADS", "add_products", "place"]

ROWS = 64  # of a tile
THREADS = 64  # of a block
DEPTH = 16  # numbers of each row that are in shared memory together
EACH = 8  # rows of either tile whose products a thread sums
SUMS = EACH * EACH
STRIDE = 68  # between numbers of a tile: 64, and 4 that spread the banks; whole registers of 4 numbers
NUMBERS = DEPTH * STRIDE  # of a tile


@device
def place(mine, i):
    """Which of 64 rows a thread has as its i-th: two times four that follow one another."""
    return 4 * mine + (i // 4) * 32 + i % 4


@device
def add_products(left, right, sums, a, b, me):
    """sums[i * EACH + j] += the product of rows i and j of this thread.   a, b : scratch for EACH numbers"""
    for d in range(DEPTH):
        for i in range(EACH):
            a[i] = left[d * STRIDE + place(me // EACH, i)]
            b[i] = right[d * STRIDE + place(me % EACH, i)]
        for i in range(EACH):
            for j in range(EACH):
                sums[i * EACH + j] += a[i] * b[j]
