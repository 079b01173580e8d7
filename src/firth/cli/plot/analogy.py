"""`firth plot analogy MODEL "king - man + woman" -o FILE`"""

from typing import Annotated

import typer

from firth.cli.expression import read_word_sum
from firth.cli.output import Json, Model
from firth.cli.plot.picture import Dark, Limit, Target, theme, write
from firth.plots.analogy_strips import sum_strips
from firth.vectors.load import load

__all__ = ["run"]


def run(
    model: Model,
    sums: Annotated[
        list[str], typer.Argument(metavar="SUM...", help='Words joined by + and -, as in "king - man + woman".')
    ],
    target: Target,
    limit: Limit = None,
    dark: Dark = False,
    json: Json = False,
) -> None:
    """Shows the words of the sum, the sum, and the word nearest to it. The signs need blanks around them."""
    words = read_word_sum(" ".join(sums))
    picture = sum_strips(load(model), words.positive, words.negative, limit=limit, theme=theme(dark))
    write(picture, target, json)
