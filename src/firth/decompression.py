"""Compressed data, decompressed a little at a time and up to a limit; their first bytes say how they are compressed.

A few bytes can claim to be a hundred thousand times as many. So no step makes more than about a megabyte, and content
that is more than MOST_EXPANSION times as long as the compressed data is refused once it is longer than ALWAYS_READ;
the environment variable FIRTH_MAX_EXPANSION names another limit.

Source  RFC 8878, section 3.1, for the frames and blocks of zstd.
"""

import bz2
import io
import lzma
import os
import re
import zlib
from typing import Any, Protocol

from firth.errors import MissingExtraError, SettingError

__all__ = ["LONGEST_MAGIC", "Decompressed", "DecompressionError", "check_expansion", "compression_of"]

MOST_EXPANSION = 100.0  # text and vectors reach 10, and very repetitive text 50
ALWAYS_READ = 1 << 26  # bytes
VARIABLE = "FIRTH_MAX_EXPANSION"

LONGEST_MAGIC = 10  # bytes
INPUT = 1 << 16  # compressed bytes read at once
OUTPUT = 1 << 18  # bytes decompressed at once
MOST_DICTIONARY = 1 << 30  # bytes: what xz may keep in memory
ZSTD_BLOCKS = 8  # at once; one block becomes at most 128 KiB

_MAGIC = {
    "gz": re.compile(rb"\x1f\x8b\x08"),
    "bz2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    "xz": re.compile(rb"\xfd7zXZ\x00"),
    "zst": re.compile(rb"\x28\xb5\x2f\xfd"),
}
_ZSTD_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")


def compression_of(beginning: bytes) -> str | None:
    """One of "gz", "bz2", "xz", "zst" for data that begin like this, in LONGEST_MAGIC bytes; None if they are plain."""
    return next((kind for kind, magic in _MAGIC.items() if magic.match(beginning)), None)


class DecompressionError(Exception):
    """The compressed data are damaged, or too much would come out of them; the caller adds the name of the file."""


def check_expansion(packed: int, content: int) -> None:
    """Raise DecompressionError if `packed` bytes must not become `content` bytes."""
    if content > ALWAYS_READ and content > packed * (limit := _limit()):
        raise DecompressionError(
            f"the compressed data expand to more than {limit:g} times their size: if they are what they should be, "
            f"decompress them yourself, or set the environment variable {VARIABLE} to a higher limit"
        )


def _limit() -> float:
    given = os.environ.get(VARIABLE)
    try:
        limit = float(given) if given else MOST_EXPANSION
    except ValueError:
        limit = 0.0
    if not limit >= 1:
        raise SettingError(f"{VARIABLE}={given!r}: must be a number, 1 or more")
    return limit


class _Member(Protocol):
    """One of the streams, one after the other, that compressed data consist of; bz2 and lzma have such objects."""

    @property
    def eof(self) -> bool:
        """Whether its end was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether more data are necessary to go on."""

    @property
    def unused_data(self) -> bytes:
        """Data given after its end."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """More content."""


class Decompressed(io.RawIOBase):
    """The content of an open binary file.

    Parameters
    ----------
    packed : the file, at its beginning; it stays open.
    kind : what `compression_of` says of it.

    Raises
    ------
    DecompressionError : while reading.
    MissingExtraError : .zst, and the package zstandard is not installed.
    """

    def __init__(self, packed: Any, kind: str) -> None:
        self._packed = packed
        self._kind = kind
        self._member: _Member | None = _new_member(kind)
        self._data = b""  # read and not yet given to a member
        self._content = memoryview(b"")  # decompressed and not yet handed out
        self._bytes_in = self._bytes_out = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, as far as one step reaches."""
        if not self._content:
            try:
                self._content = memoryview(self._next())
            except (EOFError, OSError, zlib.error, lzma.LZMAError, _zstd_error()) as error:
                if isinstance(error, OSError) and error.errno is not None:  # the system's error, not the decompressor's
                    raise
                raise DecompressionError(f"the .{self._kind} data are damaged or cut short ({error})") from None
            self._bytes_out += len(self._content)
            check_expansion(self._bytes_in, self._bytes_out)
        view = memoryview(buffer).cast("B")
        count = min(len(view), len(self._content))
        view[:count] = self._content[:count]
        self._content = self._content[count:]
        return count

    def _next(self) -> bytes:
        """Some content; none at the end."""
        while member := self._member or self._next_member():
            at_end = member.needs_input and not self._data and not self._read()
            content = member.decompress(self._data, OUTPUT)
            self._data = b""
            if member.eof:
                self._data, self._member = member.unused_data, None
            elif at_end and not content:
                raise EOFError("the end is missing")
            if content:
                return content
        return b""

    def _read(self) -> bool:
        data = self._packed.read(INPUT) or b""
        self._bytes_in += len(data)
        self._data += data
        return bool(data)

    def _next_member(self) -> _Member | None:
        """The next member, if one follows; zeros that fill up a tape or a disk do not count."""
        self._data = self._data.lstrip(b"\0")
        while len(self._data) < LONGEST_MAGIC and self._read():
            self._data = self._data.lstrip(b"\0")
        if not self._data:
            return None
        if compression_of(self._data) != self._kind and not (self._kind == "zst" and _is_skippable(self._data)):
            raise EOFError(f"something else than .{self._kind} data follows")
        self._member = _new_member(self._kind)
        return self._member


