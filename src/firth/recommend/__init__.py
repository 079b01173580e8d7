"""Recommenders: from sequences of items to the next item.

Names are imported when first used.
"""

from typing import TYPE_CHECKING

from firth.lazy_names import names_of

if TYPE_CHECKING:
    from firth.recommend.attributes import Attributes
    from firth.recommend.evaluation import evaluate
    from firth.recommend.graph import ItemGraph
    from firth.recommend.interactions import Interactions
    from firth.recommend.item_knn import ItemKnn
    from firth.recommend.items import Items
    from firth.recommend.next_item_vectors import NextItemVectors
    from firth.recommend.popularity import Popularity
    from firth.recommend.recommender import Recommender
    from firth.recommend.repeats import Repeats
    from firth.recommend.sequences import Sequences
    from firth.recommend.sequential_rules import SequentialRules
    from firth.recommend.session_knn import SessionKnn

__all__ = [
    "Attributes",
    "Interactions",
    "ItemGraph",
    "ItemKnn",
    "Items",
    "NextItemVectors",
    "Popularity",
    "Recommender",
    "Repeats",
    "Sequences",
    "SequentialRules",
    "SessionKnn",
    "evaluate",
]

__getattr__ = names_of(
    __name__,
    {
        "Attributes": "firth.recommend.attributes",
        "Interactions": "firth.recommend.interactions",
        "ItemGraph": "firth.recommend.graph",
        "ItemKnn": "firth.recommend.item_knn",
        "Items": "firth.recommend.items",
        "NextItemVectors": "firth.recommend.next_item_vectors",
        "Popularity": "firth.recommend.popularity",
        "Recommender": "firth.recommend.recommender",
        "Repeats": "firth.recommend.repeats",
        "Sequences": "firth.recommend.sequences",
        "SequentialRules": "firth.recommend.sequential_rules",
        "SessionKnn": "firth.recommend.session_knn",
        "evaluate": "firth.recommend.evaluation",
    },
)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
