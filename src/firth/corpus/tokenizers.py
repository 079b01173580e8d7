"""How text becomes words: "words", "whitespace", or a function of the user's.

"words"       lower case; a word is a run of letters and digits of any script, with the marks that combine with
              them, and apostrophes inside (’ becomes '); all else parts words
"whitespace"  what str.split() leaves, as gensim's LineSentence and (for spaces, tabs and newlines) word2vec.c do
callable      gets a line without its line ending, returns a list of tokens

A newline ends a sentence. The first two are compiled (kernels/cpu/text/unicode.py); this file says what each code point
does, by Python's own tables: 256 code points at a time, when a text first contains one of them, so that start-up
costs nothing and a script that never occurs is never looked up.
"""

import functools
import unicodedata
from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError
from firth.kernels.cpu.text import unicode

__all__ = ["CodePoints", "Tokenizer", "TokenizerName", "check_tokenizer", "code_points"]

TokenizerName: TypeAlias = Literal["words", "whitespace"]
Tokenizer: TypeAlias = TokenizerName | Callable[[str], Iterable[str]]

_CODE_POINTS = 0x110000
_PAGE = 256
_NAMES = ("words", "whitespace")


def check_tokenizer(tokenizer: object) -> None:
    """Raise SettingError unless this is a tokenizer."""
    if not callable(tokenizer) and tokenizer not in _NAMES:
        raise SettingError(
            f"tokenizer={tokenizer!r}: must be 'words', 'whitespace' or a function from a line to a list of tokens"
        )


class CodePoints:
    """What each code point does to a text, as the table that kernels/cpu/text/unicode.py describes.

    Threads may share it: a page is filled with the same numbers whoever fills it.
    """

    def __init__(self, name: TokenizerName) -> None:
        self.words_only = int(name == "words")
        self._entry = _word_entry if name == "words" else _whitespace_entry
        self.table: NDArray[np.uint64] = np.zeros(_CODE_POINTS, np.uint64)  # untouched pages take no memory

    def fill(self, code_point: int) -> None:
        """Add the page of this code point."""
        first = code_point - code_point % _PAGE
        self.table[first : first + _PAGE] = [self._entry(code) for code in range(first, first + _PAGE)]


@functools.cache
def code_points(name: TokenizerName) -> CodePoints:
    """The table of a tokenizer, shared by all corpora."""
    return CodePoints(name)


def _entry(kind: int, code_point: int, second: int = 0) -> int:
    return kind << unicode.CLASS_SHIFT | second << unicode.SECOND_SHIFT | code_point


def _whitespace_entry(code_point: int) -> int:
    if code_point == ord("\n"):
        return _entry(unicode.NEWLINE, code_point)
    kind = unicode.SEPARATOR if chr(code_point).isspace() else unicode.LETTER
    return _entry(kind, code_point)


def _word_entry(code_point: int) -> int:
    character = chr(code_point)
    lower = [ord(part) for part in character.lower()]  # one code point, two for İ; Unicode has none with three
    return _entry(_word_class(character), *lower)


def _word_class(character: str) -> int:
    category = unicodedata.category(character)
    if character == "\n":
        return unicode.NEWLINE
    if character in "'’":
        return unicode.APOSTROPHE
    if category[0] in "LN":
        return unicode.LETTER
    if category[0] == "M" or character in "\u200c\u200d":  # joiners shape the letters of Persian, Hindi and others
        return unicode.MARK
    if category == "Cf" and character != "\u200b":  # soft hyphen, direction marks; but a zero-width space is a space
        return unicode.INVISIBLE
    return unicode.SEPARATOR
