"""What the user gave: files, an open stream, texts, or lists of tokens.

a pathlib.Path, or any os.PathLike      a file, a folder (recursive) or a glob
"-"                                     standard input
a string                                a file, a folder or a glob; never a text
an open file                            its bytes or characters from the current position on
a list or tuple of paths                as above, one after the other
a list or tuple of strings              paths if all of them exist, texts if none does
any other iterable of strings           texts: one or more sentences each, separated by newlines
an iterable of iterables of strings     sentences that are already tokenized
"""

import glob
import io
import itertools
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from firth.errors import CorpusError

__all__ = ["CorpusInput", "Files", "Source", "Stream", "Texts", "TokenLists", "recognise"]

CorpusInput: TypeAlias = "str | os.PathLike[str] | io.IOBase | Iterable[Any]"

_PATHS_TRIED = 100  # strings of a list that are looked up as paths before it is taken for texts
_LONGEST_PATH = 4096  # characters; longer strings are texts
_SHOWN = 60  # characters of a user's string in a message


@dataclass(frozen=True)
class Files:
    """Existing files, in the order in which they are read."""

    paths: tuple[Path, ...]

    @property
    def name(self) -> str:
        """The name of this source in messages."""
        if len(self.paths) == 1:
            return str(self.paths[0])
        return f"{len(self.paths):,} files, {self.paths[0]} first"


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
    if isinstance(corpus, str):
        return _from_string(corpus)
    if isinstance(corpus, bytes | bytearray | memoryview):
        raise CorpusError(
            f"the corpus is {type(corpus).__name__}: give a path, an open file or strings; "
            "io.BytesIO(data) makes a file of bytes"
        )
    if isinstance(corpus, os.PathLike):
        return Files(tuple(_expand(Path(corpus))))
    if hasattr(corpus, "read"):
        return Stream(corpus, str(getattr(corpus, "name", "the open file")))
    if isinstance(corpus, list | tuple) and (paths := _paths_in(corpus)) is not None:
        return Files(tuple(paths))
    if not isinstance(corpus, Iterable):
        raise CorpusError(
            f"the corpus is of type {type(corpus).__name__}: give a path, an open file, "
            "an iterable of strings or an iterable of token lists"
        )
    return _from_iterable(iter(corpus))


def _from_string(corpus: str) -> Source:
    if corpus == "-":
        if sys.stdin is None:
            raise CorpusError("standard input is closed: give a file, or a pipe as in `cat FILE | firth …`")
        return Stream(getattr(sys.stdin, "buffer", sys.stdin), "standard input")
    if not corpus or "\0" in corpus or len(corpus) > _LONGEST_PATH:
        raise _no_such_path(corpus)
    return Files(tuple(_expand(Path(corpus), corpus)))


def _no_such_path(corpus: str | Path) -> CorpusError:
    text = str(corpus)
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    advice = "; a path is wanted here. To train on the string itself, put it into a list: [text]"
    return CorpusError(f"{shown!r}: no such file, folder or pattern{advice if isinstance(corpus, str) else ''}")


def _expand(path: Path, given: str | Path | None = None) -> list[Path]:
    """The files of a path, folder or pattern; `given` is what the user wrote, if that was not a path."""
    try:
        if path.is_dir():
            return _files_below(path)
        if path.exists():
            return [path]
    except OSError as error:  # a name too long for the file system, a folder that may not be entered
        raise CorpusError(f"{path}: {error.strerror or error}") from None
    if not glob.has_magic(str(path)):
        raise _no_such_path(given or path)
    found = [Path(name) for name in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207  (takes absolute ones)
    files = [file for file in found if file.is_file()]
    if not files:
        raise CorpusError(f"{str(path)!r}: no file matches this pattern")
    return files


def _files_below(folder: Path) -> list[Path]:
    """All files in a folder and below, sorted by path; names that start with a dot are left out."""
    files: list[Path] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(parent, name) for name in names if not name.startswith(".")]
    files = sorted(file for file in files if file.is_file())
    if not files:
        raise CorpusError(f"{folder}: there are no files in this folder (hidden ones do not count)")
    return files


def _paths_in(items: list[Any] | tuple[Any, ...]) -> list[Path] | None:
    """The files that a list names, or None if it holds texts or token lists."""
    if any(isinstance(item, os.PathLike) for item in items[:1]):
        for position, item in enumerate(items):
            if not isinstance(item, os.PathLike | str):
                raise CorpusError(f"item {position:,} is {_describe(item)}, but the items before are paths")
        return [file for item in items for file in _expand(Path(item))]
    tried = [_may_exist(item) for item in items[:_PATHS_TRIED]]
    if not any(tried):
        return None
    exists = tried + [_may_exist(item) for item in items[_PATHS_TRIED:]]
    if not all(exists):
        raise CorpusError(
            f"item {exists.index(True):,} of the list, {items[exists.index(True)]!r}, names an existing file, "
            f"but item {exists.index(False):,} does not: are these paths or texts? "
            "Give pathlib.Path objects if they are paths, iter(texts) if they are texts"
        )
    return [file for item in items for file in _expand(Path(item))]


def _may_exist(item: Any) -> bool:
    if not isinstance(item, str) or not item or len(item) > _LONGEST_PATH or "\n" in item or "\0" in item:
        return False
    return os.path.exists(item)  # noqa: PTH110  (Path.exists raises for names that are too long)


def _from_iterable(items: Iterator[Any]) -> Source:
    first = next(items, None)
    items = itertools.chain([first], items)
    if isinstance(first, str):
        return Texts(items)
    if isinstance(first, os.PathLike):
        paths = _paths_in(list(items))
        return Files(tuple(paths or []))
    if isinstance(first, Iterable) and not isinstance(first, bytes | bytearray):
        return TokenLists(items)
    if first is None:
        raise CorpusError("the corpus is empty, or starts with None: give at least one text or token list")
    raise CorpusError(
        f"item 0 of the corpus is {_describe(first)}: items must be strings (texts) or lists of strings (tokens)"
    )


def _describe(item: Any) -> str:
    if item is None:
        return "None"
    text = repr(item)
    return f"{text if len(text) <= _SHOWN else text[:_SHOWN] + '…'} of type {type(item).__name__}"


def check_text(text: Any, position: int) -> str:
    """A text of an iterable, or a CorpusError that names its position (from 0)."""
    if isinstance(text, str):
        return text
    raise CorpusError(f"item {position:,} of the corpus is {_describe(text)}, but the items before it are strings")
