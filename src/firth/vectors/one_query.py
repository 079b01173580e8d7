"""The best rows for one query, from its cosines with all rows: the end of a search without the arrays of a batch.

In a vocabulary of a few thousand words these arrays take longer than all products: 50 µs instead of 280 for 1,000 × 100
numbers.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.vectors.ranking import SPARE, Ranking, cosines_of_rows, largest

__all__ = ["best_of_cosines"]

MOST_EQUAL = 1000  # more rows with the same cosine than that are not all ranked


def best_of_cosines(
    matrix: Matrix, cosines: Vector, query: NDArray[np.float64], count: int, excluded: Sequence[int]
) -> Ranking:
    """The `count` rows of a matrix (N, D) with the largest cosine to a query (D,): see ExactSearch.nearest.

    cosines : (N,) in float32, changed in place. The best rows by them, and a few more, are ranked in float64.
    """
    if len(cosines) > count + len(excluded) + SPARE:
        for row in excluded:
            if row < len(cosines):
                cosines[row] = -np.inf
        excluded = ()
    wanted = min(len(cosines), count + len(excluded) + SPARE)
    split = len(cosines) - wanted
    sorted_in_part = cosines.copy()
    sorted_in_part.partition(split)
    (rows,) = (cosines >= sorted_in_part[split]).nonzero()
    if len(rows) > wanted + MOST_EQUAL:
        rows = largest(cosines[None], wanted)[0]
    exact = cosines_of_rows(matrix.take(rows, axis=0).astype(np.float64), query)
    for row in excluded:
        exact[rows == row] = -np.inf
    order = (-exact).argsort(kind="stable")[None, :count]  # rows are ascending: so are equal ones
    return Ranking(rows[order], exact[order])
