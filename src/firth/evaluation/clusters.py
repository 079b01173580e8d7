"""Clusters of vectors by direction: spherical k-means (Dhillon and Modha 2001), started by k-means++.

Source  k-means++: Arthur and Vassilvitskii 2007.
Shapes  N vectors of length 1, D numbers each.
"""

import numpy as np
from numpy.typing import NDArray

from firth.evaluation.known_words import unit_rows
from firth.interruption import blas

__all__ = ["spherical_clusters"]

_ROUNDS = 50  # k-means settles in 5 to 15 rounds on test sets


def spherical_clusters(
    units: NDArray[np.float32], count: int, random: np.random.Generator, starts: int = 20
) -> NDArray[np.int64]:
    """The cluster (N,) of each row, a number in [0, count), from the tightest of `starts` runs of spherical k-means."""
    best, tightest = np.zeros(len(units), np.int64), -np.inf
    for _ in range(starts if len(units) else 0):
        centers = _spread_centers(units, count, random)
        labels = np.full(len(units), -1, np.int64)
        for _ in range(_ROUNDS):
            with blas:
                nearest = (units @ centers.T).argmax(axis=1)
            if np.array_equal(nearest, labels):
                break
            labels = nearest
            for cluster in np.unique(labels):  # an emptied cluster keeps its center
                centers[cluster] = units[labels == cluster].sum(axis=0)
            centers = unit_rows(centers)
        tightness = float(np.einsum("nd,nd->", units, centers[labels]))
        if tightness > tightest:
            best, tightest = labels, tightness
    return best


def _spread_centers(units: NDArray[np.float32], count: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Starting centers (count, D): rows far from one another (k-means++)."""
    chosen = [int(random.integers(len(units)))]
    distance = np.full(len(units), np.inf)
    for _ in range(count - 1):
        with blas:
            distance = np.minimum(distance, np.maximum(0, 1 - units @ units[chosen[-1]]))
        distance[chosen] = 0
        total = distance.sum()
        chances = distance / total if total > 0 else None
        chosen.append(int(random.choice(len(units), p=chances)))
    return units[chosen].copy()
