"""The lines of a test set: UTF-8, numbered from 1, without empty ones and comments."""

import os
from pathlib import Path

from firth.errors import FormatError

__all__ = ["numbered_lines"]


def numbered_lines(path: str | os.PathLike[str]) -> list[tuple[int, str]]:
    """Numbers and lines of a text file, as they are; lines that begin with # are comments.

    Raises
    ------
    FormatError : the file is no text in UTF-8, or nothing is in it.
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
