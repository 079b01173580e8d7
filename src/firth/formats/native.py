"""Firth's own file, `*.firth`: one safetensors file that is mapped into memory, not read.

Byte by byte
    8 bytes     N, little-endian: the length of the header
    N bytes     JSON: {"name": {"dtype", "shape", "data_offsets": [begin, end]}, …,
                "__metadata__": {…}}, padded with spaces so that the tensors begin at a multiple of
                64
    the rest    tensors, little-endian, one after the other in the order of their offsets

Tensors
    counts            I64  (V,)     optional: occurrences of each word
    word_ends         I64  (V,)     where each word ends in `words`
    word_vectors      F32  (V, D)
    context_vectors   F32  (V, D)   optional: the output side, for more training
    words             U8            all words in UTF-8, end to end; any string is a legal word

Metadata: "format" is "firth", "version" a whole number; every other value is a JSON document
(a trained model writes "hyperparameters" and "history").
"""

import json
import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.formats.atomic import atomic_write
from firth.formats.packed_words import PackedWords
from firth.formats.stored import StoredVectors

__all__ = ["VERSION", "is_safetensors", "parse", "read", "write"]

VERSION = 1
ALIGNMENT = 64  # bytes: one cache line, and the widest register
LONGEST_HEADER = 100_000_000  # bytes: the limit of the safetensors library
RESERVED = ("format", "version")

_Buffer = NDArray[np.uint8]


class _Expected(NamedTuple):
    """What a tensor of this name must be."""

    dtype: str  # as safetensors spells it
    numpy: str
    dimensions: int
    required: bool


# In file order: widest numbers first, so that every tensor is aligned.
_TENSORS = {
    "counts": _Expected("I64", "<i8", 1, False),
    "word_ends": _Expected("I64", "<i8", 1, True),
    "word_vectors": _Expected("F32", "<f4", 2, True),
    "context_vectors": _Expected("F32", "<f4", 2, False),
    "words": _Expected("U8", "|u1", 1, True),
}
_ITEM_SIZES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "I16": 2, "U16": 2, "F16": 2,
    "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "F64": 8, "I64": 8, "U64": 8,
}  # fmt: skip


def is_safetensors(beginning: bytes) -> bool:
    """Whether a file that begins like this (at least 9 bytes) is any safetensors file."""
    length = int.from_bytes(beginning[:8], "little")
    return len(beginning) > 8 and 2 <= length <= LONGEST_HEADER and beginning[8:9] == b"{"


def read(path: str | Path) -> StoredVectors:
    """Map a native file into memory; the arrays are read-only views of it.

    Takes milliseconds whatever the size: only the header and the offsets of the words are looked
    at.

    Raises
    ------
    FormatError : the file is damaged, foreign, or of a newer version; the place is named.
    """
    path = Path(path)
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size == 0:
            raise FormatError(path, "the file is empty")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return parse(path, np.frombuffer(mapped, np.uint8))


def parse(path: Path, content: _Buffer) -> StoredVectors:
    """Read a native file from its bytes; the arrays are views of `content`."""
    header, data_start = _read_header(path, content)
    metadata = _read_metadata(path, header.pop("__metadata__", {}))
    _check_layout(path, header, len(content) - data_start)
    tensors = {
        name: _view(path, name, header[name], content[data_start:])
        for name, expected in _TENSORS.items()
        if name in header or expected.required
    }
    matrix = tensors["word_vectors"]
    ends = tensors["word_ends"]
    _check_words(path, ends, len(tensors["words"]))
    for name, shape in (
        ("word_ends", matrix.shape[:1]),
        ("counts", matrix.shape[:1]),
        ("context_vectors", matrix.shape),
    ):
        if name in tensors and tensors[name].shape != shape:
            raise FormatError(
                path,
                f"{name} has shape {tensors[name].shape}, but word_vectors {matrix.shape} "
                f"ask for {shape}; the file is damaged",
            )
    if matrix.shape[1] < 1:
        raise FormatError(path, f"word_vectors have shape {matrix.shape}: no numbers at all")
    return StoredVectors(
        words=PackedWords(tensors["words"], ends),
        matrix=matrix,
        counts=tensors.get("counts"),
        context_vectors=tensors.get("context_vectors"),
        metadata=metadata,
    )


