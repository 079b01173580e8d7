"""Any table of numbers as vectors: each row is a thing, each column one number of its vector."""

import csv
import io
import math
import os
from array import array
from collections.abc import Iterable, Iterator, Sequence
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from firth.errors import FirthError, FormatError, SettingError
from firth.illustrated.people import minus_one_to_one
from firth.vectors.word_vectors import WordVectors

__all__ = ["NumberTable", "read_table"]

# A CSV file, rows with the header first, or a data frame (pandas, Polars, or what behaves like either).
NumberTable: TypeAlias = str | os.PathLike[str] | Iterable[Sequence[Any]] | Any

_SEPARATORS = "\t;,"
_MISSING = ("", "na", "n/a", "nan", "null", "none", "<na>")
_LARGEST = float(np.finfo(np.float32).max)

Scale: TypeAlias = tuple[float, float]


class _Rows(NamedTuple):
    """A table before it is looked at."""

    header: list[str]
    rows: Iterator[tuple[int, Any]]  # with the number that people know the row by
    path: Path | None = None
    first: int = 1  # the number of the header

    def wrong(self, number: int, problem: str) -> FirthError:
        """The error for a row and what is wrong with it."""
        if self.path is not None:
            return FormatError(self.path, problem, line=number)
        return SettingError(f"row {number:,} of the table: {problem}")


def read_table(table: NumberTable, *, scale: Scale | None = None, columns: Sequence[str] | None = None) -> WordVectors:
    """Vectors from a table: a row for each thing, its name first, then its numbers.

    Parameters
    ----------
    table : a file of comma-, semicolon- or tab-separated values in UTF-8 whose first line names the columns; or rows,
        the first of which names the columns; or a data frame, where the index names the rows or, if it only counts
        them, the first column.
    scale : (low, high) of the numbers, moved to -1 .. 1; others are refused. None takes any numbers as they are.
    columns : take only these, in this order; None for all.

    Returns  vectors whose metadata, also in a .firth file, have the names of the "columns" and the "scale".
    Raises   FormatError (a file) or SettingError (rows), naming the row and column: a name that comes twice or is
             missing, a number that is missing, none, not finite or outside the scale, a row with too few or too many
             cells.

    Examples
    --------
    >>> people = read_table([("name", "extraversion"), ("Jay", 38), ("Ann", 70)], scale=(0, 100))
    >>> people["Jay"].tolist(), people.metadata["columns"]
    ([-0.23999999463558197], ['extraversion'])
    """
    _check_scale(scale)
    found = _rows_of(table)
    places = _chosen_columns(found, columns)
    names: dict[str, int] = {}
    numbers = array("d")
    for number, cells in found.rows:
        _check_row(found, number, cells, names)
        names[_text(cells[0])] = number
        numbers.extend(_number(found, number, place, cells[place], scale) for place in places)
    if not names:
        raise found.wrong(found.first, "only the names of columns; below them, a row for each thing is wanted")
    matrix = np.array(numbers).reshape(len(names), len(places))
    metadata: dict[str, Any] = {"columns": [found.header[place] for place in places]}
    if scale is not None:
        matrix = minus_one_to_one(matrix, *scale)
        metadata["scale"] = [float(end) for end in scale]
    return WordVectors(list(names), matrix, metadata=metadata)


def _check_scale(scale: Scale | None) -> None:
    if scale is None:
        return
    ends = list(scale) if isinstance(scale, Iterable) else []
    if len(ends) != 2 or not all(_is_number(end) and math.isfinite(end) for end in ends) or ends[0] >= ends[1]:
        raise SettingError(f"scale={scale!r}: must be (low, high), two numbers, the lower first")


# ---------------------------------------------------------------- where the rows come from


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
        raise SettingError(f"a table of type {type(table).__name__}: give a CSV file, rows or a data frame")
    return _Rows([_text(name) for name in header], enumerate(rows, start=1))


