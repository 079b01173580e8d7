"""Products and cosines of a row with a query: what single.py, graph.py and the search of recommenders compute."""

from numpy import float32

from firth.kernels.compile import step
from firth.simd.lanes import LANES
from firth.simd.operations import fma, load, splat, sum_lanes

__all__ = ["cosine", "product"]


@step
def product(numbers, row, query):
    """The product of one row of a flat matrix (V * D,) with a query (D,)."""
    size = query.shape[0]
    start = row * size
    whole = size - size % LANES
    products = splat(float32(0.0))
    for d in range(0, whole, LANES):
        products = fma(load(numbers, start + d), load(query, d), products)
    total = sum_lanes(products)
    for d in range(whole, size):
        total += numbers[start + d] * query[d]
    return total


@step
def cosine(numbers, inverse_norms, row, query):
    """The cosine of one row of a flat matrix (V * D,) with a query (D,)."""
    return product(numbers, row, query) * inverse_norms[row]
