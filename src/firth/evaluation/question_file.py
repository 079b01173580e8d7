"""The lines of a test set file, for the readers of analogies, odd one out, categories and similarity pairs.

Such a file is UTF-8 text with one question, pair or category on each line; empty lines and lines that begin with # are
skipped.
"""

import os
from pathlib import Path

from firth.errors import FormatError

__all__ = ["numbered_lines"]


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
