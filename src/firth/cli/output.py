"""How the subcommands speak: tables for people, JSON for programs."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from firth.notebook import printable

__all__ = [
    "Count",
    "Json",
    "Model",
    "output",
    "printable",
    "print_json",
    "print_table",
]

# Words are data: nothing in them is markup, an emoji code or worth a colour.
output = Console(markup=False, emoji=False, highlight=False, soft_wrap=True)

Model = Annotated[Path, typer.Argument(metavar="MODEL", help="A file of vectors of any format.")]
Count = Annotated[int, typer.Option("--count", "-n", min=1, help="How many words to show.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def print_json(value: Any) -> None:
    """Print one JSON document; numbers that JSON does not know (NaN) become null."""
    ascii_only = not output.encoding.startswith("utf")
    output.out(json.dumps(_plain(value), ensure_ascii=ascii_only, indent=2, allow_nan=False))


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
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        show_header=any(columns),
        box=None,
        pad_edge=False,
    )
    for place, column in enumerate(columns):
        is_number = place >= len(columns) - numbers
        table.add_column(column, justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*(printable(cell) for cell in row))
    output.print(table)
