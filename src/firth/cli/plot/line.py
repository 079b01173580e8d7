"""`firth plot line SCORE… -o FILE`"""

from typing import Annotated

import typer

from firth.cli.output import Json
from firth.cli.plot.picture import Dark, Target, theme, write
from firth.errors import SettingError
from firth.plots.personality_line import personality_line

__all__ = ["run"]


def run(
    scores: Annotated[
        list[str], typer.Argument(metavar="SCORE...", help="A score from 0 to 100; several need names: Jay=38 Ann=70.")
    ],
    target: Target,
    ends: Annotated[
        tuple[str, str], typer.Option(metavar="LOW HIGH", help="The traits that a low and a high score stand for.")
    ] = (
        "introversion",
        "extraversion",
    ),
    dark: Dark = False,
    json: Json = False,
) -> None:
    """Two lines show the same position: as a score, and as a number of a vector, from -1 to 1."""
    named: dict[str, float] = {}
    for text in scores:
        name, equals, score = text.rpartition("=")
        if name in named:
            raise SettingError(
                f"{text!r}: {f'{name!r} is given twice' if equals else 'several scores need names: Jay=38'}"
            )
        named[name] = _number(text, score)
    write(personality_line(named, ends=ends, theme=theme(dark)), target, json)


def _number(text: str, score: str) -> float:
    try:
        return float(score)
    except ValueError:
        raise SettingError(f"{text!r} must be a number from 0 to 100, or NAME=NUMBER") from None
