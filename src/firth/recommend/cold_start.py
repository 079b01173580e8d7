"""Vectors of items that are known only by their attributes, from those of a Recommender."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np

from firth.errors import SettingError, quoted
from firth.recommend.attributes import Attributes
from firth.recommend.items import UNKNOWN, Item
from firth.recommend.learned import Learned
from firth.recommend.new_items import ColdStart, NewItems, Similarities, listed_attributes, parse_attributes
from firth.settings import check_value, one_of
from firth.vectors.given import check_whole

__all__ = ["ColdMethod", "ColdVectors"]

ColdMethod: TypeAlias = Literal["composed", "neighbours"]


class ColdVectors:
    """Makes vectors from attributes: see Recommender.cold_start.

    Raises   SettingError for an impossible option, or if no attributes of the items are known.
    """

    def __init__(self, learned: Learned, method: ColdMethod, neighbours: int) -> None:
        check_value("method", method, one_of(("composed", "neighbours")))
        check_whole("neighbours", neighbours)
        if learned.attributes is None:
            raise SettingError("the attributes of the items are not known: give them to fit(sequences, attributes)")
        self._learned, self._method, self._neighbours = learned, method, neighbours
        self._attributes = learned.attributes

    def of(self, attributes: Mapping[str, Any]) -> ColdStart:
        """The vectors of an item with these attributes."""
        values = parse_attributes(attributes, self._attributes.names)
        learned = self._learned
        if self._method == "composed":
            found = learned.vectors.cold_vectors(np.array(values, np.int32))
            if found is not None:
                return ColdStart(*found)
        else:
            rows = self._similarities.nearest(values, self._neighbours)
            if len(rows):
                return ColdStart(
                    learned.vectors.item_vectors[rows].mean(axis=0), learned.next_vectors[rows].mean(axis=0)
                )
        raise SettingError("no item of the training has any of these attributes: nothing is alike")

    def new_items(self, attributes: Attributes | Mapping[Item, Mapping[str, Any]]) -> NewItems:
        """The items that the recommender does not know yet, with their vectors."""
        items = self._learned.items
        listed = [(item, values) for item, values in listed_attributes(attributes) if items.number(item) == UNKNOWN]
        if not listed:
            raise SettingError("no item is new: all of them occur in the sequences of the training")
        for item, _ in listed:
            if isinstance(item, str) == items.are_integers:
                wanted = "integers" if items.are_integers else "strings"
                raise SettingError(f"item {quoted(item)}: must be {wanted}, as the items of the training are")
        vectors = [self.of(values) for _, values in listed]
        return NewItems(
            [str(item) for item, _ in listed],
            np.stack([vector.item_vector for vector in vectors]),
            np.stack([vector.next_vector for vector in vectors]),
        )

    @cached_property
    def _similarities(self) -> Similarities:
        return Similarities(self._attributes, self._learned.items)
