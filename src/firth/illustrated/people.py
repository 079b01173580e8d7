"""People as vectors: a test gives each person some scores, and similar people have similar vectors.

38 of 100 for extraversion      a number on a line: -0.24 on a line from -1 to 1
two scores                      a point, or an arrow from the origin
any number of scores            a vector; beyond three numbers it cannot be drawn, but the cosine works as before

Shapes   N people, D scores each.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["EXAMPLE", "cosine", "cosines", "minus_one_to_one", "most_alike"]

# The people of the document, with scores from 0 to 100; it compares them by the first two traits, then by all five.
EXAMPLE = [
    ("name", "trait 1", "trait 2", "trait 3", "trait 4", "trait 5"),
    ("Jay", 30, 90, 75, 40, 65),
    ("Person 1", 35, 60, 65, 30, 95),
    ("Person 2", 25, 30, 40, 85, 45),
]


def minus_one_to_one(scores: ArrayLike, low: float = 0, high: float = 100) -> NDArray[np.float64]:
    """Scores from `low` to `high`, of any shape, on a scale from -1 to 1: the middle becomes 0."""
    return 2 * (np.asarray(scores, np.float64) - low) / (high - low) - 1


def cosine(one: ArrayLike, other: ArrayLike) -> float:
    """The cosine of the angle between two vectors (D,).

    1: the same direction; 0: a right angle, or a vector of zeros; -1: opposite directions.
    """
    return float(cosines(np.array([one, other]))[0, 1])


def cosines(vectors: ArrayLike) -> NDArray[np.float64]:
    """The cosines of all pairs of N vectors (N, D), as a matrix (N, N)."""
    rows = np.asarray(vectors, np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return np.asarray(np.clip(unit @ unit.T, -1, 1))


def most_alike(vectors: ArrayLike) -> NDArray[np.int64]:
    """For each of N >= 2 vectors (N, D), the index of the other one with the highest cosine (N,)."""
    table = cosines(vectors)
    np.fill_diagonal(table, -np.inf)
    return np.asarray(table.argmax(axis=1))
