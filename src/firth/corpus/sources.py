"""What the user gave: files, an open stream, texts, or lists of tokens.

paths.py finds the files of a path; columns.py reads the columns of data frames; rows.py refuses tables, mappings and
sets, which would give their names as text.

a pathlib.Path, or any os.PathLike      a file, a folder (recursive) or a glob; also at an address (s3://…)
"-"                                     standard input
a string                                a file, a folder or a glob; never a text
an open file                            its bytes or characters from the current position on
a list, tuple or array of paths         as above, one after the other
a list, array or series of strings      paths if all of them exist, texts if none does and not all look like paths
a column of a data frame, an Arrow array    the same, or lists of tokens; missing values are left out and counted
any other iterable of strings           texts: one or more sentences each, separated by newlines
an iterable of iterables of strings     sentences that are already tokenized
"""

import io
import itertools
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from firth.corpus.columns import column_in
from firth.corpus.paths import (
    LONGEST_PATH,
    Files,
    address_in,
    joined,
    looks_like_path,
    may_exist,
    no_such_path,
    readable_address_in,
    text_files_at,
)
from firth.corpus.rows import check_container, check_item, texts_in_rows
from firth.errors import CorpusError, quoted, warn

__all__ = ["CorpusInput", "Source", "Stream", "Texts", "TokenLists", "check_text", "recognise"]

CorpusInput: TypeAlias = "str | os.PathLike[str] | io.IOBase | Files | Texts | TokenLists | Iterable[Any]"

_PATHS_TRIED = 100  # strings of a list that are looked up as paths before it is taken for texts
_PEEKED = 20  # token lists that are looked at before they are read


@dataclass(frozen=True)
class Stream:
    """An open binary or text file, read from its current position; the caller closes it."""

    file: Any
    name: str


@dataclass(frozen=True)
class Texts:
    """Texts of one or more sentences."""

    texts: Iterator[Any]
    name: str = "the texts"


@dataclass(frozen=True)
class TokenLists:
    """Sentences as lists of tokens."""

    sentences: Iterator[Any]
    name: str = "the token lists"


Source: TypeAlias = Files | Stream | Texts | TokenLists


def recognise(corpus: CorpusInput) -> Source:
    """Decide what a corpus is.

    Raises   CorpusError if it cannot be read, or if it is ambiguous.
    """
    if isinstance(corpus, Files | Texts | TokenLists):
        return corpus
    if isinstance(corpus, str):
        return _from_string(corpus)
    if isinstance(corpus, bytes | bytearray | memoryview):
        raise CorpusError(
            f"the corpus is {type(corpus).__name__}: give a path, an open file or strings; "
            "io.BytesIO(data) makes a file of bytes"
        )
    if isinstance(corpus, os.PathLike):
        return text_files_at(Path(corpus))
    if hasattr(corpus, "read"):
        return Stream(corpus, str(getattr(corpus, "name", "the open file")))
    if (column := column_in(corpus)) is not None:
        return _files_in(column) or _from_iterable(column.read())
    check_container(corpus)
    if _has_order(corpus) and (files := _files_in(corpus)) is not None:
        return files
    if not isinstance(corpus, Iterable) or getattr(corpus, "ndim", 1) == 0:
        raise CorpusError(
            f"the corpus is of type {type(corpus).__name__}: give a path, an open file, "
            "an iterable of strings or an iterable of token lists"
        )
    return _from_iterable(iter(corpus))


def _from_string(corpus: str) -> Source:
    if corpus == "-":
        if sys.stdin is None:
            raise CorpusError("standard input is closed: give a file, or connect standard input")
        return Stream(getattr(sys.stdin, "buffer", sys.stdin), "standard input")
    if not corpus or "\0" in corpus or len(corpus) > LONGEST_PATH:
        raise no_such_path(corpus)
    return text_files_at(Path(corpus), corpus)


