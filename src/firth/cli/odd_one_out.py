"""`firth odd-one-out MODEL WORD WORD WORD…`"""

from typing import Annotated

import typer

from firth.cli.candidates import FallbackName, load_for_query
from firth.cli.output import Json, Model, output, print_json, printable

__all__ = ["run"]


def run(
    model: Model,
    words: Annotated[list[str], typer.Argument(metavar="WORD...", help="At least three words.")],
    fallback: FallbackName = None,
    json: Json = False,
) -> None:
    """It is the word that is least similar to the mean of all of them."""
    odd = load_for_query(model, fallback, words).odd_one_out(words)
    if json:
        print_json({"words": words, "odd": odd})
    else:
        output.print(printable(odd))
