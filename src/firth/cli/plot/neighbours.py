"""`firth plot neighbours MODEL WORD -o FILE`"""

from typing import Annotated

import typer

from firth.cli.output import Count, Json, Model
from firth.cli.plot.picture import Dark, Target, theme, write
from firth.plots.neighbour_bars import neighbour_bars
from firth.vectors.load import load

__all__ = ["run"]


def run(
    model: Model,
    word: Annotated[str, typer.Argument(metavar="WORD", help="A word of MODEL.")],
    target: Target,
    count: Count = 10,
    dark: Dark = False,
    json: Json = False,
) -> None:
    """A bar for each of the most similar words, best first."""
    write(neighbour_bars(load(model), word, count, theme=theme(dark)), target, json)
