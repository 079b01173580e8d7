"""Side information: what is known about items besides who chose them, such as brand, category or genre."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.errors import SettingError
from firth.recommend.items import Item

__all__ = ["Attributes"]


@dataclass(frozen=True, eq=False, repr=False)
class Attributes:
    """Values of A items; item a has values[offsets[a] : offsets[a + 1]].

    item_ids : A different items as the user knows them, also items that nobody has chosen yet.
    offsets : (A + 1,) int64; an item may have no value.
    values : (P,) int32, each an index of `names`.
    names : the column and the value of each of the F different values, such as ("brand", "Acme").
    """

    item_ids: list[Item]
    offsets: Offsets
    values: WordIds
    names: list[tuple[str, str]]

    def __post_init__(self) -> None:
        if len(self.offsets) != len(self.item_ids) + 1 or self.offsets[-1] != len(self.values):
            raise SettingError(
                f"offsets of {len(self.item_ids):,} items must have one more number, and end at the values"
            )

    def __len__(self) -> int:
        return len(self.item_ids)

    def of(self, index: int) -> NDArray[np.int32]:
        """The values of an item, by its index in item_ids."""
        return self.values[self.offsets[index] : self.offsets[index + 1]]
