"""What users give a Recommender: histories, and the items that may be recommended."""

from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Vector
from firth.errors import SettingError, UnknownWordError, quoted
from firth.recommend.items import UNKNOWN, Item, Items
from firth.recommend.scorer import Histories
from firth.spelling import near_spellings
from firth.vectors.given import as_list

__all__ = ["GivenHistories", "allowed_items", "known_numbers", "listed_items", "read_histories"]

_HISTORY = "a list of items, oldest first"


class GivenHistories(NamedTuple):
    """Histories as numbers; unknown items are left out."""

    histories: Histories
    skipped: list[list[Item]]  # the unknown items of each
    vectors: list[Vector | None]  # those that were given in place of histories, which are empty then


def listed_items(given: Any, wanted: str) -> list[Item]:
    """Items as a list. Raises SettingError for a single string, which would be a list of characters, and for others."""
    listed = list(given) if type(given) is list else as_list(given, wanted)
    return [item.item() if isinstance(item, np.generic) else item for item in listed]


def read_histories(given: Iterable[Any], items: Items, size: int) -> GivenHistories:
    """Histories as users give them: lists of items, or vectors of a given size.

    Raises   SettingError where one is neither.
    """
    lists: list[list[Item]] = []
    vectors: list[Vector | None] = []
    for history in given:
        if isinstance(history, np.ndarray) and history.dtype.kind == "f":
            vectors.append(_checked(history, size))
            history = []
        else:
            vectors.append(None)
        lists.append(listed_items(history, _HISTORY))
    numbers = items.numbers(chain.from_iterable(lists))  # all at once: a NumPy call takes as long as ten items
    ends = np.cumsum(np.fromiter(map(len, lists), np.int64, len(lists)))
    skipped: list[list[Item]] = [[] for _ in lists]
    is_known = numbers != UNKNOWN
    if not is_known.all():
        positions = np.flatnonzero(~is_known)
        for position, place in zip(positions.tolist(), np.searchsorted(ends, positions, side="right"), strict=True):
            skipped[place].append(lists[place][position - int(ends[place])])
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(is_known)])[ends]
        numbers = numbers[is_known]
    return GivenHistories(Histories(numbers, np.concatenate([np.zeros(1, np.int64), ends])), skipped, vectors)


def _checked(vector: NDArray[Any], size: int) -> Vector:
    if vector.shape != (size,) or not np.isfinite(vector).all():
        raise SettingError(f"a vector of shape {vector.shape} as a history: must be {size} finite numbers, ({size},)")
    checked: Vector = vector.astype(np.float32)
    return checked


def known_numbers(name: str, given: Any, items: Items) -> NDArray[np.int32]:
    """The numbers of items that must be known.

    Raises   UnknownWordError for the first unknown one, with near spellings; SettingError for what is not a list.
    """
    listed = listed_items(given, f"{name}= a list of items")
    numbers = items.numbers(listed)
    for item, number in zip(listed, numbers.tolist(), strict=True):
        if number == UNKNOWN:
            if not isinstance(item, str | int):
                raise SettingError(f"{name}={quoted(item)}: must be a list of items")
            raise UnknownWordError(
                str(item), len(items), near_spellings(str(item), items.vocabulary.words), what="items"
            )
    return numbers


def allowed_items(only: Any, never: Any, items: Items) -> NDArray[np.bool_] | None:
    """Which items (N,) may be recommended; None for all. Raises as known_numbers does."""
    if only is None and never is None:
        return None
    allowed = np.full(len(items), only is None)
    if only is not None:
        allowed[known_numbers("only", only, items)] = True
    if never is not None:
        allowed[known_numbers("never", never, items)] = False
    return allowed
