"""Reading a file, or several as one: all old or all new content, also while another process replaces them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias, TypeVar

from firth.errors import FormatError, quoted
from firth.formats.temporary import settle

__all__ = ["read_unchanged", "refuse_outside_link"]

T = TypeVar("T")
_State: TypeAlias = list[tuple[str, int, int, int, int]]

ATTEMPTS = 20


def read_unchanged(path: Path, read: Callable[[Path], T]) -> T:
    """What `read(path)` returns, or raises, if the file or folder is the same before and after; else it is read again.

    A single file that was read without an error was read whole, whatever happened meanwhile.

    Raises FormatError where it changes at every attempt.
    """
    for _ in range(ATTEMPTS):
        settle(path)
        before = _state(path)
        try:
            result = read(path)
        except (FormatError, OSError):
            if _state(path) == before:
                raise
        else:
            if path.is_file() or _state(path) == before:
                return result
    raise FormatError(path, "changes again and again while it is read; open it when nobody writes it")


def _state(path: Path) -> _State:
    """What changes where a file, or a folder or something in it, is replaced or written."""
    try:
        state = [_identity("", path.stat())]
        if path.is_file():
            return state
        with os.scandir(path) as entries:
            for entry in entries:
                state.append(_identity(entry.name, entry.stat()))
    except OSError:  # it was replaced at this moment, or has a link to nothing
        return []
    return sorted(state)


def _identity(name: str, status: os.stat_result) -> tuple[str, int, int, int, int]:
    return name, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def refuse_outside_link(path: Path) -> Path:
    """`path`, unless it is a link to a file outside its folder: whoever packed the folder chose what is read then.

    Allowed are links into the `blobs` of the Hugging Face cache, where folders consist of such links.

    Raises FormatError.
    """
    if path.is_symlink():
        folder, real = Path(os.path.realpath(path.parent)), Path(os.path.realpath(path))
        blobs = {parent.parent / "blobs" for parent in folder.parents if parent.name == "snapshots"}
        if not real.is_relative_to(folder) and real.parent not in blobs:
            raise FormatError(path, f"is a link to {quoted(str(real))}, outside its folder; put the file itself there")
    return path