def _new_member(kind: str) -> _Member:
    if kind == "gz":
        return _Gzip()
    if kind == "zst":
        return _Zstd()
    return bz2.BZ2Decompressor() if kind == "bz2" else lzma.LZMADecompressor(memlimit=MOST_DICTIONARY)


class _Gzip:
    """A gzip member, with its checksum."""

    def __init__(self) -> None:
        self._object = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._object.eof

    @property
    def needs_input(self) -> bool:
        return not self._object.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._object.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._object.decompress(self._object.unconsumed_tail + data, max_length)


def _is_skippable(beginning: bytes) -> bool:
    return bool(_ZSTD_SKIPPABLE.match(beginning))


def _zstd_error() -> type[Exception]:
    try:
        import zstandard
    except ImportError:
        return EOFError  # then there is nothing that could raise it
    return zstandard.ZstdError


class _Zstd:
    """A zstd frame, given to the package in a few blocks at a time: it knows no limit of what comes out.

    The package does not say either whether a frame is complete. Here it is once its last block was passed.
    """

    def __init__(self) -> None:
        try:
            import zstandard  # an optional package, needed for this one compression only
        except ImportError:
            raise MissingExtraError("reading .zst (compressed with zstd)", "zstd") from None
        self._object = zstandard.ZstdDecompressor().decompressobj()
        self._data = bytearray()
        self._size_of_next = self._size_of_header
        self._has_checksum = False
        self._is_skipped = False
        self.needs_input = True
        self.eof = False

    @property
    def unused_data(self) -> bytes:
        return bytes(self._data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        self._data += data
        end = parts = 0
        while parts < ZSTD_BLOCKS and not self.eof:
            size = self._size_of_next(end)
            if not size or end + size > len(self._data):
                break
            self._go_past(end)
            end += size
            parts += 1
        complete = bytes(self._data[:end])
        del self._data[:end]
        self.needs_input = not parts
        return self._object.decompress(complete) if complete and not self._is_skipped else b""

    def _size_of_header(self, begin: int) -> int:
        """The bytes of the frame's header; 0 if more of it is needed to know."""
        if len(self._data) < begin + 8:
            return 0
        if _is_skippable(bytes(self._data[begin : begin + 4])):
            self._is_skipped = True
            return 8 + int.from_bytes(self._data[begin + 4 : begin + 8], "little")
        flags = self._data[begin + 4]
        is_single = flags >> 5 & 1
        self._has_checksum = bool(flags & 4)
        content_size = (is_single, 2, 4, 8)[flags >> 6]
        return 5 + (1 - is_single) + (0, 1, 2, 4)[flags & 3] + content_size

    def _size_of_block(self, begin: int) -> int:
        if len(self._data) < begin + 3:
            return 0
        header = self._block_header(begin)
        is_run = header >> 1 & 3 == 1  # of one byte
        return 3 + (1 if is_run else header >> 3)

    def _size_of_checksum(self, begin: int) -> int:
        return 4

    def _block_header(self, begin: int) -> int:
        return int.from_bytes(self._data[begin : begin + 3], "little")

    def _go_past(self, begin: int) -> None:
        """Look for the part that follows the one that begins here."""
        if self._size_of_next == self._size_of_header:
            self._size_of_next = self._size_of_block
            self.eof = self._is_skipped
        elif self._size_of_next == self._size_of_checksum:
            self.eof = True
        elif self._block_header(begin) & 1:  # the last one
            self._size_of_next = self._size_of_checksum
            self.eof = not self._has_checksum
