"""Zip and tar archives of vectors, as they are downloaded: one file in them is read, by way of a temporary file.

    glove.6B.zip                       the file of vectors in it, if there is only one
    glove.6B.zip/glove.6B.100d.txt     this one

Names in an archive are compared and shown; nothing is written under them.
"""

import errno
import lzma
import re
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeAlias, cast

from firth.decompression import DecompressionError, check_expansion
from firth.errors import FormatError, quoted, warn
from firth.formats.compressed import open_decompressed
from firth.formats.mapped import stored_in_memory
from firth.formats.stored import StoredVectors
from firth.formats.target import check_space

__all__ = ["divided", "is_archive", "read_member"]

_ZIP, _TAR = b"PK\x03\x04", b"ustar"
_TAR_POSITION = 257
_BEGINNING = 512  # bytes that show what a file is
_PIECE = 1 << 20
_MOST_MEMBERS = 10_000
_SHOWN = 8
_NO_VECTORS = re.compile(
    r"(.*/)?(\.(?!\.?/).*|__MACOSX/.*|(readme|licen[cs]e|copying|changelog)[^/]*|[^/]*\.(md|rst|html?|pdf|json|py|sh|log|ya?ml))",
    re.IGNORECASE | re.DOTALL,
)
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    LookupError,
    OverflowError,
    RuntimeError,  # and NotImplementedError
    ValueError,
)
# Of files that differ in nothing but this, the first holds the most, or is read fastest.
_PREFERRED = (".firth", ".bin", ".vec", ".txt")

Finish: TypeAlias = Callable[[Path], StoredVectors]


class _Member(NamedTuple):
    """A file in an archive."""

    name: str
    size: int


def is_archive(beginning: bytes) -> bool:
    """Whether a file that begins like this, decompressed, is a zip or tar archive."""
    return beginning.startswith(_ZIP) or beginning.startswith(_TAR, _TAR_POSITION)


def divided(path: Path) -> tuple[Path, str | None]:
    """The file of an archive, and the name in it, for a path that goes on inside a file; else the path and None."""
    if not path.exists():
        for parent in path.parents:
            if parent.is_file():
                return parent, path.relative_to(parent).as_posix()
    return path, None


def read_member(path: Path, name: str | None, read: Finish) -> StoredVectors:
    """What `read` makes of one file of an archive, in memory.

    name : of the file; None for the only file of vectors. Of files that differ in their suffixes alone the first of
        .firth, .bin, .vec and .txt is taken, with a warning.

    The metadata have the name as "archive_member".

    Raises
    ------
    FormatError : the archive is damaged or expands too far, there is no such file in it, or several may be meant.
    """
    with open_decompressed(path) as file:
        beginning = file.read(_BEGINNING)
    if not is_archive(beginning):
        raise FormatError(path, f"is no archive, so there is no {name} in it")
    archive = _Zip(path) if beginning.startswith(_ZIP) else _Tar(path)
    with _damage_reported(path):
        members = archive.members()
    chosen = _chosen(path, members, name)
    with tempfile.TemporaryDirectory(prefix="firth-") as folder:
        copy = Path(folder) / "vectors"
        _check_size(path, chosen.size)
        check_space(copy, chosen.size)
        with _damage_reported(path), archive.opened(chosen.name) as source, copy.open("wb") as target:
            _copy(path, source, target)
        try:
            _refuse_archive(copy)
            stored = stored_in_memory(read(copy))
        except FormatError as error:
            within = f"{path}/{chosen.name}"
            raise FormatError(within, error.problem, line=error.line, byte=error.byte) from None
    metadata = {**stored.metadata, "archive_member": chosen.name}
    return StoredVectors(**{**vars(stored), "metadata": metadata})


@contextmanager
def _damage_reported(path: Path) -> Iterator[None]:
    """Errors of Python's modules as FormatError."""
    try:
        yield
    except FormatError:
        raise
    except (*_DAMAGE, OSError) as error:
        # The system's error, not that of a decompressor or of a position before the beginning of the file.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise FormatError(
            path, f"the archive is damaged, or packed in a way that Python does not know ({error})"
        ) from None


