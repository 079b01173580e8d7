"""Files mapped into memory: opened so that they can be replaced meanwhile, and checked for changes in place.

A mapped file that is replaced (by renaming, as Firth does it) stays readable as it was. One that is shortened in place,
by `cp` for instance, ends the process with SIGBUS when a page that is gone is read.
"""

import mmap
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.formats.packed_words import PackedWords
from firth.formats.stored import StoredVectors

if sys.platform == "win32":
    import _winapi
    import msvcrt

__all__ = ["Mapping", "in_memory", "map_file", "mapping_of", "stored_in_memory"]

Array = TypeVar("Array", bound=NDArray[Any])


class _State(NamedTuple):
    """What differs after a file was written in place, and which file it was."""

    device: int
    inode: int
    size: int
    changed: int  # ns


class Mapping(mmap.mmap):
    """A file mapped into memory, which knows where it comes from."""

    path: Path
    _state: _State

    @classmethod
    def of(cls, path: Path, file: BinaryIO) -> "Mapping":
        """The bytes of an open file that is not empty."""
        self = cls(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.path = path.absolute()
        self._state = _state(os.fstat(file.fileno()))
        return self

    def check(self) -> None:
        """Raise FormatError if the file was written in place since it was opened; takes a microsecond."""
        try:
            now = _state(self.path.stat())
        except OSError:  # it was moved or deleted: what is mapped stays
            return
        if now[:2] == self._state[:2] and now != self._state:
            raise FormatError(
                self.path,
                "was written in place while it was open, so its vectors can no longer be trusted: open it again, and "
                "replace files by renaming, as vectors.save() does, or open them with mmap=False",
            )


def _state(status: os.stat_result) -> _State:
    return _State(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def map_file(path: Path) -> NDArray[np.uint8]:
    """The bytes of a file, mapped into memory. Raises FormatError for an empty one."""
    with _open_shared(path) as file:
        if os.fstat(file.fileno()).st_size == 0:
            raise FormatError(path, "the file is empty")
        return np.frombuffer(Mapping.of(path, file), np.uint8)


def _open_shared(path: Path) -> BinaryIO:
    """Open to read. On Windows others may rename and delete the file meanwhile, as they may elsewhere."""
    if sys.platform == "win32":
        share = 0x1 | 0x2 | 0x4  # to read, to write and to delete
        try:
            handle = _winapi.CreateFile(str(path), _winapi.GENERIC_READ, share, 0, _winapi.OPEN_EXISTING, 0, 0)
        except OSError as error:
            error.filename = str(path)
            raise
        return os.fdopen(msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY), "rb")
    return path.open("rb")


def mapping_of(array: NDArray[Any]) -> Mapping | None:
    """The file of which an array is a view, if it is one."""
    owner: Any = array
    while isinstance(owner, np.ndarray):
        owner = owner.base
    if isinstance(owner, memoryview):
        owner = owner.obj
    return owner if isinstance(owner, Mapping) else None


def in_memory(array: Array) -> Array:
    """A copy, read-only, of an array that is mapped; any other as it is."""
    if mapping_of(array) is None:
        return array
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def _in_memory(array: Array | None) -> Array | None:
    return None if array is None else in_memory(array)


def stored_in_memory(stored: StoredVectors) -> StoredVectors:
    """The same without anything that is mapped."""
    words, subwords = stored.words, stored.subwords
    return replace(
        stored,
        words=PackedWords(in_memory(words.text), in_memory(words.ends)) if isinstance(words, PackedWords) else words,
        matrix=in_memory(stored.matrix),
        counts=_in_memory(stored.counts),
        context_vectors=_in_memory(stored.context_vectors),
        node_vectors=_in_memory(stored.node_vectors),
        subwords=subwords
        and replace(subwords, matrix=in_memory(subwords.matrix), buckets=_in_memory(subwords.buckets)),
        own_vectors=_in_memory(stored.own_vectors),
    )
