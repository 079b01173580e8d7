"""`firth plot axes MODEL WORD… -o FILE`"""

from typing import Annotated

import typer

from firth.cli.output import Json, Model
from firth.cli.plot.picture import Dark, Target, Words, theme, write
from firth.plots.two_axes import two_axis_plot
from firth.vectors.load import load

__all__ = ["run"]


def run(
    model: Model,
    words: Words,
    target: Target,
    x: Annotated[
        tuple[str, str], typer.Option(metavar="LEFT RIGHT", help="The words at the ends of the horizontal axis.")
    ] = (
        "man",
        "woman",
    ),
    y: Annotated[
        tuple[str, str], typer.Option(metavar="LOW HIGH", help="The words at the ends of the vertical axis.")
    ] = (
        "poor",
        "rich",
    ),
    dark: Dark = False,
    json: Json = False,
) -> None:
    """The position on an axis is the cosine with the difference of the two words at its ends."""
    write(two_axis_plot(load(model), words, x=x, y=y, theme=theme(dark)), target, json)
