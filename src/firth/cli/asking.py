"""What the subcommands that ask vectors share: who may answer, and what stands in for unknown words."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, get_args

import typer

from firth.cli.output import printable
from firth.vectors.analogy_search import AnalogyMethod
from firth.vectors.load import load
from firth.vectors.lookup import Fallback
from firth.vectors.word_vectors import WordVectors

__all__ = ["Approximate", "Exclude", "FallbackName", "Method", "Restrict", "load_to_ask"]

Restrict = Annotated[
    int | None, typer.Option("--restrict", metavar="N", min=1, help="Only the first N words of MODEL may answer.")
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="WORD", help="This word is no answer; repeatable.")
]
Method = Annotated[
    str, typer.Option(metavar="|".join(get_args(AnalogyMethod)), help="Add up cosines, or multiply them.")
]
Approximate = Annotated[bool, typer.Option("--approximate", help="Ask the index that `firth index` has built.")]
FallbackName = Annotated[
    str | None,
    typer.Option("--fallback", metavar="|".join(get_args(Fallback)), help="What stands in for unknown words."),
]


def load_to_ask(model: Path, fallback: str | None, words: Iterable[str]) -> WordVectors:
    """The vectors of a file; what stands in for which of the words is told on standard error."""
    vectors = load(model, fallback=fallback)  # type: ignore[arg-type]  # load() itself checks it
    if fallback is not None:
        for word in dict.fromkeys(words):
            if word not in vectors:
                found = vectors.found_as(word)
                told = f"answered as {found!r}" if found is not None else "answered by its parts (subwords)"
                typer.echo(f"firth: {word!r} is not among the {len(vectors):,} words: {printable(told)}", err=True)
    return vectors
