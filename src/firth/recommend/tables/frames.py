"""Tables in memory: data frames of pandas and others, dictionaries of columns, and iterables of rows."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from firth.errors import CorpusError, SettingError, quoted
from firth.recommend.tables.bad_rows import BadRows
from firth.recommend.tables.columns import ROWS_AT_ONCE, Block, Column, Table, Wanted, find_columns

__all__ = ["frame_table", "rows_table"]


def frame_table(source: Any, name: str, wanted: Wanted) -> Table:
    """A mapping of columns, or a data frame that gives a column by source[name].

    Raises   SettingError if columns are missing or differ in length.
    """
    keys = list(source.columns if hasattr(source, "columns") else source)
    names = [key if isinstance(key, str) else str(key) for key in keys]
    found = find_columns(name, names, wanted.with_names())
    columns: list[list[Any] | NDArray[Any] | None] = [
        None if column < 0 else _values(source[keys[column]]) for column in found
    ]
    lengths = {names[index]: len(values) for index, values in zip(found, columns, strict=True) if values is not None}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{key}: {length:,}" for key, length in lengths.items())
        raise SettingError(f"{name}: the columns differ in length ({shown})")
    return Table(name, names, _pieces(columns, next(iter(lengths.values()))))


def _values(column: Any) -> list[Any] | NDArray[Any]:
    """The values of a column, which is an array, a list, or a series of pandas, Polars or pyarrow."""
    if isinstance(column, np.ndarray | list):
        values: Any = column
    elif hasattr(column, "iloc"):  # pandas; times with a zone would become objects
        has_zone = getattr(column.dtype, "tz", None) is not None
        values = column.to_numpy("datetime64[ns]") if has_zone else column.to_numpy()
    elif hasattr(column, "to_pylist"):
        values = column.to_pylist()
    elif hasattr(column, "to_list"):
        values = column.to_list()
    else:
        values = list(column)
    if getattr(values, "ndim", 1) != 1:
        raise SettingError(f"a column of the shape {values.shape}: must be one-dimensional")
    return cast("list[Any] | NDArray[Any]", values)


def _pieces(columns: list[list[Any] | NDArray[Any] | None], n_rows: int) -> Iterator[Block]:
    for first in range(0, n_rows, ROWS_AT_ONCE):
        stop = min(first + ROWS_AT_ONCE, n_rows)
        cut: list[Column | None] = [None if values is None else values[first:stop] for values in columns]
        yield Block(cut, stop - first, range(first + 1, stop + 1).__getitem__)


def rows_table(source: Iterable[Any], wanted: Wanted, bad: BadRows) -> Table:
    """An iterable of rows (user, item), (user, item, time) or (user, item, time, event); or other columns by number.

    Raises   CorpusError if there is none, or the first is not a row; SettingError for columns by name.
    """
    rows = iter(source)
    first = next(rows, None)
    if first is None:
        raise CorpusError("the rows: there are none")
    if isinstance(first, Mapping):
        raise CorpusError("the rows are mappings: give tuples, as in ((row['user'], row['item']) for row in rows)")
    if not _is_row(first):
        raise CorpusError(
            f"row 1 is {quoted(first)} of type {type(first).__name__}: must be (user, item), (user, item, time) or "
            "(user, item, time, event)"
        )
    if wanted.has_names:
        given = wanted.given[0]
        raise SettingError(f"column {given!r}: rows have no names of columns; give numbers, user=0, item=1")
    names = [str(index) for index in range(len(first))]
    found = find_columns("the rows", names, wanted.by_position(len(first)))
    table = Table("the rows", names, iter(()), has_header=False)
    return table._replace(blocks=_row_blocks(table, chain([first], rows), found, bad))


def _is_row(row: Any) -> bool:
    return isinstance(row, list | tuple) or (isinstance(row, np.ndarray | np.void) and not isinstance(row, str))


def _row_blocks(table: Table, rows: Iterator[Any], found: list[int], bad: BadRows) -> Iterator[Block]:
    first, wanted = 1, len(table.names)
    while some := list(islice(rows, ROWS_AT_ONCE)):
        numbers: Any = range(first, first + len(some))
        first += len(some)
        if not all(_is_row(row) and len(row) == wanted for row in some):
            numbered = list(zip(numbers, some, strict=True))
            for number, row in numbered:
                if not _is_row(row):
                    bad.add(table, number, "that are not rows", quoted(row))
                elif len(row) != wanted:
                    bad.add(table, number, "with another number of fields than the first", f"{len(row)}, not {wanted}")
            kept = [(number, row) for number, row in numbered if _is_row(row) and len(row) == wanted]
            numbers, some = [number for number, _ in kept], [row for _, row in kept]
        columns: list[Column | None] = [None if index < 0 else [row[index] for row in some] for index in found]
        yield Block(columns, len(some), numbers.__getitem__)
