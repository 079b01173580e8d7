"""`firth between MODEL WORD OTHER`"""

from typing import Annotated

import typer

from firth.cli.asking import Exclude, FallbackName, Restrict, load_to_ask
from firth.cli.output import Count, Json, Model, print_json, print_table

__all__ = ["run"]


def run(
    model: Model,
    word: Annotated[str, typer.Argument(metavar="WORD")],
    other: Annotated[str, typer.Argument(metavar="OTHER")],
    count: Count = 10,
    restrict: Restrict = None,
    exclude: Exclude = None,
    fallback: FallbackName = None,
    json: Json = False,
) -> None:
    """Words near the straight line from one word to another. The similarity is the cosine to the nearest
    point of the line, and the position says where that point is: 0 is WORD, 1 is OTHER.
    """
    vectors = load_to_ask(model, fallback, [word, other])
    found = vectors.between(word, other, count, restrict=restrict, exclude=exclude or ())
    if json:
        records = [
            {"word": near, "similarity": round(score, 6), "position": round(position, 6)}
            for near, score, position in found
        ]
        print_json({"from": word, "to": other, "between": records})
        return
    rows = [(near, f"{score:.4f}", f"{position:.2f}") for near, score, position in found]
    print_table(f"between {word} and {other}", ["word", "similarity", "position"], rows, numbers=2)
