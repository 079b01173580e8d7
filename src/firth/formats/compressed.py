"""Compressed files: detected by their first bytes when read, chosen by the suffix when written."""

import bz2
import contextlib
import gzip
import io
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from firth.corpus.paths import address_in
from firth.decompression import LONGEST_MAGIC, Decompressed, DecompressionError, compression_of
from firth.errors import FormatError, MissingExtraError
from firth.formats.atomic import atomic_write
from firth.formats.mapped import map_file
from firth.formats.published import advice_on
from firth.formats.temporary import settle

__all__ = [
    "COMPRESSIONS",
    "compressed_by_name",
    "compression",
    "no_such_file",
    "open_decompressed",
    "read_content",
    "without_compression",
    "write_compressed",
]

PIECE = 1 << 22  # bytes decompressed at once

BUFFER = 1 << 20  # bytes of content
COMPRESSIONS = ("gz", "bz2", "xz", "zst")


def no_such_file(path: Path) -> FileNotFoundError:
    """The error for a path where there is nothing."""
    if address := address_in(path):
        return FileNotFoundError(f"{address}: is an address, not a file; download it first, and give the file")
    hint = "; - is standard input for texts only: write the vectors to a file first" if str(path) == "-" else ""
    return FileNotFoundError(f"{path}: there is no such file{hint or advice_on(path)}")


def compression(path: str | Path) -> str | None:
    """One of "gz", "bz2", "xz", "zst", or None for a file that is not compressed.

    Raises
    ------
    FileNotFoundError : the file does not exist.
    FormatError : `path` is a folder, or a pipe, from which the bytes read here would be missing later.
    """
    path = Path(path)
    settle(path)
    if path.is_dir():
        raise FormatError(path, "is a folder, not a file of vectors")
    if not path.exists():
        raise no_such_file(path)
    if not path.is_file():
        raise FormatError(
            path, "is a pipe or a device, and vectors are read more than once; write them to a file first"
        )
    with path.open("rb") as file:
        return compression_of(file.read(LONGEST_MAGIC))


@contextlib.contextmanager
def open_decompressed(path: str | Path) -> Iterator[BinaryIO]:
    """Read a file's content.

    Raises FormatError where compressed data are damaged, or expand to far more than their size; as `compression` does.
    """
    path = Path(path)
    kind = compression(path)
    with path.open("rb") as file:
        if kind is None:
            yield file
            return
        try:
            yield cast(BinaryIO, io.BufferedReader(Decompressed(file, kind), BUFFER))
        except DecompressionError as error:
            raise FormatError(path, str(error)) from None


def read_content(path: Path) -> NDArray[np.uint8]:
    """All bytes: mapped into memory; a compressed file is read into one block that grows in place."""
    if not compression(path):
        return map_file(path)
    content = bytearray()
    with open_decompressed(path) as file:
        while piece := file.read(PIECE):
            content += piece
    array = np.frombuffer(content, np.uint8)
    array.flags.writeable = False
    return array


def compressed_by_name(path: str | Path) -> bool:
    """Whether the suffix says that a file to write is to be compressed."""
    return Path(path).suffix.lower()[1:] in COMPRESSIONS


def without_compression(path: Path) -> Path:
    """The name without the suffix that says how it is compressed, if it has one."""
    return path.with_suffix("") if compressed_by_name(path) else path


@contextlib.contextmanager
def write_compressed(path: str | Path) -> Iterator[BinaryIO]:
    """`atomic_write` to a file that is compressed where its suffix says so: .gz, .bz2, .xz, .zst.

    Raises
    ------
    FormatError : as `atomic_write`.
    MissingExtraError : .zst, and the package zstandard is not installed.
    """
    kind = Path(path).suffix.lower()[1:]
    if not compressed_by_name(path):
        with atomic_write(path) as file:
            yield file
        return
    pack = _packer(kind, Path(path).name)
    with atomic_write(path) as file, pack(file) as packed:
        yield cast(BinaryIO, packed)


def _packer(kind: str, name: str) -> Any:
    """A function that wraps an open file so that what is written to it is compressed."""
    if kind == "bz2":
        return lambda file: bz2.BZ2File(file, "wb")
    if kind == "xz":
        return lambda file: lzma.LZMAFile(file, "wb")
    if kind == "gz":  # without time and name, so that the same content makes the same file
        return lambda file: gzip.GzipFile(fileobj=file, mode="wb", filename="", compresslevel=6, mtime=0)
    try:
        import zstandard  # an optional package, needed for this one compression only
    except ImportError:
        raise MissingExtraError(f"writing {name} (compressed with zstd)", "zstd") from None
    return lambda file: zstandard.ZstdCompressor().stream_writer(file, closefd=False)
