"""Vectors of items that are known only by their attributes, from those of a Recommender."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from firth.errors import SettingError
from firth.recommend.attributes import Attributes
from firth.recommend.items import UNKNOWN, Item
from firth.recommend.learned import Learned
from firth.recommend.new_items import ColdStart, NewItems, Similarities, listed_attributes, parse_attributes

__all__ = ["cold_start", "new_items"]


def cold_start(learned: Learned, attributes: Mapping[str, Any], neighbours: int) -> ColdStart:
    """See Recommender.cold_start."""
    known = _known(learned)
    return _mean(learned, Similarities(known, learned.items), parse_attributes(attributes, known.names), neighbours)


def new_items(learned: Learned, attributes: Attributes | Mapping[Item, Mapping[str, Any]], neighbours: int) -> NewItems:
    """The items that the recommender does not know yet, with their vectors."""
    known = _known(learned)
    similarities = Similarities(known, learned.items)
    listed = [(item, values) for item, values in listed_attributes(attributes) if learned.items.number(item) == UNKNOWN]
    if not listed:
        raise SettingError("no item is new: all of them occur in the sequences of the training")
    for item, _ in listed:
        if isinstance(item, str) == learned.items.are_integers:
            wanted = "integers" if learned.items.are_integers else "strings"
            raise SettingError(f"item {item!r}: must be {wanted}, as the items of the training are")
    vectors = [_mean(learned, similarities, parse_attributes(values, known.names), neighbours) for _, values in listed]
    return NewItems(
        [str(item) for item, _ in listed],
        np.stack([vector.item_vector for vector in vectors]),
        np.stack([vector.next_vector for vector in vectors]),
    )


def _known(learned: Learned) -> Attributes:
    if learned.attributes is None:
        raise SettingError("the attributes of the items are not known: give them to fit(sequences, attributes)")
    return learned.attributes


def _mean(learned: Learned, similarities: Similarities, values: list[int], neighbours: int) -> ColdStart:
    rows = similarities.nearest(values, neighbours)
    if not len(rows):
        raise SettingError("no item of the training has any of these attributes: nothing is alike")
    return ColdStart(learned.vectors.item_vectors[rows].mean(axis=0), learned.next_vectors[rows].mean(axis=0))
