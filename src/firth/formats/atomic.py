"""Replacing a file, or a folder of known files: readers see the old one or the new one, never a part."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from firth.errors import FormatError

__all__ = ["atomic_folder", "atomic_write"]


@contextlib.contextmanager
def atomic_write(path: str | Path) -> Iterator[BinaryIO]:
    """Open a temporary file that replaces `path` when the block ends without error.

    After an error the temporary file is deleted and an existing file is untouched. The new
    file keeps the permissions of the one it replaces; a symbolic link stays and its target is
    replaced.

    Raises
    ------
    FormatError : there is no such folder, or `path` is a folder or a device.
    OSError : nothing can be created in the folder.
    """
    target = _target(path)
    if target.exists() and not target.is_file():
        found = "is a folder" if target.is_dir() else "is not a regular file"
        raise FormatError(path, f"{found}, so no file can replace it; choose another name")
    temporary = _sibling(target)
    try:
        with _opened(temporary, path) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync(target.parent)


@contextlib.contextmanager
def atomic_folder(path: str | Path, required: Collection[str], optional: Collection[str] = ()) -> Iterator[Path]:
    """Make a temporary folder that replaces `path` when the block ends without error.

    A folder that was there is replaced only if it is empty, or has all `required` files, perhaps
    some of the `optional` ones, and nothing else: no other file is ever deleted.
    After an error the temporary folder is deleted, and the old folder is untouched. The step from one
    folder to the other is two renames: a crash between them leaves the old folder under a name
    that begins with `.firth-`.

    Raises
    ------
    FormatError : the folder around it does not exist, or `path` is something that is not replaced.
    """
    target = _target(path)
    names = {*required, *optional}
    if os.path.lexists(target):
        _refuse_foreign(path, target, set(required), names)
    temporary = _sibling(target)
    try:
        try:
            temporary.mkdir()
        except OSError as error:
            raise _cannot_create(error, path) from None
        yield temporary
        for written in temporary.iterdir():
            _sync(written)
        _sync(temporary)
        if target.exists():
            temporary.chmod(target.stat().st_mode)
            _exchange(temporary, target, names)
        else:
            temporary.rename(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    _sync(target.parent)


def _target(path: str | Path) -> Path:
    """What is to be replaced: the end of all symbolic links."""
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FormatError(path, f"there is no folder {target.parent}; make it first")
    return target


def _opened(temporary: Path, path: str | Path) -> BinaryIO:
    """The new file, open for writing; an error names what the user wants to write."""
    try:
        return temporary.open("xb")
    except OSError as error:
        raise _cannot_create(error, path) from None


def _cannot_create(error: OSError, path: str | Path) -> OSError:
    folder = Path(os.path.realpath(path)).parent
    problem = f"cannot be written: nothing can be created in the folder {folder} ({error.strerror})"
    return OSError(error.errno, problem, str(path))


def _sibling(target: Path) -> Path:
    """An unused name in the same folder; a suffix to the target's could exceed the length that file systems allow."""
    return target.parent / f".firth-{secrets.token_hex(8)}.tmp"


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


def _exchange(temporary: Path, target: Path, names: set[str]) -> None:
    """Replace one folder by another; of the old one only files of these names are deleted."""
    aside = _sibling(target)
    target.rename(aside)
    try:
        temporary.rename(target)
    except BaseException:
        aside.rename(target)
        raise
    for name in names:
        (aside / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # another file was added in the meantime: it stays
        aside.rmdir()


def _sync(path: Path) -> None:
    """Make what is in a file, or the names in a folder, survive a power cut, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
