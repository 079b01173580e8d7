"""The K best rows found so far for each query, kept in a binary heap whose root is the worst of them.

A candidate that beats the root replaces it and is sifted down: log2 K comparisons, and most rows are rejected by the
comparison with the root alone.

Shapes     heaps: see Heaps in kernels/arguments.py. Of rows with equal scores the first one is better.
"""

from firth.kernels.compile import step

__all__ = ["BELOW_ALL", "is_worse", "replace_root"]

BELOW_ALL = -2.0  # less than any score: marks the unused slots of a heap


@step
def is_worse(score, row, other_score, other_row):
    """Whether a row ranks below another one."""
    return score < other_score or (score == other_score and row > other_row)


@step
def replace_root(heaps, query, score, row):
    """Replace the worst of a query's best rows: put the new row at the root and sift it down."""
    count = heaps.scores.shape[1]
    hole = 0
    child = 1
    while child < count:
        if child + 1 < count and is_worse(
            heaps.scores[query, child + 1],
            heaps.rows[query, child + 1],
            heaps.scores[query, child],
            heaps.rows[query, child],
        ):
            child += 1
        if not is_worse(heaps.scores[query, child], heaps.rows[query, child], score, row):
            break
        heaps.scores[query, hole] = heaps.scores[query, child]
        heaps.rows[query, hole] = heaps.rows[query, child]
        hole = child
        child = 2 * hole + 1
    heaps.scores[query, hole] = score
    heaps.rows[query, hole] = row
