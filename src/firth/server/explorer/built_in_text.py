"""The text that is there without a file: the King James Bible, where its package is installed."""

import threading
from functools import cache
from typing import NamedTuple

from firth.datasets import king_james
from firth.errors import MissingExtraError
from firth.illustrated.first_step import SENTENCE
from firth.illustrated.neighbours import SENTENCES

__all__ = ["BuiltInText", "built_in_text"]


class BuiltInText(NamedTuple):
    """A text with a name, and words in it that are worth watching."""

    name: str
    texts: list[str]
    watched: list[str]


_reading = threading.Lock()  # requests that come at the same time read it once


def built_in_text() -> BuiltInText:
    """The King James Bible; else two small topics and the document's sentence."""
    with _reading:
        return _read()


@cache
def _read() -> BuiltInText:
    try:
        return BuiltInText("King James Bible", king_james(), ["king", "bread", "sea", "mother", "sword", "sun"])
    except MissingExtraError:
        texts = [" ".join(words) for words in SENTENCES]
        return BuiltInText("Rulers and hunters", [*texts, SENTENCE], ["king", "queen", "cat", "dog", "land", "mouse"])
