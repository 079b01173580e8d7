"""The best rows found so far for each query, as a heap: the worst of them at its root.

Shapes  cosines, rows (Q, K) float32 and int64: the heaps of Q queries. Of equal cosines the first row is the better.
"""

from firth.kernels.compile import step

__all__ = ["BELOW_ALL", "replace_root"]

BELOW_ALL = -2.0  # no cosine is: what stands in the free places of a heap


@step
def is_worse(cosine, row, other_cosine, other_row):
    """Whether a row comes after another: of equals the first row is the best."""
    return cosine < other_cosine or (cosine == other_cosine and row > other_row)


@step
def replace_root(cosines, rows, query, cosine, row):
    """Put a row in the place of the worst of a query's best, and mend the heap."""
    count = cosines.shape[1]
    hole = 0
    child = 1
    while child < count:
        if child + 1 < count and is_worse(
            cosines[query, child + 1], rows[query, child + 1], cosines[query, child], rows[query, child]
        ):
            child += 1
        if not is_worse(cosines[query, child], rows[query, child], cosine, row):
            break
        cosines[query, hole] = cosines[query, child]
        rows[query, hole] = rows[query, child]
        hole = child
        child = 2 * hole + 1
    cosines[query, hole] = cosine
    rows[query, hole] = row
