"""New items: known only by their attributes, such as brand and category, and recommended by them.

Their vectors are the mean of those of the most similar known items, as Airbnb does for new listings.

Source   Grbovic and Cheng 2018, "Real-time personalization using embeddings for search ranking at Airbnb", section 3.3.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.corpus.vocabulary import Vocabulary
from firth.errors import SettingError, quoted, warn
from firth.recommend.attributes import Attributes
from firth.recommend.items import UNKNOWN, Item, Items
from firth.spelling import near_spellings

__all__ = ["ColdStart", "NewItems", "Similarities", "listed_attributes", "of_items", "parse_attributes", "with_new"]


class ColdStart(NamedTuple):
    """The vectors of an item that is known only by its attributes.

    item_vector : (D,) as one of a history.
    next_vector : (D,) as the next one.
    """

    item_vector: Vector
    next_vector: Vector


class NewItems(NamedTuple):
    """M items that no sequence has."""

    names: list[str]
    item_vectors: Matrix  # (M, D)
    next_vectors: Matrix  # (M, D)

    def and_more(self, more: "NewItems") -> "NewItems":
        """Both; items that are in both have the vectors of `more`."""
        replaced = set(more.names)
        kept = [i for i, name in enumerate(self.names) if name not in replaced]
        return NewItems(
            [self.names[i] for i in kept] + more.names,
            np.concatenate([self.item_vectors[kept], more.item_vectors]),
            np.concatenate([self.next_vectors[kept], more.next_vectors]),
        )


def with_new(items: Items, new: NewItems) -> Items:
    """The N items and, after them, the new ones, with a count of 0."""
    words = [*items.vocabulary.words, *new.names]
    counts = np.concatenate([items.counts, np.zeros(len(new.names), np.int64)])
    return Items(Vocabulary(words, counts), items.are_integers)


class Similarities:
    """How much alike items are by their attributes: the cosine of their values, of which rare ones count more.

    attributes : of items; those that are not among `items` are left out.
    """

    def __init__(self, attributes: Attributes, items: Items) -> None:
        numbers = items.numbers(attributes.item_ids)
        rows = np.repeat(numbers, np.diff(attributes.offsets))
        known = rows != UNKNOWN
        self._rows, values = rows[known], attributes.values[known]
        n_values = len(attributes.names)
        counts = np.bincount(values, minlength=n_values)
        self._weights = np.log((1 + len(items)) / (1 + counts)) + 1e-6
        squares = np.bincount(self._rows, self._weights[values] ** 2, len(items))
        self._lengths = np.sqrt(squares)
        order = np.argsort(values, kind="stable")
        self._rows = self._rows[order]
        self._starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])

    def nearest(self, values: Iterable[int], count: int) -> NDArray[np.int64]:
        """The `count` items that are most like one with these values, or fewer; only items with a common value."""
        sums = np.zeros(len(self._lengths))
        for value in set(values):
            sums[self._rows[self._starts[value] : self._starts[value + 1]]] += self._weights[value] ** 2
        np.divide(sums, self._lengths, out=sums, where=self._lengths > 0)
        best = np.argsort(-sums, kind="stable")[:count]
        return best[sums[best] > 0]


def of_items(attributes: Attributes, items: Items) -> Attributes:
    """The attributes of the N items, in their order; others are left out."""
    numbers = items.numbers(attributes.item_ids)
    rows = np.full(len(items), UNKNOWN)
    rows[numbers[numbers != UNKNOWN]] = np.flatnonzero(numbers != UNKNOWN)
    values = [attributes.of(row) if row != UNKNOWN else attributes.values[:0] for row in rows.tolist()]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(some) for some in values], dtype=np.int64)])
    together = np.concatenate([*values, np.empty(0, np.int32)]).astype(np.int32)
    return Attributes(items.list_of(range(len(items))), offsets, together, attributes.names)


def parse_attributes(given: Mapping[str, Any], names: list[tuple[str, str]]) -> list[int]:
    """The values of an item, given as {"brand": "Acme", "category": ["pots", "steel"]}, as indices of `names`.

    Values that no item of the training has are left out with a warning.

    Raises   SettingError for a column that there is not, or if no value is left.
    """
    numbers = {name: i for i, name in enumerate(names)}
    columns = list(dict.fromkeys(column for column, _ in names))
    found, unknown = [], []
    for column, value in given.items():
        if column not in columns:
            raise SettingError(f"{quoted(column)}: there is no such attribute; there are {', '.join(columns)}")
        for text in [value] if isinstance(value, str | int) else list(value):
            number = numbers.get((column, str(text)))
            if number is None:
                near = near_spellings(str(text), [other for name, other in names if name == column])
                unknown.append(f"{column} {quoted(text)}" + (f" (near spellings: {', '.join(near)})" if near else ""))
            else:
                found.append(number)
    if not found:
        advice = f"; unknown: {', '.join(unknown)}" if unknown else ""
        raise SettingError(f"attributes {quoted(dict(given))}: no value is known from the training{advice}")
    if unknown:
        warn(f"attributes that no item of the training has were left out: {', '.join(unknown)}")
    return found


def listed_attributes(given: Attributes | Mapping[Item, Mapping[str, Any]]) -> list[tuple[Item, dict[str, list[str]]]]:
    """Items and their values by column."""
    if not isinstance(given, Attributes):
        return [(item, dict(values)) for item, values in given.items()]
    listed = []
    for i, item in enumerate(given.item_ids):
        values: dict[str, list[str]] = {}
        for value in given.of(i).tolist():
            column, text = given.names[value]
            values.setdefault(column, []).append(text)
        listed.append((item, values))
    return listed
