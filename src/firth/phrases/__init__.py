"""Phrases: pairs of words that occur together more often than chance would have it become words of their own.

Names are imported when first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

from firth.interruption import importing

if TYPE_CHECKING:
    from firth.phrases.model import Phrases
    from firth.phrases.scoring import PairCounts
    from firth.phrases.settings import ENGLISH_CONNECTOR_WORDS
    from firth.phrases.table import Phrase

__all__ = ["ENGLISH_CONNECTOR_WORDS", "PairCounts", "Phrase", "Phrases"]

_MODULES = {
    "ENGLISH_CONNECTOR_WORDS": "firth.phrases.settings",
    "PairCounts": "firth.phrases.scoring",
    "Phrase": "firth.phrases.table",
    "Phrases": "firth.phrases.model",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with importing():
        value = getattr(importlib.import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
