"""The rows of text files in blocks: by compiled code where lines are regular, otherwise by Python's csv."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from firth.errors import FormatError
from firth.formats.compressed import open_decompressed
from firth.interruption import importing
from firth.recommend.tables.bad_rows import BadRows
from firth.recommend.tables.columns import ROWS_AT_ONCE, TIME, Block, Column, Table

if TYPE_CHECKING:
    from firth.recommend.tables.compiled_fields import CompiledFields

__all__ = ["CsvRows", "Cut", "decoded_lines", "text_blocks"]

_CONTENT = 1 << 22  # bytes read at once; smaller files are not worth the loading of compiled code
_STRETCH = 1 << 16  # bytes from an irregular line on that Python reads
_LONGEST_LINE = 1 << 24  # bytes; what is cut there has the wrong number of fields
_BOM = b"\xef\xbb\xbf"


class Cut(NamedTuple):
    """How lines are cut, whether the first is a header, and the field of each column of Table.blocks, or -1."""

    separator: str
    has_header: bool
    columns: list[int]


def decoded_lines(path: Path, *files: BinaryIO) -> Iterator[str]:
    """The lines of files, with their ends.

    Raises   FormatError where they are not in UTF-8.
    """
    for file in files:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        try:
            yield from text
        except UnicodeDecodeError:
            raise _not_in_utf8(path) from None
        finally:
            if not file.closed:
                text.detach()  # it would close the file


def _not_in_utf8(path: Path) -> FormatError:
    return FormatError(path, "is not a text in UTF-8; save it as UTF-8")


class CsvRows:
    """The rows of a text, cut into fields."""

    def __init__(self, path: Path, lines: Iterator[str], separator: str) -> None:
        self._path = path
        self._reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)

    @property
    def lines(self) -> int:
        """Lines read so far."""
        return self._reader.line_num

    def some(self, count: int) -> list[list[str]]:
        """The next rows, blank ones as empty lists; none at the end."""
        try:
            return list(islice(self._reader, count))
        except csv.Error as error:
            problem = f"cannot be read as a table ({error}): is a quotation mark opened and never closed?"
            raise FormatError(self._path, problem, line=self.lines) from None

    def next_one(self) -> list[str]:
        """The next row that is not blank; empty at the end."""
        while rows := self.some(1):
            if rows[0]:
                return rows[0]
        return []


def text_blocks(table: Table, cut: Cut, bad: BadRows) -> Iterator[Block]:
    """The rows of a text file; those with the wrong number of fields are left out, and added to `bad`."""
    assert table.path is not None
    with open_decompressed(table.path) as file:
        yield from _Text(table, table.path, cut, bad, file).blocks()


class _Text:
    """An open text file, read from its beginning to its end."""

    def __init__(self, table: Table, path: Path, cut: Cut, bad: BadRows, file: BinaryIO) -> None:
        self._table, self._path, self._cut, self._bad, self._file = table, path, cut, bad, file
        self._line = 1  # the next one

    def blocks(self) -> Iterator[Block]:
        content = self._next_content().removeprefix(_BOM)
        compiled = self._compiled_fields() if len(content) >= _CONTENT else None
        if self._cut.has_header:
            header = content[: content.find(b"\n") + 1]
            if not self._is_header(header):
                yield from self._by_python(content, to_end=True, skip_header=True)
                return
            content = content[len(header) :] or self._next_content()
            self._line = 2
        while content:
            size = 0
            if compiled is not None:
                columns, n_rows, size = self._cut_by(compiled, content)
                yield Block(columns, n_rows, range(self._line, self._line + n_rows).__getitem__)
                self._line += n_rows
            end = len(content) if compiled is None else content.find(b"\n", size + _STRETCH) + 1 or len(content)
            to_end = not self._is_complete(content[size:end])
            yield from self._by_python(content[size : None if to_end else end], to_end=to_end)
            content = content[end:] or self._next_content()

    def _next_content(self) -> bytes:
        """The next lines; empty at the end."""
        content = self._file.read(_CONTENT)
        content += self._file.readline(_LONGEST_LINE) if content else b""
        return content if not content or content.endswith(b"\n") else content + b"\n"

    def _is_header(self, line: bytes) -> bool:
        """Whether a line is the header."""
        if b"\r" in line[:-2] or not line or not self._is_complete(line):
            return False
        return len(self._rows(io.BytesIO(line)).next_one()) == len(self._table.names)

    def _is_complete(self, lines: bytes) -> bool:
        """Whether no quoted field goes on in the lines that follow."""
        if b'"' not in lines:
            return True
        try:
            for _ in csv.reader(
                decoded_lines(self._path, io.BytesIO(lines)),
                delimiter=self._cut.separator,
                skipinitialspace=True,
                strict=True,
            ):
                pass
        except csv.Error:
            return False
        return True

    def _rows(self, *files: BinaryIO) -> CsvRows:
        return CsvRows(self._path, decoded_lines(self._path, *files), self._cut.separator)

    def _compiled_fields(self) -> "CompiledFields | None":
        if len(self._table.names) < 2 or not self._cut.separator.isascii():
            return None
        with importing():
            from firth.recommend.tables.compiled_fields import CompiledFields

        return CompiledFields(self._cut.separator, len(self._table.names), self._cut.columns, TIME)

    def _cut_by(self, compiled: "CompiledFields", content: bytes) -> tuple[list[Column | None], int, int]:
        try:
            return compiled.cut(content)
        except UnicodeDecodeError:
            raise _not_in_utf8(self._path) from None

    def _by_python(self, content: bytes, *, to_end: bool, skip_header: bool = False) -> Iterator[Block]:
        """The rows of some lines, or of these and all that follow."""
        rows = self._rows(io.BytesIO(content), self._file) if to_end else self._rows(io.BytesIO(content))
        if skip_header:
            rows.next_one()
        before = self._line
        self._line += rows.lines
        while some := rows.some(ROWS_AT_ONCE):
            number_of: Sequence[int] = range(self._line, before + rows.lines)
            good = some
            if len(number_of) != len(some) or set(map(len, some)) != {len(self._table.names)}:
                good, number_of = self._good_rows(some)
            columns: list[Column | None] = [
                None if column < 0 else [row[column] for row in good] for column in self._cut.columns
            ]
            yield Block(columns, len(good), number_of.__getitem__)
            self._line = before + rows.lines

    def _good_rows(self, rows: list[list[str]]) -> tuple[list[list[str]], list[int]]:
        """The rows with the right number of fields, and the line on which each begins; blank lines do not count."""
        good, lines = [], []
        line, wanted = self._line, len(self._table.names)
        for row in rows:
            if len(row) == wanted:
                good.append(row)
                lines.append(line)
            elif row:
                what = "with another number of fields than the first line"
                self._bad.add(self._table, line, what, f"{len(row)}, not {wanted}")
            line += 1 + sum(field.count("\n") for field in row)
        return good, lines
