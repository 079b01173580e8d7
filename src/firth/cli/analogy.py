"""`firth analogy MODEL "king - man + woman"`"""

from typing import Annotated

import typer

from firth.cli.asking import Approximate, Exclude, FallbackName, Method, Restrict, load_to_ask
from firth.cli.expression import read_word_sum
from firth.cli.output import Count, Json, Model, print_json, print_table
from firth.cli.similar import neighbour_records, neighbour_rows

__all__ = ["run"]


def run(
    model: Model,
    sums: Annotated[list[str], typer.Argument(metavar="SUM...", help="Words joined by + and -.")],
    count: Count = 10,
    method: Method = "3cosadd",
    restrict: Restrict = None,
    exclude: Exclude = None,
    fallback: FallbackName = None,
    approximate: Approximate = False,
    json: Json = False,
) -> None:
    """The signs need blanks around them, because words may contain hyphens. Each word's vector is
    scaled to length 1 before the sum, and the words of the sum are left out of the answer.
    """
    asked = read_word_sum(" ".join(sums))
    vectors = load_to_ask(model, fallback, [*asked.positive, *asked.negative])
    neighbours = vectors.most_similar(  # type: ignore[call-overload]  # it checks the method itself
        positive=asked.positive,
        negative=asked.negative,
        count=count,
        method=method,
        restrict=restrict,
        exclude=exclude or (),
        approximate=approximate,
    )
    if json:
        print_json(
            {
                "positive": asked.positive,
                "negative": asked.negative,
                "neighbours": neighbour_records(neighbours),
            }
        )
        return
    print_table(" ".join(sums), ["word", "similarity" if method == "3cosadd" else "score"], neighbour_rows(neighbours))
