"""`firth between MODEL WORD OTHER`"""

from typing import Annotated

import typer

from firth.cli.candidates import Exclude, FallbackName, Top, load_for_query
from firth.cli.output import Count, Json, Model, print_json, print_table

__all__ = ["run"]


def run(
    model: Model,
    word: Annotated[str, typer.Argument(metavar="WORD", help="The word at position 0.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The word at position 1.")],
    count: Count = 10,
    top: Top = None,
    exclude: Exclude = None,
    fallback: FallbackName = None,
    json: Json = False,
) -> None:
    """The words nearest to the straight line from one word to another. The similarity is the cosine to
    the nearest point of the line; the position is where that point is: 0 at WORD, 1 at OTHER.
    """
    vectors = load_for_query(model, fallback, [word, other])
    found = vectors.between(word, other, count, restrict=top, exclude=exclude or ())
    if json:
        records = [
            {"word": near, "similarity": round(score, 6), "position": round(position, 6)}
            for near, score, position in found
        ]
        print_json({"from": word, "to": other, "between": records})
        return
    rows = [(near, f"{score:.4f}", f"{position:.2f}") for near, score, position in found]
    print_table(f"between {word} and {other}", ["word", "similarity", "position"], rows, numbers=2)
