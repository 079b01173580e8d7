"""What users may write as a query, turned into a direction to look in."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError
from firth.vectors.analogy_search import NONE, WordSums

__all__ = [
    "Item",
    "Items",
    "Many",
    "Queries",
    "Weighted",
    "Words",
    "both",
    "build",
    "build_sums",
    "checked_vector",
    "is_many",
    "paired",
    "unit",
    "weighted_items",
]

Item: TypeAlias = str | NDArray[np.floating] | tuple[str | NDArray[np.floating], float]
Words: TypeAlias = list[str] | tuple[str, ...]
Items: TypeAlias = Item | Sequence[Item]  # one query
Many: TypeAlias = Sequence[list[Item]]  # many queries

Doubles: TypeAlias = NDArray[np.float64]
Find: TypeAlias = Callable[[str], int | Vector]  # a word's row, or a vector where it has none


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


def is_word(item: object) -> bool:
    """Whether this is a word."""
    return isinstance(item, str)


def is_one(item: object) -> bool:
    """Whether this is a word, or a vector that may stand for one."""
    return is_word(item) or _is_vector(item)


def is_many(items: object) -> bool:
    """Whether `positive=` or `negative=` holds many queries: a list whose first entry is a list."""
    return isinstance(items, list | tuple) and len(items) > 0 and isinstance(items[0], list)


def as_lists(call: str, *words: Any, is_one: Callable[[Any], bool] = is_word) -> tuple[bool, Sequence[Any]]:
    """The arguments of a question about several words at once as lists, and whether each was one word.

    Raises SettingError, naming the call, unless all are single words, or lists of the same length.
    """
    single = [is_one(word) for word in words]
    if all(single):
        return True, [[word] for word in words]
    if any(single) or len({len(some) for some in words}) > 1:
        number = {2: "two", 3: "three"}[len(words)]
        raise SettingError(f"{call}() takes {number} words, or {number} lists of the same length")
    return False, words


def weighted_items(items: object, sign: float) -> list[Weighted]:
    """One query's items with their weights, `sign` where none is given."""
    if items is None:
        return []
    if isinstance(items, str) or _is_weighted(items) or _is_vector(items):
        items = [items]
    if not isinstance(items, list | tuple):
        raise SettingError(f"{items!r} is no query: must be a word, a vector or a list of them")
    return [_weighted(item, sign) for item in items]


def both(positive: object, negative: object) -> list[Weighted]:
    """One query's items: those added, then those taken away."""
    return weighted_items(positive, 1.0) + weighted_items(negative, -1.0)


def paired(positive: Any, negative: Any) -> list[tuple[Any, Any]]:
    """The positive and the negative items of each of many queries."""
    length = len(positive if positive is not None else negative)
    positive = [None] * length if positive is None else positive
    negative = [None] * length if negative is None else negative
    if len(positive) != len(negative) or not all(
        one is None or isinstance(one, list) for one in (*positive, *negative)
    ):
        raise SettingError("many queries: positive= and negative= must be as many lists of items each")
    return list(zip(positive, negative, strict=True))


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


def build(asked: Sequence[Sequence[Weighted]], find: Find, matrix: Matrix) -> Queries:
    """The direction of each query: the weighted sum of its items, each first scaled to length 1.

    Parameters
    ----------
    asked : the items of each query.
    find : finds a word's row in the matrix (V, D), or a vector for it.

    Raises
    ------
    SettingError : a query has no items, or a vector is not D finite numbers.
    """
    units, left_out = _look_up(asked, find, matrix)
    weights = np.array([weight for query in asked for _, weight in query])[:, None]
    starts = np.cumsum([0, *map(len, asked)])[:-1]
    return Queries(unit(np.add.reduceat(units * weights, starts)), left_out)


def build_sums(asked: Sequence[Sequence[Weighted]], find: Find, matrix: Matrix) -> tuple[WordSums, list[list[int]]]:
    """The same for methods that combine cosines: what each query adds and takes away, and what it leaves out.

    Raises
    ------
    SettingError : as `build` does; also where a query adds nothing, or a weight is not 1.
    """
    units, left_out = _look_up(asked, find, matrix)
    added: list[list[int]] = []
    taken: list[list[int]] = []
    line = 0
    for query in asked:
        added.append([])
        taken.append([])
        for item, weight in query:
            if abs(weight) != 1:
                raise SettingError(f"weight {weight} of {item!r}: method='3cosmul' knows no weights; leave it out")
            (added if weight > 0 else taken)[-1].append(line)
            line += 1
        if not added[-1]:
            raise SettingError("method='3cosmul' needs at least one positive= item")
    return WordSums(units, _rectangle(added), _rectangle(taken)), left_out


def _rectangle(lines: list[list[int]]) -> NDArray[np.int64]:
    width = max(map(len, lines))
    return np.array([some + [NONE] * (width - len(some)) for some in lines], np.int64)


def _look_up(asked: Sequence[Sequence[Weighted]], find: Find, matrix: Matrix) -> tuple[Doubles, list[list[int]]]:
    """All items as vectors of length 1 (n, D), and for each query the rows of its words."""
    vectors = np.empty((sum(map(len, asked)), matrix.shape[1]), np.float64)
    left_out: list[list[int]] = []
    line = 0
    for query in asked:
        if not query:
            raise SettingError("nothing to ask: give a word, positive= or negative=")
        left_out.append([])
        for item, _ in query:
            found = find(item) if isinstance(item, str) else checked_vector(item, matrix.shape[1])
            if isinstance(found, int):
                left_out[-1].append(found)
                found = matrix[found]
            vectors[line] = found
            line += 1
    return unit(vectors), left_out


def checked_vector(vector: Any, size: int) -> Doubles:
    """The vector as float64, if it is D finite numbers. Raises SettingError."""
    if not _is_vector(vector) or vector.shape != (size,) or not np.isfinite(vector).all():
        shown = f"a vector of shape {vector.shape}" if isinstance(vector, np.ndarray) else repr(vector)
        raise SettingError(f"{shown} cannot be asked: must be {size} finite numbers")
    doubles: Doubles = np.asarray(vector, np.float64)
    return doubles
