"""Phrases: pairs of words that occur together more often than chance would have it become words of their own.

Names are imported when first used.
"""

from typing import TYPE_CHECKING

from firth.lazy_names import names_of

if TYPE_CHECKING:
    from firth.phrases.model import Phrases
    from firth.phrases.scoring import PairCounts
    from firth.phrases.settings import ENGLISH_CONNECTOR_WORDS
    from firth.phrases.table import Phrase

__all__ = ["ENGLISH_CONNECTOR_WORDS", "PairCounts", "Phrase", "Phrases"]

__getattr__ = names_of(
    __name__,
    {
        "ENGLISH_CONNECTOR_WORDS": "firth.phrases.settings",
        "PairCounts": "firth.phrases.scoring",
        "Phrase": "firth.phrases.table",
        "Phrases": "firth.phrases.model",
    },
)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
