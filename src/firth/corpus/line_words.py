"""One line of text to its words, without compiled code: for what somebody has just typed.

The slow twin of the compiled tokenizers (tokenizers.py says what they do); large texts are for those.
"""

import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

__all__ = ["line_words"]

JOINERS = "\u200c\u200d"  # they shape the letters of Persian, Hindi and others
ZERO_WIDTH_SPACE = "\u200b"  # a space, whatever its category says


def line_words(line: str, tokenizer: str | Callable[[str], Iterable[str]] = "words") -> list[str]:
    """The words of a line, as `encode` finds them.

    tokenizer : "words", "whitespace", or a function from a line to its words.
    """
    if callable(tokenizer):
        return list(tokenizer(line))
    return line.split() if tokenizer == "whitespace" else _runs_of_letters(line)


@cache
def _kind(character: str) -> str:
    """L letter or digit, M mark, A apostrophe, I invisible, S separator."""
    category = unicodedata.category(character)
    if character in "'’":
        return "A"
    if category[0] in "LN":
        return "L"
    if category[0] == "M" or character in JOINERS:
        return "M"
    return "I" if category == "Cf" and character != ZERO_WIDTH_SPACE else "S"


def _runs_of_letters(line: str) -> list[str]:
    """Lower case; a word starts with a letter, goes on with letters and marks, and may have apostrophes inside."""
    visible = [character for character in line if _kind(character) != "I"]
    words, word = [], ""
    for i, character in enumerate(visible):
        kind = _kind(character)
        following = _kind(visible[i + 1]) if i + 1 < len(visible) else "S"
        if kind == "L" or (word and kind == "M"):
            word += character.lower()
        elif word and kind == "A" and following == "L":
            word += "'"
        else:
            words.append(word)
            word = ""
    return [word for word in (*words, word) if word]