def _indexed_rows(frame: Any) -> tuple[list[Any], Iterator[Sequence[Any]]]:
    """A pandas frame, with the index as first column where it does more than count the rows."""
    header, rows = list(frame.columns), frame.itertuples(index=False, name=None)
    index = list(frame.index)
    if index == list(range(len(index))):
        return header, rows
    return ["name", *header], ((name, *row) for name, row in zip(index, rows, strict=True))


def _file_rows(path: Path) -> _Rows:
    content = path.read_bytes()
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise FormatError(path, "not a text file in UTF-8", byte=error.start) from None
    lines = _lines(path, text.removeprefix("\ufeff"))
    number, header = next(lines, (1, []))
    if not header:
        raise FormatError(path, "the file is empty; a first line with the names of the columns is wanted")
    return _with_header(_Rows([cell.strip() for cell in header], lines, path, number))


def _lines(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a file that are not blank, with the line each begins in."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = next((mark for mark in _SEPARATORS if mark in first), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise FormatError(path, f"cannot be read as a table: {error}", line=line) from None


def _with_header(found: _Rows) -> _Rows:
    """The table, unless its first row is no header: nobody should be lost that way."""
    if len(found.header) < 2:
        raise found.wrong(found.first, f"{found.header!r}: must name a column of names and one of numbers")
    if all(_is_number(_parsed(cell)) for cell in found.header[1:]):
        raise found.wrong(found.first, f"{found.header!r} looks like data; the first row must name the columns")
    return found


# ---------------------------------------------------------------- columns, rows and cells


def _chosen_columns(found: _Rows, columns: Sequence[str] | None) -> list[int]:
    """Which cells of a row are the numbers of its vector."""
    header = found.header
    if columns is None:
        wanted = header[1:]
    elif isinstance(columns, str):
        raise SettingError(f"columns={columns!r}: must be a list of names of columns")
    else:
        wanted = list(columns)
    if not wanted:
        raise SettingError("a table without columns of numbers: at least one is wanted")
    for name in wanted:
        if not name:
            raise found.wrong(found.first, "a column has no name; name it, or choose others with columns=")
        if header[1:].count(name) != 1:
            problem = "comes twice" if name in header[1:] else "is not there"
            raise found.wrong(found.first, f"column {name!r} {problem}; the columns are {', '.join(header[1:])}")
    return [header.index(name, 1) for name in wanted]


def _check_row(found: _Rows, number: int, cells: Any, names: dict[str, int]) -> None:
    _check_is_row(found, number, cells)
    if len(cells) != len(found.header):
        raise found.wrong(number, f"{len(cells)} cells, but {len(found.header)} columns have names")
    name = _text(cells[0])
    if not name or cells[0] is None:
        raise found.wrong(number, "no name in the first cell")
    if name in names:
        place = "line" if found.path else "row"
        raise found.wrong(number, f"{name!r} is there already, in {place} {names[name]:,}; each name once")


def _check_is_row(found: _Rows, number: int, cells: Any) -> None:
    if isinstance(cells, str) or not isinstance(cells, Sequence | np.ndarray):
        raise found.wrong(number, f"{cells!r} is no row; a list of a name and numbers is wanted")


def _number(found: _Rows, number: int, place: int, cell: Any, scale: Scale | None) -> float:
    column = f"column {found.header[place]!r}"
    value = _parsed(cell)
    if not _is_number(value):
        problem = "no number" if _text(cell).lower() in _MISSING else f"{cell!r} is not a number"
        raise found.wrong(number, f"{column}: {problem}; every cell needs one")
    value = float(value)
    if math.isnan(value) and not isinstance(cell, str):
        raise found.wrong(number, f"{column}: no number; every cell needs one")
    if not abs(value) <= _LARGEST:
        raise found.wrong(number, f"{column}: {cell} must be finite and below {_LARGEST:.1e}")
    if scale is not None and not scale[0] <= value <= scale[1]:
        raise found.wrong(number, f"{column}: {value:g} is outside the scale from {scale[0]:g} to {scale[1]:g}")
    return value


def _parsed(cell: Any) -> Any:
    """The number that a text stands for, or the cell as it is."""
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
