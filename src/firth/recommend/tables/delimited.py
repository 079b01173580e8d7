"""Text files of rows: CSV, TSV, or columns between blanks, also compressed: how they are laid out."""

import csv
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from firth.errors import FormatError, SettingError
from firth.formats.compressed import open_decompressed
from firth.recommend.tables.bad_rows import BadRows
from firth.recommend.tables.columns import Table, Wanted, find_columns
from firth.recommend.tables.text_blocks import CsvRows, Cut, decoded_lines, text_blocks

__all__ = ["TextLayout", "text_table"]

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
    with open_decompressed(path) as file:
        first = list(islice(decoded_lines(path, file), _LINES_TRIED))
    separator = layout.separator or max(_SEPARATORS, key=lambda one: _fit(first, one))
    names = CsvRows(path, iter(first), separator).next_one()
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
    table = Table(str(path), names, iter(()), path, is_text=True, has_header=has_header)
    return table._replace(blocks=text_blocks(table, Cut(separator, has_header, columns), bad))


def _fit(lines: list[str], separator: str) -> tuple[int, int]:
    """How well a separator cuts the first lines: how many have as many fields as the first one, and how many."""
    counts: list[int] = []
    with suppress(csv.Error):  # reported when the rows are read
        counts.extend(map(len, csv.reader(iter(lines), delimiter=separator, skipinitialspace=True)))
    fields = counts[0] if counts else 0
    return (counts.count(fields) if fields > 1 else 0), fields
