"""Side information: what is known about items besides who chose them, such as brand, category or genre."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.errors import SettingError
from firth.formats.skip_report import OnError
from firth.recommend.items import Item
from firth.recommend.side_information import read_values
from firth.recommend.tables.columns import Name
from firth.recommend.tables.delimited import TextLayout
from firth.recommend.tables.source import TableSource

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

    @classmethod
    def read(
        cls,
        source: TableSource,
        *,
        item: Name = "item",
        columns: Sequence[Name] | None = None,
        within: str | None = "|",
        bins: Mapping[str, int] | None = None,
        separator: str | None = None,
        header: bool | None = None,
        on_error: OnError = "skip",
    ) -> "Attributes":
        """Read a table with a row for each item, or several, whose values are joined.

        Values are categories: numbers, too. Measurements, such as prices, are cut into bins first.

        Parameters
        ----------
        source : as for Interactions.read: CSV or Parquet files, data frames, dictionaries of columns, rows; or a
            dictionary {item: {column: a value or a list of values}}.
        item : the column of items, by name or by number from 0.
        columns : those to read; None: all others.
        within : separates several values in a cell ("Action|Comedy"); None: a cell is one value. For lines such as
            `item<TAB>3 17 5`: item=0, within=" ".
        bins : of columns of numbers, {"price": 5}: cut into so many, which hold about equally many different values.
        separator, header, on_error : as for Interactions.read.

        Raises
        ------
        FormatError, CorpusError, SettingError, MissingExtraError : as Interactions.read; SettingError also for numbers
            with decimals that are not cut into bins.
        """
        layout = TextLayout(separator, header)
        return cls(*read_values(source, item, columns, within, bins or {}, on_error, layout))

    def __len__(self) -> int:
        return len(self.item_ids)

    def of(self, index: int) -> NDArray[np.int32]:
        """The values of an item, by its index in item_ids."""
        return self.values[self.offsets[index] : self.offsets[index + 1]]

    def groups(self, column: str, most: int = 8) -> dict[str, list[str]]:
        """Items by their values in a column, for pictures (`groups` of firth.plots.word_map); ids as text.

        most : only so many values, those of the most items. An item with several values is in the group of the most
            frequent one.

        Raises   SettingError if there is no such column.
        """
        numbers = [number for number, (name, _) in enumerate(self.names) if name == column]
        if not numbers:
            known = ", ".join(dict.fromkeys(name for name, _ in self.names))
            raise SettingError(f"column={column!r}: there is no such attribute; there are {known}")
        counts = np.bincount(self.values, minlength=len(self.names))
        found: dict[str, list[str]] = {}
        taken: set[int] = set()
        owners = np.repeat(np.arange(len(self)), np.diff(self.offsets))
        for number in sorted(numbers, key=lambda number: -counts[number])[:most]:
            rows = [row for row in owners[self.values == number].tolist() if row not in taken]
            taken.update(rows)
            if rows:
                found[self.names[number][1]] = [str(self.item_ids[row]) for row in rows]
        return found
