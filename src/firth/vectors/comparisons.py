"""Comparing words with each other: pairwise cosines, tables of them, the odd one out, and weighted means."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError, quoted
from firth.interruption import blas
from firth.vectors.given import as_array, as_list
from firth.vectors.lookup import Lookup
from firth.vectors.query import checked_vector, is_many, unit

__all__ = ["cosine_table", "mean_vector", "odd_one_out", "pairwise_cosines", "units_of"]

ROWS_AT_ONCE = 4096  # of a table of cosines


def units_of(lookup: Lookup, items: Any) -> NDArray[np.float64]:
    """Words or vectors as vectors of length 1 (n, D). Raises SettingError and UnknownWordError."""
    size, listed = lookup.vector_size, as_list(items, "a list of words, or vectors")
    vectors = [
        lookup.vector(item) if isinstance(item, str) else checked_vector(as_array(item), size) for item in listed
    ]
    units = unit(np.array(vectors, np.float64).reshape(-1, size))
    if np.isnan(units.min(initial=0.0)):
        wrong = listed[int(np.isnan(units).any(axis=1).argmax())]
        raise SettingError(f"the vector of {quoted(wrong)} has numbers that are not finite: it has no direction")
    return units


def pairwise_cosines(lookup: Lookup, a: Any, b: Any) -> NDArray[np.float64]:
    """The cosine of each item of `a` with that of `b` (n,)."""
    cosines: NDArray[np.float64] = np.einsum("nd,nd->n", units_of(lookup, a), units_of(lookup, b)).clip(-1.0, 1.0)
    return cosines


@blas
def cosine_table(units: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cosine of each of n vectors of length 1 with each of m others (n, m)."""
    cosines = np.empty((len(units), len(others)), np.float64)
    for start in range(0, len(units), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        np.clip(units[some] @ others.T, -1.0, 1.0, out=cosines[some])
    return cosines


def odd_one_out(lookup: Lookup, words: Any) -> str:
    """The word with the smallest cosine to the mean of all of them. Raises SettingError for fewer than 3."""
    listed = as_list(words, "a list of at least 3 words")
    if len(listed) < 3:
        raise SettingError(f"{quoted(listed)}: odd_one_out() needs a list of at least 3 words")
    units = units_of(lookup, listed)
    odd: str = listed[int(np.argmin(units @ units.mean(axis=0)))]
    return odd


def mean_vector(lookup: Lookup, words: Any, weights: Any = None) -> Vector | Matrix:
    """See `WordVectors.mean_vector`."""
    if not is_many(words):
        return _mean(lookup, words, weights)
    if weights is None:
        weights = [None] * len(words)
    if len(weights) != len(words):
        raise SettingError(
            f"{len(weights):,} lists of weights for {len(words):,} lists of words: must be the same number"
        )
    return np.stack([_mean(lookup, some, each) for some, each in zip(words, weights, strict=True)])


def _mean(lookup: Lookup, words: Any, weights: ArrayLike | None) -> Vector:
    listed = as_list(words)
    vectors = lookup.vectors(listed).astype(np.float64)
    factors = np.ones(len(vectors)) if weights is None else np.asarray(weights, np.float64)
    if factors.shape != (len(vectors),) or not 0 < np.abs(factors).sum() < np.inf:
        raise SettingError(
            f"mean_vector() of {quoted(listed)}: needs at least one word, "
            "and for each a finite weight, not all of them 0"
        )
    mean: Vector = (factors @ vectors / np.abs(factors).sum()).astype(np.float32)
    return mean
