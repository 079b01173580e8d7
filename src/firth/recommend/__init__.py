"""Recommenders: from sequences of items to the next item.

Names are imported when first used.
"""

from typing import TYPE_CHECKING

from firth.lazy_names import names_of

if TYPE_CHECKING:
    from firth.recommend.attributes import Attributes
    from firth.recommend.interactions import Interactions
    from firth.recommend.items import Items
    from firth.recommend.next_item_vectors import NextItemVectors
    from firth.recommend.sequences import Sequences

__all__ = ["Attributes", "Interactions", "Items", "NextItemVectors", "Sequences"]

__getattr__ = names_of(
    __name__,
    {
        "Attributes": "firth.recommend.attributes",
        "Interactions": "firth.recommend.interactions",
        "Items": "firth.recommend.items",
        "NextItemVectors": "firth.recommend.next_item_vectors",
        "Sequences": "firth.recommend.sequences",
    },
)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
