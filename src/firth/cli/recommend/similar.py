"""`firth recommend similar MODEL ITEM`"""

from typing import Annotated

import typer

from firth.cli.output import Json, print_json, print_table
from firth.cli.recommend.events import RecommenderFile
from firth.cli.recommend.next import ItemCount
from firth.recommend.recommender import Recommender

__all__ = ["run"]


def run(
    model: RecommenderFile,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="An item of the model.")],
    count: ItemCount = 10,
    follows: Annotated[
        bool, typer.Option("--follows", help="The items that come after ITEM, as the vectors see it, instead.")
    ] = False,
    json: Json = False,
) -> None:
    """The items whose vectors have the largest cosine: they lead to the same items."""
    loaded = Recommender.load(model)
    found = loaded.goes_with(item, count) if follows else loaded.similar_items(item, count)
    if json:
        print_json({"item": item, "similar": [{"item": one, "score": round(score, 6)} for one, score in found]})
        return
    print_table(
        item, ["item", "product" if follows else "cosine"], [(str(one), f"{score:.4f}") for one, score in found]
    )
