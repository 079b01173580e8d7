"""Options that queries share: which words are candidates, and what replaces unknown words."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, get_args

import typer

from firth.cli.output import printable
from firth.vectors.analogy_search import AnalogyMethod
from firth.vectors.load import load
from firth.vectors.lookup import Fallback
from firth.vectors.word_vectors import WordVectors

__all__ = ["Approximate", "Exclude", "FallbackName", "Method", "OptionalMethod", "Top", "load_for_query"]

Top = Annotated[
    int | None,
    typer.Option(
        "--top", metavar="N", min=1, help="Search only the first N words of MODEL, in most files the most frequent."
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="WORD", help="Exclude this word from the results (repeatable)."),
]
_METHOD = typer.Option(
    metavar="|".join(get_args(AnalogyMethod)),
    help="How the cosines with the words of a sum are combined: 3cosadd adds and subtracts them, 3cosmul "
    "multiplies and divides them.",
)
Method = Annotated[str, _METHOD]
OptionalMethod = Annotated[str | None, _METHOD]
Approximate = Annotated[
    bool,
    typer.Option(
        "--approximate", help="Search the index that `firth index` built: faster, and a few words are missed."
    ),
]
FallbackName = Annotated[
    str | None,
    typer.Option(
        "--fallback",
        metavar="|".join(get_args(Fallback)),
        help="What replaces a word that MODEL does not know. subword: a vector from its character n-grams, where MODEL "
        "has them; spelling: the known word spelled most nearly alike. Without it, an unknown word is an error.",
    ),
]


def load_for_query(model: Path, fallback: str | None, words: Iterable[str]) -> WordVectors:
    """The vectors of a file; which of the words are replaced, and by what, is reported on standard error."""
    vectors = load(model, fallback=fallback)  # type: ignore[arg-type]  # load() itself checks it
    if fallback is not None:
        for word in dict.fromkeys(words):
            if word not in vectors:
                found = vectors.found_as(word)
                used = f"using {found!r}" if found is not None else "using its character n-grams (subwords)"
                typer.echo(f"firth: {word!r} is not among the {len(vectors):,} words: {printable(used)}", err=True)
    return vectors
