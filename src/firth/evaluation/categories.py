"""Categories: lists of words that belong together, built in or from a file.

A category file has a category on each line, `fruits: apple pear plum`; a word belongs to one category only.
categorisation.py compares clusters of vectors with them, odd_one_out.py makes questions from them.
"""

import os
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TypeAlias

from firth.errors import FormatError, SettingError, quoted
from firth.evaluation.question_file import numbered_lines, split_words
from firth.vectors.given import listed_words

__all__ = ["CategorySource", "built_in_categories", "load_categories", "read_categories"]

# A category file, categories by name, or None for the built-in ones.
CategorySource: TypeAlias = str | os.PathLike[str] | Mapping[str, Sequence[str]] | None


def load_categories(source: CategorySource) -> dict[str, list[str]]:
    """The categories of a file, of a mapping, or the built-in ones for None.

    Raises   FormatError for a file of another kind; SettingError for categories that are no lists of words.
    """
    if source is None:
        return built_in_categories()
    if isinstance(source, str | os.PathLike):
        return read_categories(source)
    if not isinstance(source, Mapping):
        raise SettingError(f"categories {quoted(source)}: must be a file, or a mapping of names to lists of words")
    return {name: listed_words(words, f"the list of words of {quoted(name)}") for name, words in source.items()}


def built_in_categories() -> dict[str, list[str]]:
    """Firth's own categories of concrete words, 7 to 11 words each."""
    with resources.as_file(resources.files("firth.evaluation") / "categories.txt") as path:
        return read_categories(path)


def read_categories(path: str | os.PathLike[str]) -> dict[str, list[str]]:
    """Read a category file.

    Raises
    ------
    FormatError
        if a line has no name before a colon, no words after it, or a word of an earlier category, or if the file is
        empty; the error has path and line.
    """
    categories: dict[str, list[str]] = {}
    seen: set[str] = set()
    for number, line in numbered_lines(path):
        name, colon, rest = line.partition(":")
        words = split_words(Path(path), number, rest)
        if not colon or not name.strip() or not words:
            raise FormatError(Path(path), "a category reads like `fruits: apple pear`", line=number)
        for word in words:
            if word in seen:
                raise FormatError(Path(path), f"{word!r} is in two categories, or twice in one", line=number)
            seen.add(word)
        categories.setdefault(name.strip(), []).extend(words)
    return categories
