"""`firth plot people [FILE] -o FILE`"""

from typing import Annotated

import typer

from firth.cli.output import Json
from firth.cli.people import Scale, ScoreTable
from firth.cli.plot.picture import Dark, Target, theme, write
from firth.illustrated.people import EXAMPLE
from firth.plots.points_and_arrows import points_and_arrows
from firth.vectors.load import read_table

__all__ = ["run"]


def run(
    target: Target,
    file: ScoreTable = None,
    scale: Scale = (0, 100),
    traits: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="X Y", help="The columns on the horizontal and the vertical axis; by default the first two."
        ),
    ] = None,
    compared_with: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The person whom the others are compared with; by default the first."),
    ] = None,
    dark: Dark = False,
    json: Json = False,
) -> None:
    """Each person is a point and an arrow; the cosine measures how similar two directions are. Without FILE:
    Jay and the two persons of the document.
    """
    people = read_table(EXAMPLE if file is None else file, scale=scale)
    picture = points_and_arrows(people, traits, compared_with=compared_with, theme=theme(dark))
    write(picture, target, json)
