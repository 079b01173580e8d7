"""Text files of rows: CSV, TSV, or columns between blanks, also compressed; read in blocks."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from firth.errors import FormatError, SettingError
from firth.formats.compressed import open_decompressed
from firth.recommend.tables.bad_rows import BadRows
from firth.recommend.tables.columns import ROWS_AT_ONCE, Block, Column, Table, Wanted, find_columns

__all__ = ["TextLayout", "text_lines", "text_table"]

_SEPARATORS = "\t,; |"  # of equally good ones the first
_LINES_TRIED = 100


class TextLayout(NamedTuple):
    """How a text file is laid out.

    separator : between two fields; None: the one that cuts the first lines alike.
    header : whether the first line names the columns; None: if columns are given by name.
    """

    separator: str | None = None
    header: bool | None = None

    def check(self) -> None:
        """Raise SettingError for an impossible separator."""
        if self.separator is not None and (not isinstance(self.separator, str) or len(self.separator) != 1):
            raise SettingError(f"separator={self.separator!r}: must be one character, or None to find it")


def text_table(path: Path, wanted: Wanted, layout: TextLayout, bad: BadRows) -> Table:
    """A text file as a table; lines with another number of fields than the first are left out, and added to `bad`.

    Raises   FormatError if it is empty or not in UTF-8, or columns are missing; SettingError for columns by name
             without a header.
    """
    with ExitStack() as opened:
        first = list(islice(text_lines(path, opened), _LINES_TRIED))
    separator = layout.separator or max(_SEPARATORS, key=lambda one: _fit(first, one))
    names = _Rows(path, iter(first), separator).next_one()
    if not names:
        raise FormatError(path, "is empty; a table has a line for each event")
    has_header = not wanted.by_number if layout.header is None else layout.header
    if has_header:
        names = [name.strip() for name in names]
        wanted = wanted.with_names()
    elif wanted.by_number or not wanted.has_names:
        wanted = wanted.by_position(len(names))
    else:
        raise SettingError("header=False: then columns have no names; give their numbers, user=0, item=1")
    columns = find_columns(str(path), names, wanted, path)
    table = Table(str(path), names, iter(()), path, is_text=True)
    return table._replace(blocks=_blocks(table, _Cut(separator, has_header, columns), bad))


def _fit(lines: list[str], separator: str) -> tuple[int, int]:
    """How well a separator cuts the first lines: how many have as many fields as the first one, and how many."""
    counts: list[int] = []
    with suppress(csv.Error):  # reported when the rows are read
        counts.extend(map(len, csv.reader(iter(lines), delimiter=separator, skipinitialspace=True)))
    fields = counts[0] if counts else 0
    return (counts.count(fields) if fields > 1 else 0), fields


def text_lines(path: Path, opened: ExitStack) -> Iterator[str]:
    """The lines of a text file, with their ends.

    Raises   FormatError where it is not in UTF-8.
    """
    file = opened.enter_context(open_decompressed(path))
    text = opened.enter_context(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))
    try:
        yield from text
    except UnicodeDecodeError:
        raise FormatError(path, "is not a text in UTF-8; save it as UTF-8") from None


class _Rows:
    """The rows of a text, cut into fields."""

    def __init__(self, path: Path, lines: Iterator[str], separator: str) -> None:
        self._path = path
        self._reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)

    @property
    def line(self) -> int:
        """Lines read so far."""
        return self._reader.line_num

    def some(self, count: int) -> list[list[str]]:
        """The next rows, blank ones as empty lists; none at the end."""
        try:
            return list(islice(self._reader, count))
        except csv.Error as error:
            problem = f"cannot be read as a table ({error}): is a quotation mark opened and never closed?"
            raise FormatError(self._path, problem, line=self.line) from None

    def next_one(self) -> list[str]:
        """The next row that is not blank; empty at the end."""
        while rows := self.some(1):
            if rows[0]:
                return rows[0]
        return []


class _Cut(NamedTuple):
    """How the lines are cut, and which fields are wanted."""

    separator: str
    has_header: bool
    columns: list[int]


def _blocks(table: Table, cut: _Cut, bad: BadRows) -> Iterator[Block]:
    assert table.path is not None
    with ExitStack() as opened:
        rows = _Rows(table.path, text_lines(table.path, opened), cut.separator)
        if cut.has_header:
            rows.next_one()
        first = rows.line + 1
        while some := rows.some(ROWS_AT_ONCE):
            number_of: Sequence[int] = range(first, rows.line + 1)
            good = some
            if len(number_of) != len(some) or set(map(len, some)) != {len(table.names)}:
                good, number_of = _good_rows(table, some, first, bad)
            columns: list[Column | None] = [
                None if column < 0 else [row[column] for row in good] for column in cut.columns
            ]
            yield Block(columns, len(good), number_of.__getitem__)
            first = rows.line + 1


def _good_rows(table: Table, rows: list[list[str]], line: int, bad: BadRows) -> tuple[list[list[str]], list[int]]:
    """The rows with the right number of fields, and the line on which each begins; blank lines are not counted."""
    good, lines = [], []
    for row in rows:
        if len(row) == len(table.names):
            good.append(row)
            lines.append(line)
        elif row:
            bad.add(
                table, line, "with another number of fields than the first line", f"{len(row)}, not {len(table.names)}"
            )
        line += 1 + sum(field.count("\n") for field in row)
    return good, lines
