"""`firth analogy MODEL "king - man + woman"`"""

from typing import Annotated

import typer

from firth.cli.expression import read_word_sum
from firth.cli.output import Count, Json, Model, print_json, print_table
from firth.cli.similar import neighbour_records, neighbour_rows
from firth.vectors.word_vectors import load

__all__ = ["run"]


def run(
    model: Model,
    sums: Annotated[list[str], typer.Argument(metavar="SUM...", help="Words joined by + and -.")],
    count: Count = 10,
    json: Json = False,
) -> None:
    """The signs need blanks around them, because words may contain hyphens. Each word's vector is
    scaled to length 1 before the sum, and the words of the sum are left out of the answer.
    """
    asked = read_word_sum(" ".join(sums))
    vectors = load(model)
    neighbours = vectors.most_similar(positive=asked.positive, negative=asked.negative, count=count)
    if json:
        print_json(
            {
                "positive": asked.positive,
                "negative": asked.negative,
                "neighbours": neighbour_records(neighbours),
            }
        )
        return
    print_table(" ".join(sums), ["word", "similarity"], neighbour_rows(neighbours))
