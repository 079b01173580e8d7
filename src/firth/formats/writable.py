"""Which words a format can hold; others are refused before anything is written."""

import re
from collections.abc import Sequence
from pathlib import Path

from firth.errors import FormatError

__all__ = ["encode_words", "refuse_byte_order_mark"]


def encode_words(path: str | Path, words: Sequence[str], forbidden: re.Pattern[str], format: str) -> list[bytes]:
    """All words in UTF-8.

    Raises FormatError naming a word that is empty, matches `forbidden`, or cannot be encoded in UTF-8.
    """
    for i, word in enumerate(words):
        if not word or forbidden.search(word):
            raise FormatError(
                path,
                f"word {i:,} is {word!r}, which {format} cannot hold; "
                "save as .firth, which holds any word, or rename it",
            )
    try:
        return [word.encode() for word in words]
    except UnicodeEncodeError as error:
        raise FormatError(
            path, f"{error.object!r} cannot be encoded in UTF-8, so {format} cannot hold it; save as .firth"
        ) from None


def refuse_byte_order_mark(path: str | Path, words: Sequence[str]) -> None:
    """Raise FormatError if the first word would lose its first character when the file is read."""
    if words and words[0].startswith("\ufeff"):
        raise FormatError(path, f"the first word, {words[0]!r}, would be taken for a byte order mark")
