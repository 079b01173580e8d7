"""`firth lm predict MODEL "TEXT"`"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from firth.cli.output import Count, Json, print_json, print_table
from firth.language_models.load import load_language_model
from firth.language_models.model import NextWord

__all__ = ["LanguageModelFile", "probability_records", "run"]

LanguageModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A file that `firth lm train` wrote.")]


def run(
    model: LanguageModelFile,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The sentence so far; '' for the first word.")],
    count: Count = 10,
    json: Json = False,
) -> None:
    """Every word of the vocabulary has a probability; these are the highest. Words of TEXT that the model
    does not know count as the unknown word <unk>.
    """
    found = load_language_model(model).next_words(text, count)
    if json:
        print_json({"text": text, "next_words": probability_records(found)})
        return
    print_table(f"{text} …", ["word", "probability"], _probability_rows(found))


def _probability_rows(words: Sequence[NextWord]) -> list[tuple[str, str]]:
    """Words as rows of a table, probabilities to 4 decimals."""
    return [(word, f"{probability:.4f}") for word, probability in words]


def probability_records(words: Sequence[NextWord]) -> list[dict[str, str | float]]:
    """Words as JSON objects, probabilities to 6 decimals."""
    return [{"word": word, "probability": round(probability, 6)} for word, probability in words]
