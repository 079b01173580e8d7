"""`firth plot training MODEL -o FILE`"""

from pathlib import Path
from typing import Annotated

import typer

from firth.cli.output import Json
from firth.cli.plot.picture import Dark, Target, theme, write
from firth.models.word2vec import Word2Vec
from firth.plots.training_curve import training_curve

__all__ = ["run"]


def run(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A .firth file that `firth train` wrote.")],
    target: Target,
    dark: Dark = False,
    json: Json = False,
) -> None:
    """Drawn from the history in the model file, which files of other software do not have."""
    write(training_curve(Word2Vec.load(model), theme=theme(dark)), target, json)
