r"""One array in NumPy's .npy format, mapped into memory; arrays of Python objects, which need pickle, are refused.

Byte by byte (NumPy Enhancement Proposal 1)
    6 bytes     \x93NUMPY
    2 bytes     version of the format, major and minor
    2 bytes     N, little-endian: the length of the header (4 bytes from version 2 on)
    N bytes     {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, padded with spaces
    the rest    the numbers
"""

import re
import zipfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Matrix
from firth.decompression import DecompressionError, check_expansion
from firth.errors import FormatError
from firth.formats.mapped import map_file
from firth.formats.tensor_file import write_rows

__all__ = ["MAGIC", "read_counts", "read_matrix", "read_zipped_matrix", "write_array"]

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 10_000  # bytes: NumPy's own limit
MOST_EXPANSION = 1032  # deflate makes nothing smaller than this

# The header is a Python literal. These find what is in it without handing it to Python.
_DESCR = re.compile(r"""["']descr["']\s*:\s*["']([^"']{1,40})["']""")
_FORTRAN_ORDER = re.compile(r"""["']fortran_order["']\s*:\s*(True|False)\b""")
_SHAPE = re.compile(r"""["']shape["']\s*:\s*\(((?:[0-9]{1,19}, ?){0,8}(?:[0-9]{1,19})?)\)""")
_NUMERIC = re.compile(r"[<>=|]?[fiu](1|2|4|8|12|16)")


class _Header(NamedTuple):
    """What the file says about the array."""

    dtype: np.dtype[Any]
    fortran_order: bool
    shape: tuple[int, ...]
    data_start: int  # byte


def read_matrix(path: Path) -> Matrix:
    """A matrix (V, D) of float32; other numbers are converted.

    float32 in rows is mapped and not read, so numbers that are not finite are not found here.

    Raises
    ------
    FormatError : it is not a matrix of numbers, or the file is damaged or cut short, or a number that
        is converted is not finite in float32.
    """
    return _float_matrix(path, _map_array(path))


def read_zipped_matrix(path: Path, member: str) -> Matrix:
    """The same from an array in an .npz file, which is a zip archive of .npy files."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            promised = archive.getinfo(member).file_size
            if promised > MOST_EXPANSION * path.stat().st_size:
                raise FormatError(path, f"promises {promised:,} bytes, more than it can hold; the file is damaged")
            check_expansion(path.stat().st_size, promised)
            content = np.frombuffer(file.read(), np.uint8)
    except (zipfile.BadZipFile, KeyError, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise FormatError(path, f"the .npz data are damaged or cut short ({error})") from None
    except DecompressionError as error:
        raise FormatError(path, str(error)) from None
    return _float_matrix(path, _parse_array(path, content))


def _float_matrix(path: Path, array: NDArray[Any]) -> Matrix:
    if array.ndim != 2 or array.shape[1] < 1:
        raise FormatError(path, f"has shape {array.shape}: must be one row of numbers for each word")
    if array.dtype == np.float32 and array.flags.c_contiguous and array.flags.aligned and array.dtype.isnative:
        return array
    with np.errstate(over="ignore", invalid="ignore"):
        matrix = np.ascontiguousarray(array, np.float32)
    finite = np.isfinite(matrix).all(axis=1)
    if not finite.all():
        raise FormatError(path, f"row {int(np.argmin(finite)):,} has a number that is not finite in float32")
    return matrix


def read_counts(path: Path, rows: int) -> Counts:
    """Whole numbers (V,). Raises FormatError for other types, or if there are not `rows` of them."""
    array = _map_array(path)
    if array.dtype.kind not in "iu" or array.shape != (rows,):
        raise FormatError(
            path,
            f"has shape {array.shape} and type {array.dtype}: must be {rows:,} whole numbers, one for each word",
        )
    return array.astype(np.int64)


def write_array(path: Path, array: NDArray[Any], dtype: str) -> None:
    """Write a new file; `dtype` as NumPy spells it, "<f4" for instance."""
    with path.open("xb") as file:
        header = {"descr": dtype, "fortran_order": False, "shape": array.shape}
        np.lib.format.write_array_header_1_0(file, header)
        write_rows(file, array, dtype)


def _map_array(path: Path) -> NDArray[Any]:
    """The array as a read-only view of the file."""
    return _parse_array(path, map_file(path))


def _parse_array(path: Path, content: NDArray[np.uint8]) -> NDArray[Any]:
    header = _read_header(path, content[: LONGEST_HEADER + 12].tobytes())
    size = header.dtype.itemsize
    for length in header.shape:
        size *= length  # Python's integers: no shape is too absurd to be compared
    there = len(content) - header.data_start
    if size != there:
        raise FormatError(
            path,
            f"an array of shape {header.shape} takes {size:,} bytes, but {there:,} follow the header; "
            "the file is cut short or damaged",
            byte=header.data_start,
        )
    flat = content[header.data_start :].view(header.dtype)
    try:
        return flat.reshape(header.shape, order="F" if header.fortran_order else "C")
    except ValueError:  # NumPy counts in 64 bits even where one of the lengths is 0
        raise FormatError(path, f"has shape {header.shape}, which no array can have") from None


def _read_header(path: Path, beginning: bytes) -> _Header:
    if not beginning.startswith(MAGIC):
        raise FormatError(path, "is not a .npy file", byte=0)
    width = 2 if beginning[6:7] == b"\x01" else 4
    data_start = 8 + width + int.from_bytes(beginning[8 : 8 + width], "little")
    if data_start > len(beginning):
        raise FormatError(path, f"promises a header that ends at byte {data_start:,}; it is cut short or damaged")
    text = beginning[8 + width : data_start].decode("latin-1")
    descr, order, shape = (pattern.search(text) for pattern in (_DESCR, _FORTRAN_ORDER, _SHAPE))
    if not order or not shape or (descr and not _NUMERIC.fullmatch(descr[1])) or not descr:
        found = descr[1] if descr else text.strip()[:60]
        raise FormatError(
            path,
            f"holds {found!r}: must be an array of numbers (float32 best); Python objects are never unpickled",
            byte=8 + width,
        )
    try:
        dtype = np.dtype(descr[1])
    except TypeError:
        raise FormatError(path, f"has numbers of type {descr[1]!r}, which this machine does not know") from None
    lengths = tuple(int(length) for length in shape[1].split(",") if length.strip())
    return _Header(dtype, order[1] == "True", lengths, data_start)
