"""Tables of what is known about items, one row for each, to the values of each item."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.errors import CorpusError, SettingError, quoted
from firth.formats.skip_report import OnError
from firth.recommend.index_ranges import indices_of, offsets_of
from firth.recommend.items import Item
from firth.recommend.tables.bad_rows import BadRows
from firth.recommend.tables.codes import MISSING, NO_ID, Codes, Labels
from firth.recommend.tables.columns import Block, Name, Table, Wanted
from firth.recommend.tables.delimited import TextLayout
from firth.recommend.tables.source import TableSource, name_of, tables_of
from firth.settings import check_value, whole_number

__all__ = ["ItemValues", "read_values"]

_MOST_BINS = 1_000
_NO_ITEM = {MISSING: "without an item", NO_ID: "whose item is neither text nor a whole number"}


class ItemValues(NamedTuple):
    """The values of A items: item a has values[offsets[a] : offsets[a + 1]]; names are (column, value)."""

    item_ids: list[Item]
    offsets: Offsets
    values: WordIds
    names: list[tuple[str, str]]


class _Column(NamedTuple):
    """A column: its values as they are in the cells."""

    name: str
    labels: Labels
    codes: list[WordIds]


def read_values(
    source: TableSource,
    item: Name,
    columns: Sequence[Name] | None,
    within: str | None,
    bins: Mapping[str, int],
    on_error: OnError,
    layout: TextLayout,
) -> ItemValues:
    """Read a table; see `Attributes.read` for the parameters and errors."""
    if isinstance(columns, str):
        raise SettingError(f"columns={columns!r}: must be a list of columns")
    if within is not None and (not isinstance(within, str) or not within):
        raise SettingError(f"within={within!r}: must be a text between two values of a cell, or None")
    layout.check()
    if isinstance(source, Mapping) and source and all(isinstance(value, Mapping) for value in source.values()):
        return _of_mapping(source, columns, bins)
    bad = BadRows(on_error)
    wanted = Wanted(item, item, None, None, None if columns is None else tuple(columns))
    rows = _Rows(name_of(source))
    for table in tables_of(source, wanted, layout, bad):
        rows.begin(table, [str(one) for one in columns] if columns is not None else _others(table, item))
        for block in table.blocks:
            rows.add(table, block, bad)
    if not rows.items:
        raise bad.error(rows.name, rows.count)
    bad.report(rows.name, rows.count)
    of_row = np.concatenate(rows.codes)
    return _joined(rows.items.names(from_text=rows.is_text), [(one, of_row) for one in rows.columns], within, bins)


class _Rows:
    """The rows of all tables of a source so far."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.items = Codes()
        self.codes: list[WordIds] = []  # of items
        self.columns: list[_Column] = []
        self.is_text = True
        self.count = 0

    def begin(self, table: Table, columns: list[str]) -> None:
        """Go on with another table."""
        self.is_text = self.is_text and table.is_text
        self.columns = self.columns or [_Column(one, Labels(), []) for one in columns]
        if [one.name for one in self.columns] != columns:
            raise SettingError(f"{self.name}: the files have different columns; name those that are wanted")

    def add(self, table: Table, block: Block, bad: BadRows) -> None:
        """Encode the rows of a block."""
        item = block.columns[1]
        assert item is not None
        numbers = self.items.encode(item)
        for problem, kind in _NO_ITEM.items():
            if (wrong := numbers == problem).any():
                bad.add(table, block.number_of(int(wrong.argmax())), kind, count=int(wrong.sum()))
        good = numbers >= 0
        self.codes.append(numbers[good])
        for column, cells in zip(self.columns, block.columns[4:], strict=True):
            assert cells is not None
            column.codes.append(column.labels.encode(cells)[good])
        self.count += block.n_rows


def _others(table: Table, item: Name) -> list[str]:
    """All columns but that of the items."""
    own = item if isinstance(item, int) else table.names.index(item)
    return [name if table.has_header else str(index) for index, name in enumerate(table.names) if index != own]


