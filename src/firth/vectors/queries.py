"""What users may write as a query, turned into a direction to look in."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import SettingError

__all__ = [
    "Item",
    "Items",
    "Many",
    "Queries",
    "Weighted",
    "Words",
    "build",
    "is_many",
    "unit",
    "weighted_items",
]

Item: TypeAlias = str | NDArray[np.floating] | tuple[str | NDArray[np.floating], float]
Words: TypeAlias = list[str] | tuple[str, ...]
Items: TypeAlias = Item | Sequence[Item]  # one query
Many: TypeAlias = Sequence[list[Item]]  # many queries

Doubles: TypeAlias = NDArray[np.float64]


class Weighted(NamedTuple):
    """A word or a vector, and how much it pulls the query towards itself (negative: away)."""

    item: str | Doubles
    weight: float


class Queries(NamedTuple):
    """Directions to look in, and the rows that are no answers because they were asked with."""

    directions: Doubles  # (Q, D) of length 1, or 0 where the items cancel
    left_out: list[list[int]]  # for each query


def unit(vector: Doubles) -> Doubles:
    """The vector, or each row, scaled to length 1; zeros stay zeros."""
    largest = np.max(np.abs(vector), axis=-1, keepdims=True, initial=0.0)
    scaled = np.zeros_like(vector)
    np.divide(vector, largest, out=scaled, where=largest > 0)
    norms = np.sqrt(np.sum(scaled * scaled, axis=-1, keepdims=True))
    np.divide(scaled, norms, out=scaled, where=norms > 0)
    return scaled


def is_many(items: object) -> bool:
    """Whether `positive=` or `negative=` holds many queries: a list whose first entry is a list."""
    return isinstance(items, list | tuple) and len(items) > 0 and isinstance(items[0], list)


def weighted_items(items: object, sign: float) -> list[Weighted]:
    """One query's items with their weights, `sign` where none is given."""
    if items is None:
        return []
    if isinstance(items, str) or _is_weighted(items) or _is_vector(items):
        items = [items]
    if not isinstance(items, list | tuple):
        raise SettingError(f"{items!r} is no query: must be a word, a vector or a list of them")
    return [_weighted(item, sign) for item in items]


def _is_weighted(item: object) -> bool:
    return isinstance(item, tuple) and len(item) == 2 and not isinstance(item[1], str | np.ndarray)


def _is_vector(item: object) -> bool:
    return isinstance(item, np.ndarray) and item.ndim == 1 and item.dtype.kind in "fiu"


def _weighted(item: object, sign: float) -> Weighted:
    weight = sign
    if isinstance(item, tuple) and _is_weighted(item):
        item, given = item
        weight = sign * _checked_weight(item, given)
    if isinstance(item, str):
        return Weighted(item, weight)
    if _is_vector(item):
        return Weighted(np.asarray(item, np.float64), weight)
    raise SettingError(f"{item!r} cannot be asked: must be a word, a vector (D,) of numbers, or (either, weight)")


def _checked_weight(item: object, weight: Any) -> float:
    try:
        number = float(weight)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise SettingError(f"weight {weight!r} of {item!r}: must be a finite number")
    return number


def build(asked: Sequence[Sequence[Weighted]], row_of: Callable[[str], int], matrix: Matrix) -> Queries:
    """The direction of each query: the weighted sum of its items, each first scaled to length 1.

    Parameters
    ----------
    asked : the items of each query; at least one query.
    row_of : finds a word's row in the matrix (V, D).

    Raises
    ------
    SettingError : a query has no items, or a vector is not D finite numbers.
    """
    size = matrix.shape[1]
    starts = np.cumsum([0, *map(len, asked)])
    items = np.empty((starts[-1], size), np.float64)
    weights = np.empty((starts[-1], 1), np.float64)
    left_out: list[list[int]] = []
    for query, start in zip(asked, starts, strict=False):
        if not query:
            raise SettingError("nothing to ask: give a word, positive= or negative=")
        left_out.append([])
        for i, (item, weight) in enumerate(query, int(start)):
            weights[i] = weight
            if isinstance(item, str):
                row = row_of(item)
                left_out[-1].append(row)
                items[i] = matrix[row]
            else:
                items[i] = _checked_vector(item, size)
    directions = np.add.reduceat(unit(items) * weights, starts[:-1])
    return Queries(unit(directions), left_out)


def _checked_vector(vector: Doubles, size: int) -> Doubles:
    if vector.shape != (size,) or not np.isfinite(vector).all():
        raise SettingError(f"a vector of shape {vector.shape} cannot be asked: must be {size} finite numbers")
    return vector
