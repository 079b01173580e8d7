"""How text becomes words: "words", "whitespace", or a function of the user's.

"words"       lower case; a word is a run of letters and digits of any script, with the marks that combine with
              them, and apostrophes inside (’ becomes '); everything else separates words
"whitespace"  split as str.split() does, as gensim's LineSentence and (for spaces, tabs and newlines) word2vec.c do
callable      gets a line without its line ending, returns a list of tokens

A newline ends a sentence. The first two are compiled for texts: see code_points.py and kernels/cpu/text/unicode.py.
tokenize_line() is their reference implementation in plain Python, also used for a line that a user has just typed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Set
from functools import cache
from typing import Literal, TypeAlias, get_args

from firth.errors import CorpusError, SettingError, quoted

__all__ = [
    "CUSTOM_TOKENIZER",
    "TOKENIZERS",
    "Tokenizer",
    "TokenizerName",
    "check_tokenizer",
    "tokenize_line",
    "tokenizer_name",
    "tokens_of",
]

TokenizerName: TypeAlias = Literal["words", "whitespace"]
Tokenizer: TypeAlias = TokenizerName | Callable[[str], Iterable[str]]

TOKENIZERS: tuple[str, ...] = get_args(TokenizerName)
CUSTOM_TOKENIZER = "custom"  # in a model file, a tokenizer that was a function

_ASCII_WORD = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_JOINERS = "\u200c\u200d"  # they shape the letters of Persian, Hindi and others
_ZERO_WIDTH_SPACE = "\u200b"  # a space, although its category is that of invisible characters


def check_tokenizer(tokenizer: object) -> None:
    """Raise SettingError unless this is a tokenizer."""
    if not callable(tokenizer) and tokenizer not in TOKENIZERS:
        raise SettingError(
            f"tokenizer={quoted(tokenizer)}: must be 'words', 'whitespace' or a function from a line to its tokens"
        )


def tokenizer_name(tokenizer: object) -> str:
    """The name of a tokenizer in a model file."""
    return CUSTOM_TOKENIZER if callable(tokenizer) else str(tokenizer)


def tokenize_line(line: str, tokenizer: str | Callable[[str], Iterable[str]] = "words") -> list[str]:
    """The words of one line, as `encode` finds them.

    tokenizer : "words", "whitespace", or a function from a line to its words.
    """
    if callable(tokenizer):
        return list(tokens_of(tokenizer, line))
    return line.split() if tokenizer == "whitespace" else _runs_of_letters(line)


def tokens_of(tokenizer: Callable[[str], Iterable[str]], line: str) -> Iterable[str]:
    """What a function of the user's makes of a line, if that can be a list of tokens.

    Raises   CorpusError for a string, a mapping, a set or nothing; an error of the function gets the line as a note.
    """
    try:
        tokens = tokenizer(line)
    except Exception as error:
        error.add_note(f"Firth called the tokenizer with the line {quoted(line, 200)}")
        raise
    if type(tokens) is list:  # the usual case, quickly
        return tokens
    if isinstance(tokens, str | bytes | Mapping | Set) or not isinstance(tokens, Iterable):
        kind = "a string" if isinstance(tokens, str) else f"of type {type(tokens).__name__}"
        raise CorpusError(
            f"the tokenizer returned {quoted(tokens)}, {kind}, for the line {quoted(line)}: "
            "it must return a list of tokens"
        )
    return tokens


@cache
def _kind(character: str) -> str:
    """L letter or digit, M mark, A apostrophe, I invisible, S separator."""
    category = unicodedata.category(character)
    if character in "'’":
        return "A"
    if category[0] in "LN":
        return "L"
    if category[0] == "M" or character in _JOINERS:
        return "M"
    return "I" if category == "Cf" and character != _ZERO_WIDTH_SPACE else "S"


def _runs_of_letters(line: str) -> list[str]:
    """Lower case; a word starts with a letter, continues with letters and marks, and may have apostrophes inside."""
    if line.isascii():  # the same ten times faster
        return _ASCII_WORD.findall(line.lower())
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