def _of_mapping(
    source: Mapping[Any, Mapping[str, Any]], columns: Sequence[Name] | None, bins: Mapping[str, int]
) -> ItemValues:
    """{item: {column: a value, or a list of values}}."""
    items = Codes()
    cells: dict[str, tuple[_Column, list[int]]] = {}
    for item, of_item in source.items():
        number = items[item]
        if number < 0:
            raise CorpusError(f"item {quoted(item)}: must be text or a whole number")
        for name, value in of_item.items():
            if columns is None or name in columns:
                values = value if isinstance(value, list | tuple | set | frozenset | np.ndarray) else [value]
                column, of_value = cells.setdefault(str(name), (_Column(str(name), Labels(), []), []))
                encoded = column.labels.encode(list(values))
                column.codes.append(encoded)
                of_value.extend([number] * len(encoded))
    for wanted in columns or ():
        if wanted not in cells:
            raise SettingError(f"no item has the column {wanted!r}; the columns are {', '.join(cells)}")
    found = [(column, np.array(of_value, np.int32)) for column, of_value in cells.values()]
    return _joined(items.names(from_text=False), found, None, bins)


def _joined(
    item_ids: list[Item], columns: list[tuple[_Column, WordIds]], within: str | None, bins: Mapping[str, int]
) -> ItemValues:
    """All columns together.

    columns : with the item of each cell.
    """
    for name in bins:
        if name not in [column.name for column, _ in columns]:
            raise SettingError(
                f"bins: there is no column {name!r}; the columns are {', '.join(c.name for c, _ in columns)}"
            )
    names: dict[tuple[str, str], int] = {}
    pairs: list[NDArray[np.int64]] = [np.empty((0, 2), np.int64)]
    for column, of_cell in columns:
        codes = np.concatenate([*column.codes, np.empty(0, np.int32)])
        texts = column.labels.texts()
        parts = [[text] for text in texts]
        if column.name in bins:
            parts = [[text] for text in _binned(column.name, texts, bins[column.name])]
        else:
            _check_categories(column)
            if within is not None:
                parts = [[part.strip() for part in text.split(within) if part.strip()] for text in texts]
        of_label = [[names.setdefault((column.name, part), len(names)) for part in some] for some in parts]
        lengths = np.array([*map(len, of_label), 0], np.int64)  # the last one where a cell is empty: its code is -1
        flat = np.array([value for some in of_label for value in some], np.int64)
        of_part = np.repeat(of_cell, lengths[codes])
        pairs.append(np.column_stack([of_part, flat[indices_of(offsets_of(lengths)[:-1][codes], lengths[codes])]]))
    both = np.unique(np.concatenate(pairs), axis=0)
    counts = np.bincount(both[:, 0], minlength=len(item_ids))
    return ItemValues(item_ids, offsets_of(counts), both[:, 1].astype(np.int32), list(names))


def _check_categories(column: _Column) -> None:
    """Raise SettingError for measurements: nearly every one would be a category of its own."""
    for value in column.labels:
        if isinstance(value, float | np.floating) and not float(value).is_integer():
            raise SettingError(
                f"column {column.name!r} has numbers such as {value:g}, but values are categories: give "
                f"bins={{{column.name!r}: 5}} to cut it into 5 of equal size, or leave it out of columns"
            )


def _binned(name: str, texts: Iterable[str], count: Any) -> list[str]:
    """The bin of each number, such as "12.5 to 20": bins that hold about equally many of the different numbers."""
    check_value(f"bins[{name!r}]", count, whole_number(2, _MOST_BINS))
    try:
        numbers = np.array([float(text) for text in texts])
    except ValueError as error:
        raise SettingError(f"bins: column {name!r} has a value that is not a number ({error})") from None
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, count + 1)))
    bins = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, max(len(edges) - 2, 0))
    return [f"{edges[one]:g} to {edges[min(one + 1, len(edges) - 1)]:g}" for one in bins]
