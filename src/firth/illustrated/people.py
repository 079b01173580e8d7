"""People as vectors: a test gives each person some scores, and similar people have similar vectors.

38 of 100 for extraversion                 one number on a line, -0.24 on a line from -1 to 1
two scores                                 a point, or an arrow from the origin
any number of scores                       a vector; nobody can draw it, but the cosine works all the same
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["EXAMPLE", "cosine", "cosines", "minus_one_to_one", "most_alike"]

# The people whom the document compares, with scores from 0 to 100; it shows two traits first, then all five.
EXAMPLE = [
    ("name", "trait 1", "trait 2", "trait 3", "trait 4", "trait 5"),
    ("Jay", 30, 90, 75, 40, 65),
    ("Person 1", 35, 60, 65, 30, 95),
    ("Person 2", 25, 30, 40, 85, 45),
]


def minus_one_to_one(scores: ArrayLike, low: float = 0, high: float = 100) -> NDArray[np.float64]:
    """Scores from low to high, moved to a line from -1 to 1: the middle becomes 0."""
    return 2 * (np.asarray(scores, np.float64) - low) / (high - low) - 1


def cosine(one: ArrayLike, other: ArrayLike) -> float:
    """The cosine of the angle between two vectors: 1 same direction, 0 a right angle, -1 opposite; 0 for zeros."""
    return float(cosines(np.array([one, other]))[0, 1])


def cosines(vectors: ArrayLike) -> NDArray[np.float64]:
    """The cosine of each of N vectors (N, D) with each other (N, N)."""
    rows = np.asarray(vectors, np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return np.asarray(np.clip(unit @ unit.T, -1, 1))


def most_alike(vectors: ArrayLike) -> NDArray[np.int64]:
    """For each of N vectors (N, D), at least two, which other has the largest cosine with it (N,)."""
    table = cosines(vectors)
    np.fill_diagonal(table, -np.inf)
    return np.asarray(table.argmax(axis=1))
