"""The safetensors container: arrays by name behind a header of JSON, mapped into memory and never executed.

Byte by byte
    8 bytes     N, little-endian: the length of the header
    N bytes     JSON: {"name": {"dtype", "shape", "data_offsets": [begin, end]}, …,
                "__metadata__": {…}}, padded with spaces
    the rest    tensors, little-endian, one after the other in the order of their offsets
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.errors import FirthError, FormatError

__all__ = [
    "TensorFile",
    "damage_reported",
    "decode_metadata",
    "format_of",
    "is_safetensors",
    "write_rows",
    "write_tensors",
]

ALIGNMENT = 64  # bytes: one cache line, and the widest register
LONGEST_HEADER = 100_000_000  # bytes: the limit of the safetensors library
_NAMING = ("format", "version")  # metadata that say what a file of ours is

# As safetensors spells them. Tensors of other types are allowed in a file, but not read.
_NUMPY_TYPES = {
    "BOOL": "|b1", "U8": "|u1", "I8": "|i1", "I16": "<i2", "U16": "<u2", "F16": "<f2", "I32": "<i4", "U32": "<u4",
    "F32": "<f4", "F64": "<f8", "I64": "<i8", "U64": "<u8",
    "BF16": "<u2",  # NumPy has no bfloat16: its bits
}  # fmt: skip
_ITEM_SIZES = {name: np.dtype(dtype).itemsize for name, dtype in _NUMPY_TYPES.items()}
_ITEM_SIZES |= {"F8_E5M2": 1, "F8_E4M3": 1}

_Buffer = NDArray[np.uint8]


def is_safetensors(beginning: bytes) -> bool:
    """Whether a file that begins like this (at least 9 bytes) is any safetensors file."""
    length = int.from_bytes(beginning[:8], "little")
    return len(beginning) > 8 and 2 <= length <= LONGEST_HEADER and beginning[8:9] == b"{"


class TensorFile:
    """The tensors of one file as views of its bytes: first to be checked, then to be looked at.

    Attributes
    ----------
    metadata : what the header has as `__metadata__`; {} without one.

    Raises
    ------
    FormatError : the header makes no sense.
    """

    def __init__(self, path: Path, content: _Buffer) -> None:
        self._path = path
        header, data_start = _read_header(path, content)
        self.metadata: object = header.pop("__metadata__", {})
        self._entries = header
        self._data = content[data_start:]

    def check(self, required: Iterable[str]) -> None:
        """Raise FormatError unless these tensors are there, and all tensors fill the file exactly."""
        for name in required:
            if name not in self:
                raise FormatError(self._path, f"has no tensor {name!r}; the file is damaged")
        _check_layout(self._path, self._entries, len(self._data))

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> list[str]:
        """All tensors, in the order of the header."""
        return list(self._entries)

    def dimensions(self, name: str) -> int:
        """The number of dimensions of a tensor that is there."""
        return len(self._entries[name]["shape"])

    def dtype(self, name: str) -> str:
        """The type of a tensor that is there, as safetensors spells it: F32, I64, …"""
        dtype: str = self._entries[name]["dtype"]
        return dtype

    def array(self, name: str, dtype: str, dimensions: int) -> NDArray[Any]:
        """A tensor that is there, read-only.

        Raises FormatError where it has another type (as safetensors spells it) or number of dimensions.
        """
        entry = self._entries[name]
        if entry["dtype"] != dtype or len(entry["shape"]) != dimensions:
            raise FormatError(
                self._path,
                f"tensor {name!r} is {entry['dtype']} with {len(entry['shape'])} dimensions "
                f"instead of {dtype} with {dimensions}",
            )
        try:
            return self._view(entry, _NUMPY_TYPES[dtype])
        except ValueError:  # of no numbers at all, but with dimensions that are too large
            raise FormatError(self._path, f"tensor {name!r} cannot have the shape {entry['shape']}") from None

    def _view(self, entry: Mapping[str, Any], numpy_type: str) -> NDArray[Any]:
        begin, end = entry["data_offsets"]
        array = self._data[begin:end].view(numpy_type).reshape(entry["shape"])
        native = array.astype(array.dtype.newbyteorder("="), copy=False)  # copies on big-endian machines
        native.flags.writeable = False
        return native


def format_of(path: Path, content: _Buffer) -> str | None:
    """The "format" in the metadata of a file with this content; None if it is no safetensors file, or has none.

    Raises FormatError if its header makes no sense.
    """
    if not is_safetensors(content[:9].tobytes()):
        return None
    metadata = TensorFile(path, content).metadata
    kind = metadata.get("format") if isinstance(metadata, dict) else None
    return kind if isinstance(kind, str) else None


def decode_metadata(path: Path, stored: Mapping[str, Any], version: int) -> dict[str, Any]:
    """The metadata of a file of Firth's other than "format" and "version": JSON documents, by name.

    version : the newest that is known.

    Raises FormatError for a newer version, or where a value is not JSON.
    """
    written = str(stored.get("version"))
    if not (written.isascii() and written.isdecimal()):
        raise FormatError(path, f"version {written!r} is not a whole number; the file is damaged")
    if int(written[:9]) > version:
        raise FormatError(
            path,
            f"written by a newer Firth (file version {written[:9]}, this reads up to {version}); "
            "upgrade with: pip install --upgrade firth",
        )
    metadata = {}
    for name, value in stored.items():
        if name in _NAMING:
            continue
        try:
            metadata[name] = json.loads(value)
        except (TypeError, ValueError, RecursionError):
            raise FormatError(path, f"metadata {name!r} is not JSON; the file is damaged") from None
    return metadata


@contextmanager
def damage_reported(path: str | Path) -> Iterator[None]:
    """Raise FormatError where metadata have no such name, or what is in them makes no sense."""
    try:
        yield
    except FormatError:
        raise
    except KeyError as missing:
        raise FormatError(path, f"has no {missing}; the file is damaged") from None
    except (FirthError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as problem:
        raise FormatError(path, f"its parts do not fit together ({problem}); the file is damaged") from None


def _read_header(path: Path, content: _Buffer) -> tuple[dict[str, Any], int]:
    """The header and the offset where the tensors begin."""
    if len(content) < 8:
        raise FormatError(path, f"only {len(content)} bytes long; the file is truncated")
    length = int.from_bytes(content[:8].tobytes(), "little")
    if content[8:9].tobytes() != b"{":
        raise FormatError(path, "is not a safetensors file, as those of Firth are: no header begins here", byte=8)
    if not 2 <= length <= min(LONGEST_HEADER, len(content) - 8):
        raise FormatError(path, f"promises a header of {length:,} bytes, which the file cannot hold", byte=0)
    try:
        header = json.loads(content[8 : 8 + length].tobytes().decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FormatError(path, f"the header is not JSON ({error})", byte=8) from None
    if not isinstance(header, dict):
        raise FormatError(path, "the header is not a JSON object", byte=8)
    return header, 8 + length


def _check_layout(path: Path, entries: dict[str, Any], data_size: int) -> None:
    """Every tensor as long as its shape says, one after the other, up to the end of the file."""
    spans = []
    for name, entry in entries.items():
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
            f"tensor {name!r} takes {end - begin:,} bytes, but its shape {shape} needs {size:,}",
        )
    return begin, end


def write_tensors(
    file: BinaryIO, arrays: Mapping[str, NDArray[Any]], dtypes: Mapping[str, str], metadata: Mapping[str, str]
) -> None:
    """Write arrays in the order given, each as the type (safetensors spelling) that `dtypes` has for its name."""
    entries: dict[str, Any] = {"__metadata__": dict(metadata)}
    begin = 0
    for name, array in arrays.items():
        end = begin + array.size * _ITEM_SIZES[dtypes[name]]
        entries[name] = {"dtype": dtypes[name], "shape": list(array.shape), "data_offsets": [begin, end]}
        begin = end
    header = json.dumps(entries).encode()
    header += b" " * (-(8 + len(header)) % ALIGNMENT)
    file.write(len(header).to_bytes(8, "little"))
    file.write(header)
    for name, array in arrays.items():
        write_rows(file, array, _NUMPY_TYPES[dtypes[name]])


def write_rows(file: BinaryIO, array: NDArray[Any], dtype: str) -> None:
    """Write in pieces, so that rows with padding between them need no full contiguous copy."""
    rows = max(1, (1 << 22) // max(1, array[:1].size))
    for start in range(0, len(array), rows):
        file.write(np.ascontiguousarray(array[start : start + rows], dtype).data)
