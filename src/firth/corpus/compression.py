"""Decompressing text; the kind of compression is detected from the first bytes, not from the name."""

import io
from collections.abc import Iterator
from typing import Any

from firth.decompression import LONGEST_MAGIC, Decompressed, DecompressionError, compression_of
from firth.errors import CorpusError

__all__ = ["decompressed"]


class _Borrowed(io.RawIOBase):
    """A file of the caller's, some bytes of which were already read; closing this one leaves it open."""

    def __init__(self, head: bytes, file: Any) -> None:
        self._head = head
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self._head[: len(view)] or self._file.read(len(view)) or b""
        self._head = self._head[len(data) :]
        view[: len(data)] = data
        return len(data)


def decompressed(file: Any, name: str, piece: int) -> Iterator[bytes]:
    """The text of an open binary file, decompressed if its first bytes say so.

    Raises   CorpusError if compressed data is damaged or cut short, or expands to far more than its size.
    """
    head = b""
    while len(head) < LONGEST_MAGIC and (more := file.read(LONGEST_MAGIC - len(head))):
        head += more
    kind = compression_of(head)
    plain = io.BufferedReader(_Borrowed(head, file), max(piece, 1 << 16))
    try:
        yield from _blocks(plain if kind is None else io.BufferedReader(Decompressed(plain, kind), piece), piece)
    except DecompressionError as error:
        raise CorpusError(f"{name}: {error}") from None


def _blocks(file: Any, piece: int) -> Iterator[bytes]:
    while block := file.read1(piece):
        yield block
