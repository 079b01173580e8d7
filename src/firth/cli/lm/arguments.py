"""What the commands of `firth lm` have in common."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from firth.language_models.model import NextWord

__all__ = ["LanguageModelFile", "probability_rows", "probability_records"]

LanguageModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A file that `firth lm train` wrote.")]


def probability_rows(words: Sequence[NextWord]) -> list[tuple[str, str]]:
    """Words as rows of a table, probabilities to 4 decimals."""
    return [(word, f"{probability:.4f}") for word, probability in words]


def probability_records(words: Sequence[NextWord]) -> list[dict[str, str | float]]:
    """Words as JSON objects, probabilities to 6 decimals."""
    return [{"word": word, "probability": round(probability, 6)} for word, probability in words]
