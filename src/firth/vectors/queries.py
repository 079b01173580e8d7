"""What users may write as a query, turned into a direction to look in."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError

__all__ = [
    "Item",
    "Items",
    "Many",
    "Query",
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


class Query(NamedTuple):
    """A direction to look in, and the rows that are no answer because they were asked with."""

    direction: Doubles  # (D,) of length 1, or 0 where the items cancel
    left_out: list[int]


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
    raise SettingError(
        f"{item!r} cannot be asked: must be a word, a vector (D,) of numbers, or (either, weight)"
    )


def _checked_weight(item: object, weight: Any) -> float:
    try:
        number = float(weight)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise SettingError(f"weight {weight!r} of {item!r}: must be a finite number")
    return number


def build(
    items: Sequence[Weighted], rows: Callable[[str], int], matrix: NDArray[np.float32]
) -> Query:
    """The direction of one query: the weighted sum of its items, each first scaled to length 1.

    `rows` finds a word's row in the matrix (V, D). Raises SettingError without any item, or where a
    vector has another length than D or is not finite.
    """
    if not items:
        raise SettingError("nothing to ask: give a word, positive= or negative=")
    total = np.zeros(matrix.shape[1], np.float64)
    left_out = []
    for item, weight in items:
        if isinstance(item, str):
            row = rows(item)
            left_out.append(row)
            vector = matrix[row].astype(np.float64)
        else:
            vector = item
        if vector.shape != total.shape or not np.isfinite(vector).all():
            raise SettingError(
                f"a vector of shape {vector.shape} cannot be asked: "
                f"must be {total.shape[0]} finite numbers"
            )
        total += weight * unit(vector)
    return Query(unit(total), left_out)
