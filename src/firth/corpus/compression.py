"""Decompressing text; the kind of compression is detected from the first bytes, not from the name."""

import bz2
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Iterator
from typing import Any

from firth.errors import CorpusError, MissingExtraError

__all__ = ["compression_of", "decompressed"]

_FIRST_BYTES = {
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "bzip2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    "xz": re.compile(rb"\xfd7zXZ\x00"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd"),
}
_LONGEST_MAGIC = 10  # bytes

_ZSTD_INPUT = 1 << 14  # compressed bytes at once; even highly compressible text then stays a few megabytes


def compression_of(head: bytes) -> str | None:
    """The kind of compression of a file that begins like this; None if it is plain."""
    return next((kind for kind, magic in _FIRST_BYTES.items() if magic.match(head)), None)


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

    Raises   CorpusError if compressed data is damaged or cut short.
    """
    head = b""
    while len(head) < _LONGEST_MAGIC and (more := file.read(_LONGEST_MAGIC - len(head))):
        head += more
    kind = compression_of(head)
    buffered = io.BufferedReader(_Borrowed(head, file), max(piece, 1 << 16))
    if kind is None:
        yield from _blocks(buffered, piece)
    elif kind == "zstd":
        yield from _zstd_blocks(buffered, name)
    else:
        try:
            yield from _blocks(_reader(kind, buffered), piece)
        except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
            raise _damaged(name, kind, error) from error


def _reader(kind: str, file: Any) -> Any:
    if kind == "gzip":
        return gzip.GzipFile(fileobj=file)
    return bz2.BZ2File(file) if kind == "bzip2" else lzma.LZMAFile(file)


def _blocks(file: Any, piece: int) -> Iterator[bytes]:
    while block := file.read1(piece):
        yield block


def _zstd_blocks(file: Any, name: str) -> Iterator[bytes]:
    try:
        import zstandard
    except ImportError:
        raise MissingExtraError(f"{name}: reading .zst", "zstd") from None
    frame = None
    try:
        while compressed := file.read1(_ZSTD_INPUT):
            while compressed:
                frame = frame or zstandard.ZstdDecompressor().decompressobj()
                yield frame.decompress(compressed)
                compressed = frame.unused_data if frame.eof else b""
                frame = None if frame.eof else frame
    except zstandard.ZstdError as error:
        raise _damaged(name, "zstd", error) from error
    if frame is not None:
        raise _damaged(name, "zstd", EOFError("the last frame is incomplete"))


def _damaged(name: str, kind: str, error: Exception) -> CorpusError:
    return CorpusError(f"{name}: the {kind} data is damaged or cut short: {error}")
