"""Tables of numbers as vectors: CSV files, rows and data frames, one row per item and one column per number.

`firth.read_table` (vectors/load.py) is the public call. Every error names the file, line and column.
"""

import csv
import io
import math
import os
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.errors import FirthError, FormatError, SettingError, quoted
from firth.formats.compressed import no_such_file
from firth.formats.stored import StoredVectors

__all__ = ["NumberTable", "Scale", "minus_one_to_one", "read"]

# A CSV file, rows with the header first, or a data frame (pandas, Polars, or what behaves like either).
NumberTable: TypeAlias = str | os.PathLike[str] | Iterable[Sequence[Any]] | Any

_SEPARATORS = "\t;,"  # of equally good ones the first
_ROWS_TRIED = 100
_MISSING = ("", "na", "n/a", "nan", "null", "none", "<na>")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_LARGEST = float(np.finfo(np.float32).max)

Scale: TypeAlias = tuple[float, float]


class _Rows(NamedTuple):
    """A table whose rows are not checked yet."""

    header: list[str]
    rows: Iterator[tuple[int, Any]]  # (line in the file or number of the row, its cells)
    path: Path | None = None
    first: int = 1  # line or number of the header

    def wrong(self, number: int, problem: str) -> FirthError:
        """The error for a problem in one row."""
        if self.path is not None:
            return FormatError(self.path, problem, line=number)
        return SettingError(f"row {number:,} of the table: {problem}")


def read(table: NumberTable, *, scale: Scale | None = None, columns: Sequence[str] | None = None) -> StoredVectors:
    """The content of a table; see `firth.read_table` for the parameters and errors."""
    _check_scale(scale)
    found = _rows_of(table)
    chosen = _chosen_columns(found, columns)
    names: dict[str, int] = {}
    numbers = array("d")
    for number, cells in found.rows:
        _check_row(found, number, cells, names)
        names[_text(cells[0])] = number
        numbers.extend(_number(found, number, column, cells[column], scale) for column in chosen)
    if not names:
        raise found.wrong(found.first, "has only a header; add a row for each item below it")
    matrix = np.array(numbers).reshape(len(names), len(chosen))
    metadata: dict[str, Any] = {"columns": [found.header[column] for column in chosen]}
    if scale is not None:
        matrix = minus_one_to_one(matrix, *scale)
        metadata["scale"] = [float(end) for end in scale]
    return StoredVectors(list(names), matrix.astype(np.float32), metadata=metadata)


def minus_one_to_one(numbers: ArrayLike, low: float, high: float) -> NDArray[np.float64]:
    """Numbers between low and high, rescaled to -1 .. 1; the middle becomes 0."""
    return 2 * (np.asarray(numbers, np.float64) - low) / (high - low) - 1


def _check_scale(scale: Scale | None) -> None:
    if scale is None:
        return
    ends = list(scale) if isinstance(scale, Iterable) else []
    if len(ends) != 2 or not all(_is_number(end) and math.isfinite(end) for end in ends) or ends[0] >= ends[1]:
        raise SettingError(f"scale={scale!r}: must be two numbers (low, high), low below high")


# ---------------------------------------------------------------- sources of rows


def _rows_of(table: NumberTable) -> _Rows:
    if isinstance(table, str | os.PathLike):
        return _file_rows(Path(table))
    if hasattr(table, "itertuples") and hasattr(table, "index"):  # pandas
        header, rows = _indexed_rows(table)
    elif hasattr(table, "iter_rows") and hasattr(table, "columns"):  # Polars
        header, rows = table.columns, table.iter_rows()
    elif isinstance(table, Iterable):
        numbered = enumerate(iter(table), start=1)
        _, first = next(numbered, (1, ()))
        found = _Rows([], numbered)
        _check_is_row(found, 1, first)
        return _with_header(found._replace(header=[_text(cell) for cell in first]))
    else:
        raise SettingError(f"table of type {type(table).__name__}: must be a CSV file, rows or a data frame")
    return _Rows([_text(name) for name in header], enumerate(rows, start=1))


def _indexed_rows(frame: Any) -> tuple[list[Any], Iterator[Sequence[Any]]]:
    """A pandas frame; its index becomes the first column, unless it only counts the rows."""
    header, rows = list(frame.columns), frame.itertuples(index=False, name=None)
    index = list(frame.index)
    if index == list(range(len(index))):
        return header, rows
    return ["name", *header], ((name, *row) for name, row in zip(index, rows, strict=True))


