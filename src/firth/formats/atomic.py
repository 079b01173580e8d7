"""Replacing a file, or a folder of known files: readers see the old one or the new one, never a part.

In the order in which SQLite does it: the new content is written to the disk, then it gets its name, then that name is
written to the disk. temporary.py names what is written meanwhile.
"""

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from firth.errors import FormatError
from firth.formats.system_calls import exchange, keep_permissions, sync, sync_folder
from firth.formats.temporary import Lock, aside_of, new_file, new_folder, remove_abandoned, settle

__all__ = ["atomic_folder", "atomic_write"]

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


@contextlib.contextmanager
def atomic_write(path: str | Path) -> Iterator[BinaryIO]:
    """Open a temporary file that replaces `path` when the block ends without error.

    After an error the temporary file is deleted and an existing file is untouched; one that a killed process left is
    deleted by the next call for the same path. The new file has the permissions of the one it replaces from its first
    byte on, and its owner where the system allows it; a symbolic link stays and its target is replaced.

    Raises
    ------
    FormatError : there is no such folder, or `path` is a folder or a device.
    OSError : nothing can be created in the folder, or the disk is full; `filename` is `path`.
    """
    target = _target(path)
    if target.exists() and not target.is_file():
        found = "is a folder" if target.is_dir() else "is not a regular file"
        raise FormatError(path, f"{found}, so no file can replace it; choose another name")
    remove_abandoned(target)
    old = _status(target)
    with _creating(path):
        temporary, descriptor, lock = new_file(target, 0o666 if old is None else 0o600)
    with _named(path):
        with lock:
            try:
                with os.fdopen(descriptor, "wb") as file:
                    keep_permissions(descriptor, old)
                    yield file
                    file.flush()
                    sync(file.fileno())
                _replace(temporary, target)
            except BaseException:
                with contextlib.suppress(OSError):  # the error above is the one to report
                    temporary.unlink(missing_ok=True)
                raise
        sync_folder(target.parent)


@contextlib.contextmanager
def atomic_folder(path: str | Path, required: Collection[str], optional: Collection[str] = ()) -> Iterator[Path]:
    """Make a temporary folder that replaces `path` when the block ends without error.

    A folder that was there is replaced only if it is empty, or has all `required` files, perhaps
    some of the `optional` ones, and nothing else: no other file is ever deleted.
    After an error the temporary folder is deleted, and the old folder is untouched. The new folder takes the place of
    the old one in one step where the system can exchange two names (Linux, macOS); elsewhere readers wait for a moment,
    and what a crash leaves aside is put back by the next reader or writer. Owner and permissions are kept, of the files
    as well.

    Raises
    ------
    FormatError : the folder around it does not exist, or `path` is something that is not replaced.
    OSError : nothing can be created in the folder around it, or the disk is full; `filename` is `path`.
    """
    target = _target(path)
    names = {*required, *optional}
    settle(target)
    if os.path.lexists(target):
        _refuse_foreign(path, target, set(required), names)
    remove_abandoned(target, names)
    old = _status(target)
    with _creating(path):
        temporary, lock = new_folder(target, 0o777 if old is None else 0o700)
    with _named(path):
        with lock:
            try:
                yield temporary
                _finish_folder(temporary, target)
                if old is None:
                    temporary.rename(target)
                else:
                    _take_place(temporary, target, names)
            except BaseException:
                shutil.rmtree(temporary, ignore_errors=True)
                raise
        sync_folder(target.parent)


@contextlib.contextmanager
def _creating(path: str | Path) -> Iterator[None]:
    """Let an error say that nothing can be created next to what the user wants to write."""
    try:
        yield
    except OSError as error:
        folder = Path(os.path.realpath(path)).parent
        problem = f"cannot be written: nothing can be created in the folder {folder} ({error.strerror or error})"
        raise OSError(error.errno, problem, str(path)) from None


@contextlib.contextmanager
def _named(path: str | Path) -> Iterator[None]:
    """Let the system's errors name what the user gave, not a temporary file next to it."""
    try:
        yield
    except OSError as error:
        is_ours = isinstance(error.filename, str) and Path(error.filename).name.startswith(".firth-")
        if is_ours or (error.filename is None and error.errno in _NO_SPACE):
            error.filename = str(path)
        raise


