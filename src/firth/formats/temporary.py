"""Temporary files and folders next to what they replace: their names, who uses them, and what a killed process left.

What replaces `x` is first written as `.firth-D-N.tmp`: D is a digest of the name `x` (which may be as long as names can
be), N the first free number. Its writer holds a lock on it. The system releases the lock when the process ends,
whatever ended it, so a temporary without a lock belongs to nobody, and whoever writes `x` next removes it.
`.firth-D.old` is `x` itself, for the moment in which a system that cannot exchange two names puts the new one in its
place.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = ["Lock", "aside_of", "new_file", "new_folder", "remove_abandoned", "settle"]

MOST = 16  # temporaries of one target that are found again; more writers at the same time use random names
ABANDONED = 86_400.0  # seconds without a change after which a temporary belongs to nobody, on systems without locks
LONGEST_EXCHANGE = 2.0  # seconds that a reader waits for a writer that has put the old one aside
_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Lock:
    """A lock on an open file or folder, until the `with` block ends, or the process.

    Where the system has no locks, it is neither held nor taken.
    """

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor  # closed at the end
        self.is_held = False
        self.is_taken = False  # by somebody else
        if descriptor is not None and sys.platform != "win32":
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.is_held = True
            except BlockingIOError:
                self.is_taken = True
            except OSError:  # a file system without locks
                pass

    @classmethod
    def of(cls, path: Path) -> "Lock":
        """A lock on what is there and is no link; not held where it cannot be opened, as a folder on Windows."""
        try:
            return cls(os.open(path, os.O_RDONLY | _FLAGS | getattr(os, "O_NONBLOCK", 0)))
        except OSError:
            return cls(None)

    def fits(self, path: Path) -> bool:
        """Whether nobody else has the lock and `path` still is what was opened."""
        if self._descriptor is None:
            return True
        try:
            return not self.is_taken and os.path.samestat(os.fstat(self._descriptor), path.lstat())
        except OSError:
            return False

    def __enter__(self) -> "Lock":
        return self

    def __exit__(self, *error: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def new_file(target: Path, permissions: int) -> tuple[Path, int, Lock]:
    """A temporary file for `target`: its path, a descriptor open for writing, and the lock on it."""
    for path in _unused(target):
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _FLAGS, permissions)
        except FileExistsError:
            continue
        # Windows neither replaces nor deletes a file that is open, so it needs no lock and must not have one.
        lock = Lock(None if sys.platform == "win32" else os.dup(descriptor))
        if lock.fits(path):
            return path, descriptor, lock
        with lock:  # somebody took it for abandoned
            os.close(descriptor)
    raise _crowded(target)


def new_folder(target: Path, permissions: int) -> tuple[Path, Lock]:
    """A temporary folder for `target`, and the lock on it."""
    for path in _unused(target):
        try:
            path.mkdir(permissions)
        except FileExistsError:
            continue
        lock = Lock.of(path)
        if lock.fits(path):
            return path, lock
        with lock:  # somebody took it for abandoned
            continue
    raise _crowded(target)


def remove_abandoned(target: Path, names: Collection[str] = ()) -> None:
    """Remove what killed processes left while they wrote `target`; of a folder only files of these names."""
    for path in [*_numbered(target), aside_of(target)]:
        if path == aside_of(target) and not os.path.lexists(target):
            continue  # it is all that there is of `target`
        with _abandoned(path) as is_abandoned, contextlib.suppress(OSError):
            if not is_abandoned:
                continue
            if path.is_dir():
                for name in names:
                    (path / name).unlink(missing_ok=True)
                path.rmdir()
            else:
                path.unlink()


def settle(path: str | Path) -> None:
    """Return when what was put aside is there again: wait for its writer, or put it back where that was killed."""
    if os.path.exists(path):  # noqa: PTH110  (the quickest)
        return
    target = Path(os.path.realpath(path))
    aside = aside_of(target)
    deadline = time.monotonic() + LONGEST_EXCHANGE
    while not os.path.lexists(target) and os.path.lexists(aside):
        with _abandoned(aside) as is_abandoned, contextlib.suppress(OSError):
            if is_abandoned:
                aside.rename(target)
                return
        if time.monotonic() > deadline:
            if sys.platform == "win32":  # where no lock shows that the writer was killed
                with contextlib.suppress(OSError):
                    aside.rename(target)
            return
        time.sleep(0.002)


def aside_of(target: Path) -> Path:
    """The name under which the old one waits for a moment."""
    return target.with_name(f".firth-{_digest(target)}.old")


@contextlib.contextmanager
def _abandoned(path: Path) -> Iterator[bool]:
    """Whether `path` exists, is the user's own, and nobody uses it; nobody else takes it while the block runs."""
    try:
        status = path.lstat()
    except OSError:
        yield False
        return
    is_file = stat.S_ISREG(status.st_mode)
    if not (is_file or stat.S_ISDIR(status.st_mode)) or not _is_own(status, is_file):
        yield False
    elif sys.platform == "win32":
        yield time.time() - status.st_mtime > ABANDONED
    else:
        with Lock.of(path) as lock:
            yield lock.is_held and lock.fits(path)


def _is_own(status: os.stat_result, is_file: bool) -> bool:
    """Whether this user made a temporary. What root writes in the place of others' files belongs to them."""
    return sys.platform == "win32" or status.st_uid == os.geteuid() or (is_file and os.geteuid() == 0)


def _unused(target: Path) -> Iterator[Path]:
    """Names that a temporary may have."""
    yield from _numbered(target)
    for _ in range(MOST):
        yield target.with_name(f".firth-{_digest(target)}-{secrets.token_hex(8)}.tmp")


def _numbered(target: Path) -> list[Path]:
    digest = _digest(target)
    return [target.with_name(f".firth-{digest}-{i}.tmp") for i in range(MOST)]


def _digest(target: Path) -> str:
    return hashlib.blake2b(os.fsencode(target.name), digest_size=6).hexdigest()


def _crowded(target: Path) -> OSError:
    problem = f"too many temporary files of {target.name}; delete those named .firth-….tmp"
    return FileExistsError(errno.EEXIST, problem, str(target))