def _refuse_archive(path: Path) -> None:
    """Raise FormatError for an archive in an archive, which might be itself."""
    with open_decompressed(path) as file:
        if is_archive(file.read(_BEGINNING)):
            raise FormatError(path, "is an archive in an archive: unpack it, and open the file of vectors")


def _copy(path: Path, source: BinaryIO, target: BinaryIO) -> None:
    """Copy a file out of an archive, up to the limit of what compressed data may become."""
    size = 0
    while piece := source.read(_PIECE):
        size += len(piece)
        _check_size(path, size)
        target.write(piece)


def _check_size(path: Path, size: int) -> None:
    """Raise FormatError if so many bytes must not come out of an archive."""
    try:
        check_expansion(path.stat().st_size, size)
    except DecompressionError as error:
        raise FormatError(path, str(error)) from None


# ---------------------------------------------------------------- which file


def _chosen(path: Path, members: list[_Member], name: str | None) -> _Member:
    if name is not None:
        found = [member for member in members if member.name == name]
        if not found:
            raise FormatError(path, f"has no file {quoted(name)}; it has {_shown(members)}")
        return found[0]
    possible = [member for member in members if member.size and not _NO_VECTORS.fullmatch(member.name)]
    if not possible:
        raise FormatError(path, f"is an archive without a file of vectors; it has {_shown(members)}")
    best = min(possible, key=lambda member: _preference(member.name))
    if len({Path(member.name).with_suffix("") for member in possible}) > 1:
        raise FormatError(
            path, f"has {len(possible)} files of vectors; give one, {path}/{best.name} for instance: {_shown(possible)}"
        )
    if len(possible) > 1:
        others = ", ".join(f"{path}/{member.name}" for member in possible if member is not best)
        warn(f"{path}: {quoted(best.name)} is read; there is also {others}")
    return best


def _preference(name: str) -> int:
    suffix = Path(name).suffix.lower()
    return _PREFERRED.index(suffix) if suffix in _PREFERRED else len(_PREFERRED)


def _shown(members: list[_Member]) -> str:
    names = [f"{quoted(member.name)} ({member.size / 1e6:,.1f} MB)" for member in members[:_SHOWN]]
    return ", ".join(names) + (", …" if len(members) > _SHOWN else "") if names else "no files"


# ---------------------------------------------------------------- kinds of archives


class _Zip:
    """A zip archive."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def members(self) -> list[_Member]:
        with zipfile.ZipFile(self._path) as archive:
            found = [entry for entry in archive.infolist() if not entry.is_dir()]
        if any(entry.flag_bits & 1 for entry in found):
            raise FormatError(self._path, "is an archive with a password: unpack it, and open the file of vectors")
        return [_Member(entry.filename, entry.file_size) for entry in found]

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        with zipfile.ZipFile(self._path) as archive, archive.open(name) as file:
            yield cast(BinaryIO, file)


class _Tar:
    """A tar archive, compressed or not: it is read from its beginning each time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def members(self) -> list[_Member]:
        return [_Member(entry.name, entry.size) for entry, _ in self._files()]

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        for entry, archive in self._files():
            if entry.name == name and (file := archive.extractfile(entry)) is not None:
                yield cast(BinaryIO, file)
                return
        raise tarfile.ReadError("it changed while it was read")

    def _files(self) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
        with open_decompressed(self._path) as file, tarfile.open(fileobj=file, mode="r|") as archive:
            for number, entry in enumerate(archive):
                if number > _MOST_MEMBERS:
                    raise FormatError(self._path, f"has more than {_MOST_MEMBERS:,} files: unpack it")
                archive.members = []  # type: ignore[attr-defined]  # it would keep all of them
                if entry.isreg():
                    yield entry, archive