def _file_rows(path: Path) -> _Rows:
    if not path.exists():
        raise no_such_file(path)
    content = path.read_bytes()
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise FormatError(path, "is not a text file in UTF-8", byte=error.start) from None
    lines = _lines(path, text.removeprefix("\ufeff"))
    number, header = next(lines, (1, []))
    if not header:
        raise FormatError(path, "is empty; the first line must name the columns")
    return _with_header(_Rows([cell.strip() for cell in header], lines, path, number))


def _lines(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with the line on which each begins."""
    return _cells(path, text, max(_SEPARATORS, key=lambda separator: _fit(text, separator)))


def _fit(text: str, separator: str) -> tuple[int, int]:
    """How well a separator cuts a table: how many of the first rows have as many cells as the header, and how many."""
    counts = [len(cells) for _, cells in islice(_cells(None, text, separator), _ROWS_TRIED)]
    cells = counts[0] if counts else 0
    return (counts.count(cells) if cells > 1 else 0), cells


def _cells(path: Path | None, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows, cut at a separator; without a path, a row that cannot be cut is the last one."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        if path is not None:
            raise FormatError(path, f"cannot be read as a table: {error}", line=line) from None


def _with_header(found: _Rows) -> _Rows:
    """The table, if its first row is a header: data taken for a header would lose an item."""
    if len(found.header) < 2:
        raise found.wrong(found.first, f"{found.header!r}: must name a column of names and one of numbers")
    if all(_is_number(_parsed(cell)) for cell in found.header[1:]):
        raise found.wrong(found.first, f"{found.header!r} looks like data; the first row must name the columns")
    return found


# ---------------------------------------------------------------- columns, rows and cells


def _chosen_columns(found: _Rows, columns: Sequence[str] | None) -> list[int]:
    """Indices of the cells of a row that make up its vector."""
    header = found.header
    if columns is None:
        wanted = header[1:]
    elif isinstance(columns, str):
        raise SettingError(f"columns={columns!r}: must be a list of column names")
    else:
        wanted = list(columns)
    if not wanted:
        raise SettingError("no columns of numbers: at least one is needed")
    for name in wanted:
        if not name:
            raise found.wrong(found.first, "a column has no name; name it, or select others with columns=")
        if header[1:].count(name) != 1:
            problem = "occurs twice" if name in header[1:] else "does not exist"
            raise found.wrong(found.first, f"column {name!r} {problem}; the columns are {', '.join(header[1:])}")
    return [header.index(name, 1) for name in wanted]


def _check_row(found: _Rows, number: int, cells: Any, names: dict[str, int]) -> None:
    _check_is_row(found, number, cells)
    if len(cells) != len(found.header):
        raise found.wrong(number, f"{len(cells)} cells, but the header names {len(found.header)} columns")
    name = _text(cells[0])
    if not name or cells[0] is None:
        raise found.wrong(number, "no name in the first cell")
    if name in names:
        unit = "line" if found.path else "row"
        raise found.wrong(number, f"{name!r} is already in {unit} {names[name]:,}; every name must be unique")


def _check_is_row(found: _Rows, number: int, cells: Any) -> None:
    if isinstance(cells, str) or not isinstance(cells, Sequence | np.ndarray):
        raise found.wrong(number, f"{cells!r} is not a row; must be a list of a name and numbers")


def _number(found: _Rows, number: int, index: int, cell: Any, scale: Scale | None) -> float:
    column = f"column {found.header[index]!r}"
    value = _parsed(cell)
    if not _is_number(value):
        problem = "missing number" if _text(cell).lower() in _MISSING else f"{quoted(cell)} is not a number"
        if _DECIMAL_COMMA.fullmatch(_text(cell)):
            problem += " (a decimal comma: write a point)"
        raise found.wrong(number, f"{column}: {problem}; every cell must hold a number")
    value = float(value)
    if math.isnan(value) and not isinstance(cell, str):
        raise found.wrong(number, f"{column}: missing number; every cell must hold a number")
    if not abs(value) <= _LARGEST:
        raise found.wrong(number, f"{column}: {quoted(cell)} must be finite and below {_LARGEST:.1e}")
    if scale is not None and not scale[0] <= value <= scale[1]:
        raise found.wrong(number, f"{column}: {value:g} is outside the scale from {scale[0]:g} to {scale[1]:g}")
    return value


def _parsed(cell: Any) -> Any:
    """The number that a string spells, or the cell unchanged."""
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    if text.lower() in _MISSING or "_" in text:  # Python would read 1_000, and nan as a number
        return cell
    try:
        return float(text)
    except ValueError:
        return cell


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def _text(cell: Any) -> str:
    return str(cell).strip()
