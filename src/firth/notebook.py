"""HTML tables for notebooks: no word can become markup."""

import html
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from firth.colours import diverging_colour

__all__ = ["Markup", "colour_strip", "html_table"]


class Markup(str):
    """HTML from this module, which is not escaped again."""


def html_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 1) -> str:
    """A table with a title.

    Parameters
    ----------
    title : "" for none.
    columns : the heads of the columns; there is no head row if all are "".
    rows : cells of each row; text is escaped, Markup is not.
    numbers : the last this many columns hold numbers and are right-aligned.
    """
    first_number = len(columns) - numbers
    lines = [f"<p><b>{html.escape(title)}</b></p>"] if title else []
    lines.append("<table>")
    if any(columns):
        heads = "".join(f"<th{_style(i >= first_number)}>{html.escape(head)}</th>" for i, head in enumerate(columns))
        lines.append(f"<thead><tr>{heads}</tr></thead>")
    lines.append("<tbody>")
    for row in rows:
        cells = "".join(f"<td{_style(i >= first_number)}>{_content(cell)}</td>" for i, cell in enumerate(row))
        lines.append(f"<tr>{cells}</tr>")
    lines += ["</tbody>", "</table>"]
    return "\n".join(lines)


def colour_strip(numbers: ArrayLike, limit: float) -> Markup:
    """Numbers (D,) as a row of cells: blue at -limit and below, white at 0, red at limit and above."""
    values = np.asarray(numbers, np.float64).tolist()
    width = 100 / max(len(values), 1)
    stops = ",".join(
        f"{diverging_colour(value, limit)} {i * width:.4g}% {(i + 1) * width:.4g}%" for i, value in enumerate(values)
    )
    return Markup(
        f'<div style="width:{min(8 * len(values), 480)}px;height:14px;background:linear-gradient(90deg,{stops})"></div>'
    )


def _style(is_number: bool) -> str:
    return f' style="text-align:{"right" if is_number else "left"}"'


def _content(cell: str) -> str:
    return cell if isinstance(cell, Markup) else html.escape(cell)