def _target(path: str | Path) -> Path:
    """What is to be replaced: the end of all symbolic links."""
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FormatError(path, f"there is no folder {target.parent}; make it first")
    return target


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _replace(temporary: Path, target: Path) -> None:
    """Put a finished file in the place of another one."""
    try:
        temporary.replace(target)
    except PermissionError:
        if sys.platform != "win32":
            raise
        replace_in_use(temporary, target)


def replace_in_use(temporary: Path, target: Path) -> None:
    """The same on Windows, where a file that is read-only or open cannot be replaced, but one that is open be renamed.

    The old file is deleted once it is no longer open: by the next call for the same path, at the latest.
    """
    permissions = target.stat().st_mode
    target.chmod(permissions | 0o200)
    aside = aside_of(target)
    aside.unlink(missing_ok=True)
    target.rename(aside)
    try:
        temporary.rename(target)
    except BaseException:
        aside.rename(target)
        raise
    target.chmod(permissions)
    with contextlib.suppress(OSError):
        aside.unlink()


def _refuse_foreign(path: str | Path, target: Path, required: set[str], names: set[str]) -> None:
    """Raise FormatError unless `target` is a folder that may be replaced."""
    if not target.is_dir():
        raise FormatError(path, "is a file, and a folder is to be written; choose another name")
    found = {entry.name: entry for entry in target.iterdir()}
    foreign = [name for name in sorted(found) if name not in names or found[name].is_symlink() or found[name].is_dir()]
    missing = sorted(required - set(found))
    if foreign or (found and missing):
        reason = f"there is {foreign[0]!r} in it" if foreign else f"there is no {missing[0]!r} in it"
        raise FormatError(
            path,
            f"is a folder that may hold other things than vectors ({reason}), so it is not replaced; "
            "choose another name, or remove it yourself",
        )


def _finish_folder(temporary: Path, target: Path) -> None:
    """Write the files of a folder to the disk, with the permissions of those they replace."""
    replaced = {path.name: path.stat() for path in target.iterdir()} if target.exists() else {}
    some = next(iter(replaced.values()), None)  # for files that the old folder does not have
    for written in temporary.iterdir():
        descriptor = os.open(written, os.O_RDWR)
        try:
            keep_permissions(descriptor, replaced.get(written.name, some))
            sync(descriptor)
        finally:
            os.close(descriptor)
    if sys.platform != "win32":
        descriptor = os.open(temporary, os.O_RDONLY)
        try:
            keep_permissions(descriptor, _status(target))
        finally:
            os.close(descriptor)
    sync_folder(temporary)


def _take_place(temporary: Path, target: Path, names: set[str]) -> None:
    """Put a finished folder in the place of another one; of the old one only files of these names are deleted."""
    if exchange(temporary, target):
        delete_folder(temporary, target, names)
    else:
        exchange_by_renaming(temporary, target, names)


def exchange_by_renaming(temporary: Path, target: Path, names: set[str]) -> None:
    """Where two names cannot be exchanged. Between the two steps readers wait (see `settle`).

    Raises FormatError on Windows, where a folder cannot be renamed while a file in it is open.
    """
    aside = aside_of(target)
    with Lock.of(target):
        try:
            target.rename(aside)
        except PermissionError:
            if sys.platform != "win32":
                raise
            problem = "is open in this or another process: close it, or open it with mmap=False, and save again"
            raise FormatError(target, problem) from None
        try:
            temporary.rename(target)
        except BaseException:
            aside.rename(target)
            raise
        delete_folder(aside, target, names)


def delete_folder(old: Path, new: Path, names: Collection[str]) -> None:
    """Delete the files of these names and the folder; a file that was added in the last moment moves to the new one."""
    with contextlib.suppress(OSError):  # the new folder is complete; what is left is removed the next time
        for path in list(old.iterdir()):
            if path.name not in names:
                path.rename(new / path.name)
        for name in names:
            (old / name).unlink(missing_ok=True)
        old.rmdir()
