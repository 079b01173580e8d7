"""`firth similar MODEL WORD…`"""

from typing import Annotated

import typer

from firth.cli.candidates import Approximate, Exclude, FallbackName, Top, load_for_query
from firth.cli.output import Count, Json, Model, print_json, print_table
from firth.vectors.neighbours import Neighbour

__all__ = ["neighbour_records", "neighbour_rows", "run"]


def run(
    model: Model,
    words: Annotated[list[str], typer.Argument(metavar="WORD...", help="Words of MODEL.")],
    count: Count = 10,
    top: Top = None,
    exclude: Exclude = None,
    fallback: FallbackName = None,
    approximate: Approximate = False,
    json: Json = False,
) -> None:
    """The similarity is the cosine of the angle between two vectors: 1 is the same direction."""
    vectors = load_for_query(model, fallback, words)
    found = vectors.most_similar(words, count, restrict=top, exclude=exclude or (), approximate=approximate)
    if json:
        answers = zip(words, found, strict=True)
        print_json([{"word": word, "neighbours": neighbour_records(some)} for word, some in answers])
        return
    for word, neighbours in zip(words, found, strict=True):
        print_table(f"most similar to {word}", ["word", "similarity"], neighbour_rows(neighbours))


def neighbour_records(neighbours: list[Neighbour]) -> list[dict[str, str | float]]:
    """Neighbours as JSON objects, similarities to 6 decimals."""
    return [{"word": word, "similarity": round(score, 6)} for word, score in neighbours]


def neighbour_rows(neighbours: list[Neighbour]) -> list[tuple[str, str]]:
    """Neighbours as rows of a table, similarities to 4 decimals."""
    return [(word, f"{score:.4f}") for word, score in neighbours]
