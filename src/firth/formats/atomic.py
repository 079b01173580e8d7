"""Replacing a file in one step: others see the old file or the new one, never half of it."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from firth.errors import FormatError

__all__ = ["atomic_write"]


@contextlib.contextmanager
def atomic_write(path: str | Path) -> Iterator[BinaryIO]:
    """Open a temporary file that takes the place of `path` when the block ends without error.

    After an error nothing is left behind and a file that was there before is untouched. The new
    file keeps the permissions of the one it replaces; a symbolic link stays and its target is
    replaced.

    Raises
    ------
    FormatError : the folder does not exist, or `path` is a folder or a device.
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FormatError(path, f"the folder {target.parent} does not exist; create it first")
    if target.exists() and not target.is_file():
        raise FormatError(path, "is not a regular file, so it cannot be replaced; choose another name")
    # A short name of our own: a suffix to the target's could exceed what the file system allows.
    temporary = target.parent / f".firth-{secrets.token_hex(8)}.tmp"
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
