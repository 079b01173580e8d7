"""What the compiled tokenizers do with each code point, by Python's own tables of Unicode.

kernels/cpu/text/unicode.py reads the table. It is filled 256 code points at a time, when a text first contains one of
them, so that start-up costs nothing and scripts that never occur are never looked up.
"""

import functools
import unicodedata

import numpy as np
from numpy.typing import NDArray

from firth.corpus.tokenizers import TokenizerName
from firth.kernels.arguments import CodePointTable
from firth.kernels.cpu.text import unicode

__all__ = ["CodePoints", "code_points"]

_CODE_POINTS = 0x110000
_PAGE = 256


class CodePoints:
    """The table of one tokenizer.

    Threads may share it: a page is filled with the same numbers whoever fills it.
    """

    def __init__(self, name: TokenizerName) -> None:
        self._entry = _word_entry if name == "words" else _whitespace_entry
        entries: NDArray[np.uint64] = np.zeros(_CODE_POINTS, np.uint64)  # untouched pages take no memory
        self.table = CodePointTable(entries, int(name == "words"))

    def fill(self, code_point: int) -> None:
        """Add the page of this code point."""
        first = code_point - code_point % _PAGE
        self.table.entries[first : first + _PAGE] = [self._entry(code) for code in range(first, first + _PAGE)]


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
