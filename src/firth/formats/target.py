"""Whether a file or folder can be written: tried before the work that makes its content, not after it."""

import contextlib
import errno
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from firth.formats.atomic import atomic_write

__all__ = ["check_space", "check_target", "try_writing"]


class _Tried(Exception):
    """Ends a trial, so that nothing is replaced."""


def try_writing(begin: Callable[[], AbstractContextManager[Any]]) -> None:
    """Begin to replace a file or folder as its writer does, and stop before anything is replaced.

    begin : atomic_write or another of its kind, with the path.

    Raises   what it raises: FormatError, MissingExtraError, OSError.
    """
    with contextlib.suppress(_Tried), begin():
        raise _Tried


def check_target(path: str | Path) -> None:
    """Raise if a file cannot be written there: FormatError, or OSError from the system."""
    try_writing(lambda: atomic_write(path))


def check_space(path: str | Path, size: int) -> None:
    """Raise OSError (ENOSPC) if the file system of a file or folder to write has fewer free bytes than `size`."""
    existing = next(folder for folder in Path(path).absolute().parents if folder.is_dir())
    usage = shutil.disk_usage(existing)
    if usage.total and usage.free < size:  # some network file systems report nothing
        problem = f"{_megabytes(size)} are needed, and {_megabytes(usage.free)} are free: free space, or save elsewhere"
        raise OSError(errno.ENOSPC, problem, str(path))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
