"""Groups of items, such as those of one market, from which answers get further negatives.

Source   Grbovic & Cheng 2018, "Real-time Personalization using Embeddings for Search Ranking at Airbnb", section 3.1.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError
from firth.kernels.cpu.recommend.next_item_arguments import GroupDraws
from firth.recommend.attributes import Attributes
from firth.recommend.items import UNKNOWN, Items

__all__ = ["GROUP_NEGATIVES", "ItemGroups"]

GROUP_NEGATIVES = 8  # items of the answer's own group that each example is compared with


class ItemGroups(NamedTuple):
    """The groups of N items."""

    of_item: NDArray[np.int32]  # (N,) -1 for items without a group
    starts: NDArray[np.int64]  # (G + 1,) the items of group g are members[starts[g] : starts[g + 1]]
    members: NDArray[np.int32]

    @classmethod
    def of(cls, items: Items, attributes: Attributes | None, column: str) -> "ItemGroups":
        """Items with the same first value of an attribute are a group.

        Raises   SettingError if there are no attributes, or they do not have the column.
        """
        columns = sorted({name for name, _ in attributes.names}) if attributes is not None else []
        if attributes is None or column not in columns:
            known = f"there are {', '.join(map(repr, columns))}" if columns else "give fit() attributes"
            raise SettingError(f"negatives_from={column!r}: there is no such attribute; {known}")
        is_group = np.array([name == column for name, _ in attributes.names])
        of_item = np.full(len(items), -1, np.int32)
        for index, number in enumerate(items.numbers(attributes.item_ids)):
            values = attributes.of(index)
            found = values[is_group[values]]
            if number != UNKNOWN and len(found):
                of_item[number] = found[0]
        members = np.argsort(of_item, kind="stable")[np.count_nonzero(of_item < 0) :].astype(np.int32)
        counts = np.bincount(of_item[members], minlength=len(attributes.names))
        return cls(of_item, np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]), members)

    def draws(self, noise: NDArray[np.float64], negative_samples: int, key: np.uint64) -> GroupDraws:
        """What an epoch draws from; inside a group as from all items.

        noise : (N,) how often each item is drawn.

        An item of the answer's group is expected K q times among the items that a batch shares, and as a further
        negative M q / (the group's share of all draws) times: both have the score that belongs to the sum.
        """
        cumulated = np.cumsum(noise[self.members])
        sums = np.concatenate([np.zeros(1), cumulated])
        totals = sums[self.starts[1:]] - sums[self.starts[:-1]]
        with np.errstate(divide="ignore", invalid="ignore"):
            more = np.where(totals > 0, GROUP_NEGATIVES / negative_samples * noise.sum() / totals, 0)
            shifts = -np.log(negative_samples * noise[self.members] / noise.sum())
        return GroupDraws(
            of_item=self.of_item,
            starts=self.starts,
            items=self.members,
            cumulated=cumulated,
            item_shifts=np.where(np.isfinite(shifts), shifts, 0).astype(np.float32),
            shifts=(-np.log1p(more)).astype(np.float32),
            key=key,
            first=0,
        )
