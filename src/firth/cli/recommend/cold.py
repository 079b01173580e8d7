"""`firth recommend cold MODEL COLUMN=VALUE…`"""

from typing import Annotated

import typer

from firth.cli.output import Json, print_json, print_table
from firth.cli.recommend.events import RecommenderFile
from firth.cli.recommend.next import ItemCount
from firth.errors import SettingError
from firth.recommend.recommender import Recommender

__all__ = ["read_attributes", "run"]


def run(
    model: RecommenderFile,
    attributes: Annotated[
        list[str],
        typer.Argument(
            metavar="COLUMN=VALUE...", help="What is known about the item; a column may have several values."
        ),
    ],
    count: ItemCount = 10,
    json: Json = False,
) -> None:
    """An item that nobody has chosen yet, known only by its attributes: the items whose vectors are nearest to
    the one that it gets. MODEL has to be trained with --attributes.
    """
    loaded = Recommender.load(model)
    vector = loaded.cold_start(read_attributes(attributes)).item_vector
    found = loaded.item_vectors.nearest_to_vector(vector, count)
    if json:
        print_json({"near": [{"item": word, "score": round(cosine, 6)} for word, cosine in found]})
        return
    print_table(", ".join(attributes), ["item", "cosine"], [(word, f"{cosine:.4f}") for word, cosine in found])


def read_attributes(texts: list[str]) -> dict[str, list[str]]:
    """The values of each column. Raises SettingError for a text without `=`."""
    found: dict[str, list[str]] = {}
    for text in texts:
        column, equals, value = text.partition("=")
        if not equals or not column or not value:
            raise SettingError(f"{text!r}: must be a column and its value, such as brand=Acme")
        found.setdefault(column, []).append(value)
    return found
