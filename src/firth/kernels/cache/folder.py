"""The folder of compiled code: one in which nobody but this user (and the administrator) can put files.

Whoever can write there decides what code runs. So every folder on the way to it, and every link, must belong to the
user or to root, and others may write to none of them. A folder that others may write to is accepted on the way only if
it has the sticky bit, as /tmp has: there they cannot replace what belongs to somebody else.

Windows keeps profiles private by access control lists; nothing is checked there.
"""

import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numba

from firth.simd.lanes import LANES
from firth.simd.processor import target_processor

__all__ = ["CacheFolder", "choose_folder"]

_MANY_LINKS = 40  # as Linux: more on one path are taken for a circle


class CacheFolder(NamedTuple):
    """Where compiled code is kept.

    folder : None if no folder can be used; then nothing is kept.
    refused : why those that come before it cannot be used, a sentence each.
    """

    folder: Path | None
    refused: tuple[str, ...]


def choose_folder() -> CacheFolder:
    """The first usable of $FIRTH_CACHE_DIR, the user's cache folder and a private one among temporary files."""
    sources = _sources()
    if not sources:  # packed into one file, for instance: code made of other sources could not be recognised
        return CacheFolder(None, ("the source files of the kernels are not there",))
    refused: list[str] = []
    version = f"kernels-{_digest(sources)}"
    for base in _bases(refused):
        try:
            return CacheFolder(_made_private(base / version), tuple(refused))
        except OSError as error:
            refused.append(f"{base}: {error.strerror or error}" + (f" ({error.filename})" if error.filename else ""))
    return CacheFolder(None, tuple(refused))


def _sources() -> list[Path]:
    """The files that machine code is made of; how it is kept does not change it."""
    here = Path(__file__).resolve().parent
    package = here.parents[1]
    found = [file for folder in ("simd", "kernels") for file in (package / folder).rglob("*.py")]
    return sorted(file for file in found if file.parent != here)


def _digest(sources: list[Path]) -> str:
    """Of everything that machine code depends on: sources, Python, Numba, its options, and the processor."""
    python = (sys.implementation.cache_tag, getattr(sys, "abiflags", ""))
    described = (numba.__version__, python, LANES, numba.config.BOUNDSCHECK, target_processor())
    digest = hashlib.sha256(repr(described).encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _bases(refused: list[str]) -> Iterator[Path]:
    if override := os.environ.get("FIRTH_CACHE_DIR"):
        yield Path(override).absolute() / "firth"
    try:
        local = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
        yield (Path(local) if local else Path.home() / ".cache").absolute() / "firth"
    except RuntimeError:  # neither $HOME nor an entry in the list of users
        refused.append("the user has no home folder")
    try:
        user = os.getuid() if hasattr(os, "getuid") else "user"
        yield Path(tempfile.gettempdir()).absolute() / f"firth-{user}"
    except OSError as error:
        refused.append(f"no folder for temporary files: {error.strerror}")


def _made_private(folder: Path) -> Path:
    """The same folder by a path without links; what is missing of it is made, for this user alone.

    Each part is checked before the next is looked up, so that nobody can exchange it in between.

    Raises   OSError if it cannot be made or written to, or if others could put files there.
    """
    if not hasattr(os, "getuid"):
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    real = Path(folder.anchor)
    rest = list(reversed(folder.parts[1:]))
    links = 0
    while rest:
        part = rest.pop()
        if part == os.pardir:
            real = real.parent
            continue
        found = _trusted(real / part)
        if stat.S_ISLNK(found.st_mode):
            links += 1
            if links > _MANY_LINKS:
                raise OSError(0, "links that lead in a circle", str(folder))
            target = (real / part).readlink()
            rest += [step for step in reversed(target.parts) if step != target.anchor]
            real = Path(target.anchor) if target.is_absolute() else real
        else:
            real /= part
    status = os.lstat(real)
    if status.st_uid != os.getuid() or status.st_mode & 0o022:
        raise PermissionError(0, "others may write to it", str(real))
    if not os.access(real, os.R_OK | os.W_OK | os.X_OK):
        raise PermissionError(0, "it cannot be written to", str(real))
    return real


def _trusted(path: Path) -> os.stat_result:
    """The status of a folder or link that only this user and root can have put there; made if it is missing."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        path.mkdir(mode=0o700, exist_ok=True)
        status = os.lstat(path)
    if status.st_uid not in (0, os.getuid()):
        raise PermissionError(0, "it belongs to another user", str(path))
    if stat.S_ISDIR(status.st_mode):
        if _others_may_write(status):
            raise PermissionError(0, "others may write to it", str(path))
    elif not stat.S_ISLNK(status.st_mode):
        raise NotADirectoryError(0, "not a folder", str(path))
    return status


def _others_may_write(folder: os.stat_result) -> bool:
    if folder.st_mode & stat.S_ISVTX:  # there, others cannot replace what belongs to somebody else
        return False
    if folder.st_mode & stat.S_IWOTH:
        return True
    return bool(folder.st_mode & stat.S_IWGRP) and not _is_own_group(folder.st_gid)


def _is_own_group(number: int) -> bool:
    """Whether a group has this user as its only member, as systems make one for each user.

    Many of them let the group write to every new folder.
    """
    import grp
    import pwd

    try:
        group, user = grp.getgrgid(number), pwd.getpwuid(os.getuid())
    except KeyError:
        return False
    own = user.pw_uid != 0 and user.pw_gid == number and group.gr_name == user.pw_name
    return own and set(group.gr_mem) <= {user.pw_name}
