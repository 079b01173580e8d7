"""`firth plot matrix MODEL WORD… -o FILE`"""

from typing import Annotated, Any

import typer

from firth.cli.output import Json, Model
from firth.cli.plot.picture import Dark, Target, Words, theme, write
from firth.plots.similarity_matrix import similarity_matrix
from firth.vectors.load import load

__all__ = ["run"]


def run(
    model: Model,
    words: Words,
    target: Target,
    order: Annotated[
        str,
        typer.Option(
            metavar="given|clusters",
            help="The order of the words: as given, or clusters of similar words next to each other.",
        ),
    ] = "given",
    dark: Dark = False,
    json: Json = False,
) -> None:
    """A square of cells: the cosine of each word with each other word."""
    chosen: Any = order  # similarity_matrix() checks the name
    write(similarity_matrix(load(model), words, order=chosen, theme=theme(dark)), target, json)
