"""Opening a file whether it is compressed or not; its first bytes tell, not its name."""

import bz2
import contextlib
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from firth.errors import FormatError, MissingExtraError

__all__ = ["compression", "open_decompressed"]

_OPENERS: dict[str, Any] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
_BEGINNINGS = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zst"}


def compression(path: str | Path) -> str | None:
    """One of "gz", "bz2", "xz", "zst", or None for a file that is not compressed.

    Raises
    ------
    FileNotFoundError : there is no such file.
    FormatError : `path` is a folder.
    """
    path = Path(path)
    if path.is_dir():
        raise FormatError(path, "is a folder, not a file of vectors")
    if not path.exists():
        raise FileNotFoundError(f"{path}: there is no such file")
    with path.open("rb") as file:
        beginning = file.read(6)
    for magic, name in _BEGINNINGS.items():
        if beginning.startswith(magic):
            return name
    return None


@contextlib.contextmanager
def open_decompressed(path: str | Path) -> Iterator[BinaryIO]:
    """Read a file's content. Damage inside a compressed file is raised as FormatError."""
    path = Path(path)
    kind = compression(path)
    try:
        with _open(path, kind) as file:
            yield file
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise FormatError(path, f"the .{kind} data are damaged or cut short ({error})") from None
    except OSError as error:
        if kind is None or error.errno is not None:  # the system's error, not the decompressor's
            raise
        raise FormatError(path, f"the .{kind} data are damaged ({error})") from None


@contextlib.contextmanager
def _open(path: Path, kind: str | None) -> Iterator[BinaryIO]:
    if kind == "zst":
        with _open_zstd(path) as file:
            yield file
        return
    opener = _OPENERS.get(kind or "", open)
    with opener(path, "rb") as file:
        yield file


@contextlib.contextmanager
def _open_zstd(path: Path) -> Iterator[BinaryIO]:
    try:
        import zstandard  # an optional package, needed for this one compression only
    except ImportError:
        raise MissingExtraError(f"reading {path.name} (compressed with zstd)", "zstd") from None
    try:
        with path.open("rb") as packed:
            frames = _Frames(packed, zstandard.ZstdDecompressor())
            with io.BufferedReader(frames, 1 << 20) as file:
                yield file
    except zstandard.ZstdError as error:
        raise FormatError(path, f"the .zst data are damaged ({error})") from None


class _Frames(io.RawIOBase):
    """The content of zstd frames, one after the other; unlike the package's own reader it raises
    EOFError where the last frame is cut short.
    """

    def __init__(self, packed: BinaryIO, decompressor: Any) -> None:
        self._packed = packed
        self._decompressor = decompressor
        self._frame: Any = None  # a frame that is not finished
        self._content = b""  # decompressed and not yet handed out
        self._rest = b""  # compressed and not yet looked at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._content:
            data = self._rest or self._packed.read(1 << 17)
            if not data:
                if self._frame is not None:
                    raise EOFError("the last frame is not complete")
                return 0
            self._frame = self._frame or self._decompressor.decompressobj()
            self._content = self._frame.decompress(data)
            self._rest = self._frame.unused_data
            if self._frame.eof:
                self._frame = None
        count = min(len(buffer), len(self._content))
        buffer[:count] = self._content[:count]
        self._content = self._content[count:]
        return count
