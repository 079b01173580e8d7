"""The cosine of a row with a query of length 1."""

from numpy import float32

from firth.kernels.compile import step
from firth.simd.lanes import LANES
from firth.simd.operations import fma, load, splat, sum_lanes

__all__ = ["cosine"]


@step
def cosine(numbers, inverse_norms, row, query):
    """Between a row of the matrix, whose rows lie end to end, and a query of length 1."""
    size = query.shape[0]
    start = row * size
    whole = size - size % LANES
    products = splat(float32(0.0))
    for d in range(0, whole, LANES):
        products = fma(load(numbers, start + d), load(query, d), products)
    total = sum_lanes(products)
    for d in range(whole, size):
        total += numbers[start + d] * query[d]
    return total * inverse_norms[row]
