"""What replacing a file takes from the operating system: data on the disk, two names exchanged, permissions kept."""

import contextlib
import ctypes
import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = ["exchange", "keep_permissions", "sync", "sync_folder"]

_AT_FDCWD = -100  # relative to the working directory
_RENAME_EXCHANGE = 2  # Linux
_RENAME_SWAP = 2  # macOS
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
_CANNOT_BE_SYNCED = {*_UNSUPPORTED, errno.EACCES, errno.EPERM, errno.EBADF, errno.EISDIR}


def sync(descriptor: int) -> None:
    """Have what was written survive a power cut. `descriptor` is open for writing: Windows wants that."""
    if sys.platform == "darwin":  # fsync there ends before the disk has written
        with contextlib.suppress(OSError):  # a file system without this
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a power cut, where the system can."""
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # it may be written but not read
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_BE_SYNCED:
            raise
    finally:
        os.close(descriptor)


def keep_permissions(descriptor: int, old: os.stat_result | None) -> None:
    """Give an open file or folder the owner, group and permissions of what it will replace, as far as allowed."""
    if old is None or sys.platform == "win32":
        return
    permissions, new = stat.S_IMODE(old.st_mode), os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        try:
            os.fchown(descriptor, old.st_uid, old.st_gid)
        except OSError:  # only root may give files away
            permissions &= 0o777
            try:
                os.fchown(descriptor, -1, old.st_gid)
            except OSError:
                permissions &= ~stat.S_IRWXG  # they were meant for another group
    with contextlib.suppress(OSError):  # a file system without permissions; until here nobody else may read it
        os.fchmod(descriptor, permissions)


def exchange(first: Path, second: Path) -> bool:
    """Let two names on one file system change places in one step; False where the system cannot do that."""
    call = _exchange_call()
    if call is None:
        return False
    if call(os.fsencode(first), os.fsencode(second)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(second))


def _exchange_call() -> Callable[[bytes, bytes], int] | None:
    if sys.platform == "linux":
        rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        if rename is not None:
            return lambda first, second: int(rename(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE))
    elif sys.platform == "darwin":
        rename = getattr(ctypes.CDLL(None, use_errno=True), "renamex_np", None)
        if rename is not None:
            return lambda first, second: int(rename(first, second, _RENAME_SWAP))
    return None
