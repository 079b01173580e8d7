"""The lines of a test set file, for the readers of analogies, odd one out, categories and similarity pairs.

Such a file is UTF-8 text with one question, pair or category on each line; empty lines and lines that begin with # are
skipped. Words are separated by blanks, or by commas or semicolons, and may be in double quotes.
"""

import os
import re
from pathlib import Path

from firth.errors import FormatError, quoted

__all__ = ["numbered_lines", "question_lines", "split_words"]

_COLUMN_NAME = re.compile(r"(?:word|w|term|item|column|col)[ _.-]?([1-9a-h])", re.IGNORECASE)


def numbered_lines(path: str | os.PathLike[str]) -> list[tuple[int, str]]:
    """The lines that are neither empty nor comments, unchanged, each with its number in the file (from 1).

    Raises
    ------
    FormatError : the file is not UTF-8 text, or has no such line.
    OSError : it cannot be read.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")  # line ends of any system become \n
    except UnicodeDecodeError as error:
        raise FormatError(path, "not a text file in UTF-8", byte=error.start) from None
    numbered = enumerate(text.split("\n"), start=1)
    kept = [(number, line) for number, line in numbered if line.strip() and not line.lstrip().startswith("#")]
    if not kept:
        raise FormatError(path, "there is nothing in it; a test set has a question, pair or category on each line")
    return kept


def question_lines(path: str | os.PathLike[str]) -> list[tuple[int, str]]:
    """As numbered_lines, for files in which each line is a question.

    Raises FormatError also where the lines begin with row numbers, or the first one names columns: as words, both would
    make other questions.
    """
    path = Path(path)
    lines = numbered_lines(path)
    number, line = lines[0]
    names = [_COLUMN_NAME.fullmatch(word) for word in split_words(path, number, line)]
    if "".join(name[1].lower() if name else "?" for name in names[:3]) in ("123", "abc"):
        raise FormatError(path, f"{quoted(line)} names columns: begin with the first question", line=number)
    begins = [split_words(path, *numbered)[0] for numbered in lines]
    if len(lines) > 2 and begins[0] in ("0", "1") and begins == [str(int(begins[0]) + i) for i in range(len(lines))]:
        raise FormatError(path, "the lines begin with row numbers: leave these out", line=number)
    return lines


def split_words(path: Path, number: int, line: str) -> list[str]:
    """The words of a line: between commas or semicolons if these separate all of them, else between blanks.

    Raises FormatError where only some words end in such a mark, or one is missing between two.
    """
    words = line.split()
    for mark, name in ((",", "comma"), (";", "semicolon")):
        if not any(mark in word[1:] for word in words):
            continue
        if len(words) == 1 or all(word.endswith(mark) for word in words[:-1]):
            words = [word.strip() for word in line.strip().rstrip(mark).split(mark)]
            if not all(words):
                raise FormatError(path, f"a word is missing before a {name}", line=number)
            break
        if wrong := next((word for word in words if len(word) > 1 and word.endswith(mark)), None):
            problem = f"{quoted(wrong)} ends in a {name}: separate all words by blanks, or all by {name}s"
            raise FormatError(path, problem, line=number)
    return [word[1:-1] if len(word) > 2 and word[0] == word[-1] == '"' else word for word in words]
