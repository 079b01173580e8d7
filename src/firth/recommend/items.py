"""The items of a data set: their ids as the user knows them, numbered by falling frequency."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from firth.arrays import Counts, WordIds
from firth.corpus.vocabulary import Vocabulary

__all__ = ["UNKNOWN", "Item", "Items"]

Item: TypeAlias = str | int

UNKNOWN = -1  # the number of an item that is not among them


@dataclass(frozen=True, eq=False, repr=False)
class Items:
    """N different items, numbered from 0.

    vocabulary : their ids as text, most frequent first, with the number of events of each; 0 where only its attributes
        are known.
    are_integers : whether users know them as integers. Then integers are returned, and "7" means 7.
    """

    vocabulary: Vocabulary
    are_integers: bool = False

    def __len__(self) -> int:
        return len(self.vocabulary)

    @property
    def counts(self) -> Counts:
        """(N,) int64, events of each item."""
        return self.vocabulary.counts

    def number(self, item: Item) -> int:
        """The number of an item, or UNKNOWN."""
        found = self.vocabulary.get(str(item) if _is_integer(item) else item, UNKNOWN)  # type: ignore[arg-type]
        return UNKNOWN if found is None else found

    def numbers(self, items: Iterable[Item]) -> WordIds:
        """The numbers (n,) int32 of items, UNKNOWN where an item is not among them."""
        get, number = self.vocabulary.get, self.number
        found = [get(item, UNKNOWN) if type(item) is str else number(item) for item in items]
        return np.array(found, np.int32)

    def item(self, number: int) -> Item:
        """The id of an item as the user knows it."""
        text = self.vocabulary.words[number]
        return int(text) if self.are_integers else text

    def list_of(self, numbers: Iterable[int]) -> list[Item]:
        """The ids of numbered items."""
        return [self.item(int(number)) for number in numbers]

    def numbers_in(self, other: "Items") -> WordIds:
        """The number (N,) int32 that each item has in another data set, or UNKNOWN."""
        get = other.vocabulary.get
        return np.fromiter((get(word, UNKNOWN) for word in self.vocabulary.words), np.int32, len(self))

    def __repr__(self) -> str:
        shown = ", ".join(repr(self.item(number)) for number in range(min(3, len(self))))
        return f"Items({len(self):,}: {shown}{', …' if len(self) > 3 else ''})"


def _is_integer(item: Any) -> bool:
    return isinstance(item, int | np.integer) and not isinstance(item, bool)
