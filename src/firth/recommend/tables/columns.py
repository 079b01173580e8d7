"""What every table becomes before it is encoded: blocks of rows, each with the columns that are wanted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.arrays import WordIds
from firth.errors import CorpusError, FirthError, FormatError, SettingError

__all__ = [
    "ROWS_AT_ONCE",
    "TIME",
    "Block",
    "Coded",
    "Column",
    "Name",
    "Numbered",
    "Numbering",
    "Table",
    "Wanted",
    "find_columns",
    "value_at",
]

ROWS_AT_ONCE = 1 << 13  # more of them, as Python lists, would not fit into the cache
TIME = 2  # the position of the column of times in a block

Name: TypeAlias = str | int  # of a column; its number, from 0, where columns have no names


class Coded(NamedTuple):
    """A column as Arrow's dictionaries have it: row i has values[indices[i]], or nothing where the index is -1."""

    indices: NDArray[np.int64]
    values: list[Any]


@dataclass
class Numbering:
    """Different values of a text file, which become more from block to block.

    codes : those that were encoded, for Codes.
    """

    values: list[str] = field(default_factory=list)
    codes: WordIds = field(default_factory=lambda: np.empty(0, np.int32))


class Numbered(NamedTuple):
    """A column whose values are numbered through a file: row i has numbering.values[indices[i]], or nothing at -1."""

    indices: WordIds
    numbering: Numbering


Column: TypeAlias = list[Any] | NDArray[Any] | Coded | Numbered


class Wanted(NamedTuple):
    """The columns to read. None: by default for user and item, without for time and event, all others for `further`."""

    user: Name | None
    item: Name | None
    time: Name | None
    event: Name | None
    further: tuple[Name, ...] | None = ()

    @property
    def given(self) -> list[Name]:
        """Those that are not left to the default."""
        return [name for name in (*self[:4], *(self.further or ())) if name is not None]

    @property
    def by_number(self) -> bool:
        """Whether columns are given by number.

        Raises   SettingError if only some of them are.
        """
        given = self.given
        numbers = sum(isinstance(name, int) and not isinstance(name, bool) for name in given)
        if numbers not in (0, len(given)) or any(isinstance(name, int) and name < 0 for name in given):
            raise SettingError(
                f"columns {', '.join(map(repr, given))}: give all of them by name, or all by number from 0"
            )
        return numbers > 0

    @property
    def has_names(self) -> bool:
        """Whether columns are given by name."""
        return bool(self.given) and not self.by_number

    def by_position(self, n_columns: int) -> "Wanted":
        """The columns of rows without names: user, item, time and event in this order, where not given otherwise."""
        if self.by_number:
            return self._replace(user=self.user or 0, item=1 if self.item is None else self.item)
        return Wanted(0, 1, 2 if n_columns > 2 else None, 3 if n_columns > 3 else None)

    def with_names(self) -> "Wanted":
        """The same with the default names."""
        return self._replace(user="user" if self.user is None else self.user, item=self.item or "item")


class Block(NamedTuple):
    """Some rows of a table.

    columns : user, item, time, event (None: not wanted), then the further ones.
    n_rows : in each column.
    number_of : the line or number of a row, by its index in the block; for messages.
    """

    columns: list[Column | None]
    n_rows: int
    number_of: Callable[[int], int]


class Table(NamedTuple):
    """A table that is about to be read.

    name : in messages.
    names : of the columns in the blocks, as they are called there.
    blocks : its rows.
    path : its file, if it has one.
    is_text : whether all values are text, so that integers are texts that look like integers, and rows are lines.
    has_header : whether columns have names; otherwise they are known by their numbers.
    """

    name: str
    names: list[str]
    blocks: Iterator[Block]
    path: Path | None = None
    is_text: bool = False
    has_header: bool = True

    @property
    def unit(self) -> str:
        """What has a number."""
        return "line" if self.is_text else "row"

    def wrong(self, number: int, problem: str) -> FirthError:
        """The error for one row."""
        if self.path is not None and self.is_text:
            return FormatError(self.path, problem, line=number)
        return CorpusError(f"{self.name}, row {number:,}: {problem}")


def find_columns(name: str, columns: list[str], wanted: Wanted, path: Path | None = None) -> list[int]:
    """The index of each wanted column: user, item, time, event (-1: not wanted), then the further ones.

    Raises   FormatError (of a file) or SettingError if one does not exist, or twice.
    """
    found = []
    for one in (*wanted[:4], *(wanted.further or ())):
        if one is None:
            found.append(-1)
            continue
        if isinstance(one, int):
            problem = "" if one < len(columns) else f"there is no column {one}, only {len(columns)}, numbered from 0"
            index = one
        else:
            times = columns.count(one)
            problem = {0: f"there is no column {one!r}", 1: ""}.get(times, f"there are {times} columns {one!r}")
            index = columns.index(one) if times else 0
        if problem:
            problem += f"; the columns are {', '.join(columns)}" if isinstance(one, str) else ""
            raise FormatError(path, problem) if path is not None else SettingError(f"{name}: {problem}")
        found.append(index)
    if wanted.further is None:
        found += [index for index in range(len(columns)) if index not in found]
    return found


def value_at(column: Column, row: int) -> Any:
    """One value, for messages."""
    if isinstance(column, Coded):
        index = int(column.indices[row])
        return None if index < 0 else column.values[index]
    if isinstance(column, Numbered):
        index = int(column.indices[row])
        return None if index < 0 else column.numbering.values[index]
    return column[row]
