"""`firth plot strips MODEL WORD… -o FILE`"""

from firth.cli.output import Json, Model
from firth.cli.plot.picture import Dark, Limit, Target, Words, theme, write
from firth.plots.colour_strips import colour_strips
from firth.vectors.load import load

__all__ = ["run"]


def run(
    model: Model, words: Words, target: Target, limit: Limit = None, dark: Dark = False, json: Json = False
) -> None:
    """One cell for each number of a vector: blue below zero, white at zero, red above."""
    write(colour_strips(load(model), words, limit=limit, theme=theme(dark)), target, json)
