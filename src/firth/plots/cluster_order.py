"""An order in which similar items are adjacent: that of the leaves of a tree of clusters."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["cluster_order"]


def cluster_order(similarities: NDArray[np.float64]) -> list[int]:
    """The order (n,) of n items with these similarities (n, n).

    The two most similar clusters are merged until one is left; the similarity of two clusters is the mean over their
    members (average linkage: Sokal and Michener 1958). When two are merged, each may be reversed so that their most
    similar ends meet.
    """
    orders = {i: [i] for i in range(len(similarities))}
    between = similarities.astype(np.float64)
    np.fill_diagonal(between, -np.inf)
    while len(orders) > 1:
        kept, gone = sorted(int(index) for index in np.unravel_index(np.argmax(between), between.shape))
        sizes = len(orders[kept]), len(orders[gone])
        mean = np.average(between[[kept, gone]], axis=0, weights=sizes)
        mean[kept] = -np.inf
        between[kept] = between[:, kept] = mean
        between[gone] = between[:, gone] = -np.inf
        orders[kept] = _join(orders[kept], orders.pop(gone), similarities)
    return next(iter(orders.values()), [])


def _join(first: list[int], second: list[int], similarities: NDArray[np.float64]) -> list[int]:
    """Both orders in one, each reversed if needed so that their most similar ends meet."""
    ways = [(a, b) for a in (first, first[::-1]) for b in (second, second[::-1])]
    best = max(ways, key=lambda way: similarities[way[0][-1], way[1][0]])
    return best[0] + best[1]