def _read_header(path: Path, content: _Buffer) -> tuple[dict[str, Any], int]:
    """The header and the offset where the tensors begin."""
    if len(content) < 8:
        raise FormatError(path, f"only {len(content)} bytes long; the file is truncated")
    length = int.from_bytes(content[:8].tobytes(), "little")
    if not 2 <= length <= min(LONGEST_HEADER, len(content) - 8):
        raise FormatError(path, f"promises a header of {length:,} bytes, which the file cannot hold", byte=0)
    try:
        header = json.loads(content[8 : 8 + length].tobytes().decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(path, f"the header is not JSON ({error})", byte=8) from None
    if not isinstance(header, dict):
        raise FormatError(path, "the header is not a JSON object", byte=8)
    return header, 8 + length


def _read_metadata(path: Path, stored: object) -> dict[str, Any]:
    """The metadata with every value decoded, after checking that the file is ours and not newer."""
    if not isinstance(stored, dict) or stored.get("format") != "firth":
        raise FormatError(path, "a safetensors file, but not one of Firth's: its metadata lack format 'firth'")
    version = str(stored.get("version"))
    if not (version.isascii() and version.isdecimal()):
        raise FormatError(path, f"version {version!r} is not a whole number; the file is damaged")
    if int(version[:9]) > VERSION:
        raise FormatError(
            path,
            f"written by a newer Firth (file version {version[:9]}, this reads up to {VERSION}); "
            "upgrade with: pip install --upgrade firth",
        )
    metadata = {}
    for name, value in stored.items():
        if name in RESERVED:
            continue
        try:
            metadata[name] = json.loads(value)
        except (TypeError, ValueError, RecursionError):
            raise FormatError(path, f"metadata {name!r} is not JSON; the file is damaged") from None
    return metadata


def _check_layout(path: Path, header: dict[str, Any], data_size: int) -> None:
    """Every tensor as long as its shape says, one after the other, up to the end of the file."""
    for name, expected in _TENSORS.items():
        if expected.required and name not in header:
            raise FormatError(path, f"has no tensor {name!r}; the file is damaged")
    spans = []
    for name, entry in header.items():
        begin, end = _span(path, name, entry)
        spans.append((begin, end, name))
    position = 0
    for begin, end, name in sorted(spans):
        if begin != position:
            raise FormatError(path, f"tensor {name!r} begins at {begin:,} instead of {position:,}")
        position = end
    if position > data_size:
        raise FormatError(path, f"{position - data_size:,} bytes are missing at the end; the file is truncated")
    if position < data_size:
        raise FormatError(path, f"{data_size - position:,} bytes too many at the end")


def _span(path: Path, name: str, entry: Any) -> tuple[int, int]:
    """Where a tensor begins and ends, after checking its header entry by itself."""
    try:
        dtype, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
        if any(type(n) is not int or n < 0 for n in (*shape, begin, end)):
            raise ValueError
        size = _ITEM_SIZES[dtype]
    except (TypeError, KeyError, ValueError):
        raise FormatError(path, f"the header entry of tensor {name!r} makes no sense") from None
    for n in shape:
        size *= n
    if end - begin != size:
        raise FormatError(
            path,
            f"tensor {name!r} takes {end - begin:,} bytes, but its shape {shape} asks for {size:,}",
        )
    return begin, end


def _view(path: Path, name: str, entry: Mapping[str, Any], data: _Buffer) -> NDArray[Any]:
    expected = _TENSORS[name]
    if entry["dtype"] != expected.dtype or len(entry["shape"]) != expected.dimensions:
        raise FormatError(
            path,
            f"tensor {name!r} is {entry['dtype']} with {len(entry['shape'])} dimensions "
            f"instead of {expected.dtype} with {expected.dimensions}",
        )
    begin, end = entry["data_offsets"]
    array = data[begin:end].view(expected.numpy).reshape(entry["shape"])
    native = array.astype(array.dtype.newbyteorder("="), copy=False)  # copies on big-endian machines
    native.flags.writeable = False
    return native


def _check_words(path: Path, ends: NDArray[np.int64], length: int) -> None:
    falling = np.flatnonzero(ends[1:] < ends[:-1])
    if len(falling) or (len(ends) and ends[0] < 0):
        word_id = int(falling[0]) + 1 if len(falling) else 0
        raise FormatError(path, f"word {word_id:,} ends before it begins; the file is damaged")
    last = int(ends[-1]) if len(ends) else 0
    if last != length:
        raise FormatError(path, f"the words take {length:,} bytes, but the last one ends at {last:,}")


def write(path: str | Path, stored: StoredVectors) -> None:
    """Write a native file, atomically: a file that was there before stays whole until the end.

    Raises
    ------
    FormatError : the place cannot be written, or the metadata are not JSON.
    """
    encoded = [word.encode("utf-8", "surrogatepass") for word in stored.words]
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
    arrays: dict[str, NDArray[Any] | None] = {
        "counts": stored.counts,
        "word_ends": np.cumsum(lengths),
        "word_vectors": stored.matrix,
        "context_vectors": stored.context_vectors,
        "words": np.frombuffer(b"".join(encoded), np.uint8),
    }
    present = {name: array for name, array in arrays.items() if array is not None}
    header = _header(path, present, stored.metadata)
    with atomic_write(path) as file:
        file.write(len(header).to_bytes(8, "little"))
        file.write(header)
        for name, array in present.items():
            _write_rows(file, array, _TENSORS[name].numpy)


def _header(path: str | Path, arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, Any]) -> bytes:
    described = {"format": "firth", "version": str(VERSION)}
    for name, value in metadata.items():
        if name in RESERVED:
            raise FormatError(path, f"metadata cannot be named {name!r}: the file itself uses it")
        try:
            described[name] = json.dumps(value)
        except (TypeError, ValueError) as error:
            raise FormatError(path, f"metadata {name!r} cannot be written as JSON: {error}") from None
    entries: dict[str, Any] = {"__metadata__": described}
    begin = 0
    for name, array in arrays.items():
        end = begin + array.size * np.dtype(_TENSORS[name].numpy).itemsize
        entries[name] = {
            "dtype": _TENSORS[name].dtype,
            "shape": list(array.shape),
            "data_offsets": [begin, end],
        }
        begin = end
    header = json.dumps(entries).encode()
    return header + b" " * (-(8 + len(header)) % ALIGNMENT)


def _write_rows(file: BinaryIO, array: NDArray[Any], dtype: str) -> None:
    """Write in pieces, so that rows with padding between them need no full contiguous copy."""
    rows = max(1, (1 << 22) // max(1, array[:1].size))
    for start in range(0, len(array), rows):
        file.write(np.ascontiguousarray(array[start : start + rows], dtype).data)
