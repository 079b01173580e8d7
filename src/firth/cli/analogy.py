"""`firth analogy MODEL "king - man + woman"`"""

from typing import Annotated

import typer

from firth.cli.candidates import Approximate, Exclude, FallbackName, Method, Top, load_for_query
from firth.cli.expression import read_word_sum
from firth.cli.output import Count, Json, Model, print_json, print_table
from firth.cli.similar import neighbour_records, neighbour_rows

__all__ = ["run"]


def run(
    model: Model,
    sums: Annotated[
        list[str], typer.Argument(metavar="SUM...", help='Words joined by + and -, as in "king - man + woman".')
    ],
    count: Count = 10,
    method: Method = "3cosadd",
    top: Top = None,
    exclude: Exclude = None,
    fallback: FallbackName = None,
    approximate: Approximate = False,
    json: Json = False,
) -> None:
    """The signs need blanks around them, because words may contain hyphens. Each word's vector is
    scaled to length 1 before the sum, and the words of the sum are excluded from the results.
    """
    words = read_word_sum(" ".join(sums))
    vectors = load_for_query(model, fallback, [*words.positive, *words.negative])
    neighbours = vectors.most_similar(  # type: ignore[call-overload]  # it checks the method
        positive=words.positive,
        negative=words.negative,
        count=count,
        method=method,
        restrict=top,
        exclude=exclude or (),
        approximate=approximate,
    )
    if json:
        print_json(
            {
                "positive": words.positive,
                "negative": words.negative,
                "neighbours": neighbour_records(neighbours),
            }
        )
        return
    print_table(" ".join(sums), ["word", "similarity" if method == "3cosadd" else "score"], neighbour_rows(neighbours))
