"""Files, examined before anything is read, and cut into parts that threads read independently of each other.

What can be wrong with a file from the start is found here: that it cannot be opened, or holds no text (content.py).
Each part knows the file that was examined, so that pieces.py can refuse one that has changed since.
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from firth.corpus.compression import decompressed
from firth.corpus.content import SAMPLE, NotText, doubt_about, why_not_text
from firth.corpus.paths import Files, TextFile
from firth.corpus.remote import FileAtAddress, OpenedAtAddress
from firth.decompression import compression_of
from firth.errors import CorpusError, warn

__all__ = [
    "FileRange",
    "Identity",
    "file_parts",
    "first_blocks",
    "identity_at",
    "identity_of",
    "is_no_text",
    "unreadable",
]

_SHOWN = 3  # files of many that a warning names

Identity: TypeAlias = tuple[int, int, int, int]  # device, number, size and time of the last change of a file


class FileRange(NamedTuple):
    """A file, or bytes of it: begins after the first white space at or after `start` (unless that is 0) and ends
    after the first white space at or after `stop`. Only plain files are cut; `whole` ones may be compressed, or pipes.
    """

    path: TextFile
    start: int
    stop: int
    size: int
    whole: bool
    identity: Identity | None = None  # of the file that was examined; None for a pipe


def file_parts(files: Files, length: int, *, is_tokenized_in_lines: bool = False) -> list[list[FileRange]]:
    """Cut files into parts of about `length` bytes; small files share one.

    Files that hold no text are left out with a warning if they were found in a folder or by a pattern.

    Raises   CorpusError if a file cannot be read, or holds no text and was named.
    """
    parts: list[list[FileRange]] = []
    left = 0  # bytes until the last part is full
    left_out = list(files.left_out)
    doubts: dict[str, list[TextFile]] = {}
    for path in files.paths:
        examined = _examine(path, is_tokenized_in_lines=is_tokenized_in_lines)
        if isinstance(examined, NotText):
            if path not in files.found:
                raise is_no_text(path, examined)
            left_out.append(f"{path} ({examined.meaning})")
            continue
        if examined.doubt:
            doubts.setdefault(examined.doubt, []).append(path)
        for portion in _ranges(path, examined, length):
            n_bytes = portion.stop - portion.start
            if left < n_bytes or not parts:
                parts.append([])
                left = length
            parts[-1].append(portion)
            left -= n_bytes
    _warn_of_repeated(files)
    _warn_of(left_out, doubts)
    if not parts and left_out:
        raise CorpusError(f"{files.name}: no file holds text: {_listed(left_out)}")
    return parts


class _Examined(NamedTuple):
    """A file that can be read as text."""

    identity: Identity | None
    is_compressed: bool
    doubt: str | None


def _examine(path: TextFile, *, is_tokenized_in_lines: bool) -> _Examined | NotText:
    if not path.is_file():  # a named pipe: reading its first bytes would lose them
        return _Examined(None, is_compressed=True, doubt=None)
    try:
        with path.open("rb", buffering=0) as file:
            identity = identity_of(file)
            head = file.read(SAMPLE)
            is_compressed = compression_of(head) is not None
            if is_compressed:
                file.seek(0)
                head = b"".join(first_blocks(decompressed(file, str(path), SAMPLE)))[:SAMPLE]
    except OSError as error:
        raise unreadable(path, error) from error
    if head and not identity[2]:  # a file of the system's, in /proc for instance, which knows no size
        return _Examined(None, is_compressed=True, doubt=None)
    return why_not_text(head) or _Examined(
        identity, is_compressed, doubt_about(head, is_tokenized_in_lines=is_tokenized_in_lines)
    )


def first_blocks(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Blocks until there is a sample."""
    length = 0
    for block in blocks:
        yield block
        length += len(block)
        if length >= SAMPLE:
            return


def identity_of(file: Any) -> Identity:
    """What changes when a file is written to or replaced; of an open one, which is at an address as it was then."""
    return file.identity if isinstance(file, OpenedAtAddress) else _identity(os.fstat(file.fileno()))


def identity_at(path: TextFile) -> Identity:
    """The same of a file that is not open. Raises CorpusError if it is not there."""
    try:
        return path.identity() if isinstance(path, FileAtAddress) else _identity(path.stat())
    except OSError as error:
        raise unreadable(path, error) from error


def _identity(found: os.stat_result) -> Identity:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def is_no_text(name: object, found: NotText) -> CorpusError:
    """The error for a file that was named and holds no text."""
    return CorpusError(
        f"{name}: this is {found.meaning}, but text in UTF-8 is wanted (plain or .gz, .bz2, .xz, .zst): {found.advice}"
    )


def _warn_of_repeated(files: Files) -> None:
    """Two paths that name a file are meant; a folder and a file in it are perhaps not."""
    if files.found and len(set(files.paths)) < len(files.paths):
        counts = Counter(files.paths)
        repeated = [str(path) for path, count in counts.items() if count > 1 and path in files.found]
        if repeated:
            warn(f"read more than once: {_listed(repeated)}")


def _warn_of(left_out: list[str], doubts: dict[str, list[TextFile]]) -> None:
    if left_out:
        warn(f"left out of the text: {_listed(left_out)}")
    for doubt, paths in doubts.items():
        warn(f"{_listed([str(path) for path in paths])}: {doubt}")


def _listed(items: list[str]) -> str:
    more = f" and {len(items) - _SHOWN:,} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more


def _ranges(path: TextFile, examined: _Examined, length: int) -> Iterator[FileRange]:
    if examined.identity is None:
        yield FileRange(path, 0, 0, 0, whole=True)
        return
    size, whole = examined.identity[2], examined.is_compressed
    for start in range(0, size, max(size, 1) if whole else length):
        yield FileRange(path, start, size if whole else min(start + length, size), size, whole, examined.identity)


def unreadable(name: object, error: Exception) -> CorpusError:
    """The error for what the system does not let us read."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return CorpusError(f"{name}: cannot be read: {reason}")