def _has_order(corpus: object) -> bool:
    """Whether this is a list, an array of NumPy or an index of pandas: it can be iterated more than once."""
    return isinstance(corpus, list | tuple | deque) or hasattr(corpus, "tolist")


def _files_in(items: Any) -> Files | None:
    """The files that a list names, or None if it holds texts or token lists."""
    if getattr(items, "ndim", 1) != 1:
        return None
    first = list(itertools.islice(iter(items), _PATHS_TRIED))
    if any(isinstance(item, os.PathLike) for item in first[:1]):
        return _files_of_paths(items)
    if first and all(readable_address_in(item) for item in first):
        return joined(text_files_at(Path(item), item) for item in items)
    tried = [may_exist(item) for item in first]
    if not any(tried):
        _check_no_paths(first)
        return None
    exists = tried + [may_exist(item) for item in itertools.islice(iter(items), _PATHS_TRIED, None)]
    if not all(exists):
        raise _half_paths(items, exists.index(True), exists.index(False))
    return joined(text_files_at(Path(item)) for item in items)


def _half_paths(items: Any, path: int, text: int) -> CorpusError:
    """The error for a list of which some items, `path` for instance, name existing files, and others do not."""
    shown = [quoted(next(itertools.islice(iter(items), position, None)), 200) for position in (path, text)]
    return CorpusError(
        f"item {path:,} of the list, {shown[0]}, names an existing file, but item {text:,}, {shown[1]}, does not: are "
        "these paths or texts? Give pathlib.Path objects if they are paths, iter(texts) if they are texts"
    )


def _files_of_paths(items: Iterable[Any]) -> Files:
    parts = []
    for position, item in enumerate(items):
        if not isinstance(item, os.PathLike | str):
            raise CorpusError(f"item {position:,} is {_describe(item)}, but the items before are paths")
        parts.append(text_files_at(Path(item), item if isinstance(item, str) else None))
    return joined(parts)


def _check_no_paths(texts: list[Any]) -> None:
    """Raise CorpusError if these are paths of files that do not exist: their names would be the text."""
    if not texts or not all(looks_like_path(text) for text in texts):
        return
    if address_in(texts[0]):
        raise no_such_path(texts[0])
    raise CorpusError(
        f"no file of this list exists, but all {len(texts):,} look like paths, {quoted(texts[0])} first; the current "
        f"folder is {Path.cwd()}. If they are texts, give iter(texts)"
    )


def _from_iterable(items: Iterator[Any]) -> Source:
    first = next(items, None)
    items = itertools.chain([first], items)
    if isinstance(first, str):
        return Texts(items)
    if isinstance(first, os.PathLike):
        return _files_of_paths(items)
    if first is None:
        raise CorpusError("the corpus is empty, or starts with None: give at least one text or token list")
    check_item(first, 0)
    if isinstance(first, Iterable) and not isinstance(first, bytes | bytearray):
        peeked = list(itertools.islice(items, _PEEKED))
        if reason := texts_in_rows(peeked):
            warn(f"the token lists: {reason}")
        return TokenLists(itertools.chain(peeked, items))
    raise CorpusError(
        f"item 0 of the corpus is {_describe(first)}: items must be strings (texts) or lists of strings (tokens)"
    )


def _describe(item: Any) -> str:
    if item is None:
        return "None"
    advice = ""
    if isinstance(item, bytes | bytearray):
        advice = " (item.decode() makes a string)"
    elif type(item).__name__ in ("NAType", "NaTType") or (isinstance(item, float) and item != item):
        advice = " (a missing value: series.dropna() leaves it out)"
    return f"{quoted(item)} of type {type(item).__name__}{advice}"


def check_text(text: Any, position: int) -> str:
    """A text of an iterable, or a CorpusError that names its position (from 0)."""
    if isinstance(text, str):
        return text
    check_item(text, position)
    raise CorpusError(f"item {position:,} of the corpus is {_describe(text)}, but the items before it are strings")
