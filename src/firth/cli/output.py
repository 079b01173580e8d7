"""The output of subcommands: tables for people, JSON for programs; and options that many of them share."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console

from firth.printable import printable, printable_json, printable_lines

__all__ = [
    "Count",
    "Json",
    "Model",
    "output",
    "printable",
    "print_json",
    "print_table",
]


class _Output(Console):
    """Standard output. Words are data: nothing in them is markup, an emoji code, a colour or a terminal's command."""

    def __init__(self) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, soft_wrap=True)

    def print(self, *objects: Any, **options: Any) -> None:
        shown = (printable_lines(text) if isinstance(text, str) else text for text in objects)
        super().print(*shown, **options)


output = _Output()

Model = Annotated[
    Path, typer.Argument(metavar="MODEL", help="A file or folder of vectors, of any format that Firth reads.")
]
Count = Annotated[int, typer.Option("--count", "-n", min=1, help="How many words to show.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def print_json(value: Any) -> None:
    """Print one JSON document; numbers that JSON does not know (NaN) become null."""
    ascii_only = not output.encoding.startswith("utf")
    _write(printable_json(json.dumps(_plain(value), ensure_ascii=ascii_only, indent=2, allow_nan=False)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float) and value - value != 0:  # NaN or infinite
        return None
    return value


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 1) -> None:
    """Print a table whose last `numbers` columns hold numbers."""
    names = [printable(name) for name in columns]
    body = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(names, *body, strict=True)]
    words = len(names) - numbers
    if title:
        output.print(printable(title), style="bold")
    if any(names):
        output.print(_line(names, widths, words), style="bold")
    if body:
        _write("\n".join(_line(row, widths, words) for row in body))


def _write(text: str) -> None:
    """Print without the console, which examines every character: 20 seconds for large vocabularies."""
    output.file.write(f"{text}\n")


def _line(cells: Sequence[str], widths: Sequence[int], words: int) -> str:
    """A row of a table: the first `words` cells are flush left, the others flush right."""
    blanks = [" " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)]
    padded = [
        blank + cell if i >= words else cell + blank for i, (cell, blank) in enumerate(zip(cells, blanks, strict=True))
    ]
    return "  ".join(padded).rstrip()
