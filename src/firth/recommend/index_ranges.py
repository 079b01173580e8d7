"""Indices of many ranges, one after the other."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["indices_of", "offsets_of"]


def offsets_of(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where sequences of these lengths begin (S + 1,), one after the other."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


def indices_of(first: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """first[0], first[0] + 1, …, `lengths[0]` of them, and so on."""
    offsets = offsets_of(lengths)
    indices: NDArray[np.int64] = np.repeat(first - offsets[:-1], lengths)
    indices += np.arange(offsets[-1])
    return indices
