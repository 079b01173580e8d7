"""Options that all pictures of the command line share, and how a picture is written."""

from pathlib import Path
from typing import Annotated

import typer

from firth.cli.output import output, print_json
from firth.plots.canvas import Picture
from firth.plots.save import check_picture_file, save_chart
from firth.plots.theme import ThemeName

__all__ = ["Dark", "Limit", "Target", "Words", "theme", "write"]


def _checked(target: Path) -> Path:
    """Refuse a file that cannot be written before anything is computed."""
    check_picture_file(target)
    return target


Words = Annotated[list[str], typer.Argument(metavar="WORD...", help="Words of MODEL.")]
Target = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="FILE", callback=_checked, help="The picture to write: .html, .svg, .png or .json."
    ),
]
Dark = Annotated[bool, typer.Option("--dark", help="Draw light text on a dark background.")]
Limit = Annotated[
    float | None,
    typer.Option(
        help="Numbers of this size and larger get the strongest colour; by default chosen from the numbers shown."
    ),
]


def theme(dark: bool) -> ThemeName:
    """The theme that --dark chooses."""
    return "dark" if dark else "light"


def write(picture: Picture, target: Path, json: bool) -> None:
    """Save a picture and say so."""
    save_chart(picture, target)
    size = target.stat().st_size
    if json:
        print_json({"written": str(target), "bytes": size})
        return
    shown = f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.0f} kB"
    page = "; open it in a browser, no network needed" if target.suffix.lower() == ".html" else ""
    output.print(f"saved {target} ({shown}){page}")
