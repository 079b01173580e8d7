"""Folders for TensorFlow's Embedding Projector, the page that shows vectors as a cloud of points.

Two ways to write the vectors
    vectors.tsv               a line of numbers with tabs between them for each word, no first line of names
    tensors.bytes             (V, D) float32, little-endian, and nothing else; with it
    projector_config.json     {"embeddings": [{"tensorName", "tensorShape": [V, D], "tensorPath", "metadataPath"}]}

The words, for both
    metadata.tsv              a word on each line; or, with counts, a first line "word tab count" and
                              two columns. The page takes the first line for names of columns if and
                              only if it has a tab, so a single column must not have one.
"""

import json
import re
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Matrix
from firth.errors import FormatError, quoted
from firth.formats.atomic import atomic_folder
from firth.formats.folder_reading import refuse_outside_link
from firth.formats.mapped import map_file
from firth.formats.packed_words import PackedWords, decode_word
from firth.formats.stored import StoredVectors
from firth.formats.tensor_file import write_rows
from firth.formats.words_file import check_rows, pack_words, read_lines
from firth.formats.writable import encode_words, refuse_byte_order_mark

__all__ = [
    "CONFIG",
    "METADATA",
    "TENSOR",
    "VECTORS",
    "read_bytes",
    "read_tsv",
    "replacing_bytes",
    "replacing_tsv",
    "tsv_lines",
    "tsv_words",
    "write_bytes",
    "write_tsv",
]

VECTORS, METADATA = "vectors.tsv", "metadata.tsv"
TENSOR, CONFIG = "tensors.bytes", "projector_config.json"
FORBIDDEN = re.compile(r"[\t\r\n]|^\s*$")  # the page skips lines that look blank
WORD_COLUMNS = ("word", "label", "name", "token")
COUNT_COLUMNS = ("count", "counts", "frequency")
LONGEST_CONFIG = 1 << 24  # bytes
MOST_ROWS, MOST_NUMBERS = 1 << 48, 1 << 32  # beyond any file: a shape must not overflow


class _Words(NamedTuple):
    """What a file of metadata says."""

    words: PackedWords
    counts: Counts | None


class _Tensor(NamedTuple):
    """An entry of the configuration: names of files, and the shape of the vectors where it is there."""

    tensor: Path
    metadata: Path
    shape: tuple[int, int] | None


def read_tsv(vectors: str | Path, metadata: str | Path) -> StoredVectors:
    """Read a file of numbers and the file of words that belongs to it.

    Raises
    ------
    FileNotFoundError : a file does not exist.
    FormatError : a file is damaged, or words and lines of numbers do not fit together.
    """
    vectors, metadata = refuse_outside_link(Path(vectors)), refuse_outside_link(Path(metadata))
    matrix = _read_numbers(vectors)
    return _with_words(matrix, vectors, metadata)


def read_bytes(config: str | Path) -> StoredVectors:
    """Read the one set of vectors that a configuration names: tensor bytes are mapped, a .tsv file is read.

    Raises
    ------
    FileNotFoundError : a file does not exist.
    FormatError : a file is damaged, is in another folder than the configuration, or does not fit
        to the others.
    """
    config = refuse_outside_link(Path(config))
    found = _read_config(config)
    if found.tensor.suffix == ".tsv":
        return read_tsv(found.tensor, found.metadata)
    if found.shape is None:
        raise FormatError(config, "has no tensorShape [words, numbers]")
    return _with_words(_map_tensor(found.tensor, found.shape), found.tensor, found.metadata)


def _with_words(matrix: Matrix, vectors: Path, metadata: Path) -> StoredVectors:
    lines = read_lines(metadata)
    has_names = bool(lines) and b"\t" in lines[0]
    check_rows(metadata, len(lines) - has_names, vectors, len(matrix))
    words, counts = _read_columns(metadata, lines) if has_names else _Words(pack_words(metadata, lines), None)
    return StoredVectors(words, matrix, counts)


def _read_columns(path: Path, lines: list[bytes]) -> _Words:
    """The column of words, and the column of counts if there is one of whole numbers."""
    names = [decode_word(name).strip().lower() for name in lines[0].split(b"\t")]
    rows = [line.split(b"\t") for line in lines[1:]]
    for i, row in enumerate(rows):
        if len(row) != len(names):
            raise FormatError(path, f"{len(row)} columns instead of {len(names)}", line=i + 2)
    column = next((names.index(name) for name in WORD_COLUMNS if name in names), 0)
    words = pack_words(path, [row[column] for row in rows], first_line=2)
    counted = next((names.index(name) for name in COUNT_COLUMNS if name in names), None)
    if counted is None:
        return _Words(words, None)
    digits = [row[counted] for row in rows]
    if not all(number.isdigit() and len(number) < 19 for number in digits):
        return _Words(words, None)  # a column of that name with something else in it
    return _Words(words, np.array([int(number) for number in digits], np.int64))


def _read_numbers(path: Path) -> Matrix:
    """Lines of numbers with tabs between them as (V, D)."""
    if path.stat().st_size == 0:
        raise FormatError(path, "the file is empty")
    try:
        with warnings.catch_warnings(action="ignore"):  # of no data: that is an error here
            matrix = np.loadtxt(path, np.float32, delimiter="\t", comments=None, ndmin=2, encoding="utf-8-sig")
    except ValueError:
        raise _bad_line(path) from None
    if not matrix.size or not np.isfinite(matrix).all():
        raise _bad_line(path)
    return matrix


def _bad_line(path: Path) -> FormatError:
    """What is wrong with a file of numbers: the first line that is not like the first."""
    size = 0
    for i, line in enumerate(read_lines(path)):
        numbers = line.split(b"\t")
        size = size or len(numbers)
        if len(numbers) != size:
            return FormatError(path, f"{len(numbers)} numbers, but {size} on the first line", line=i + 1)
        for number in numbers:
            if not _is_finite(number):
                shown = decode_word(number[:40])
                return FormatError(path, f"{shown!r} is not a finite number in float32", line=i + 1)
    return FormatError(path, "is not a file of numbers separated by tabs")


def _is_finite(number: bytes) -> bool:
    try:
        with np.errstate(over="ignore"):
            return b"_" not in number and bool(np.isfinite(np.float32(float(number))))
    except ValueError:
        return False


def _read_config(path: Path) -> _Tensor:
    """The files that the configuration names, after checking that they are in the same folder."""
    if path.stat().st_size > LONGEST_CONFIG:
        raise FormatError(path, "is not a configuration: it is too long")
    try:
        entries = json.loads(path.read_bytes())["embeddings"]
        (entry,) = entries
        named = [entry["tensorPath"], entry["metadataPath"]]
        if not all(isinstance(name, str) for name in named):
            raise TypeError
        shape = _shape(entry.get("tensorShape"))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise FormatError(
            path,
            'must be JSON like {"embeddings": [{"tensorPath": …, "metadataPath": …, "tensorShape": [V, D]}]}, '
            "with one entry",
        ) from None
    for name in named:
        if not name or Path(name).name != name or "\0" in name or not _is_file(path.parent / name):
            raise FormatError(path, f"names the file {quoted(name)}, which is not in the same folder; put it there")
    tensor, metadata = (refuse_outside_link(path.parent / name) for name in named)
    return _Tensor(tensor, metadata, shape)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # the name is too long
        return False


def _shape(stored: Any) -> tuple[int, int] | None:
    if stored is None:
        return None
    rows, numbers = stored
    if type(rows) is not int or type(numbers) is not int:
        raise TypeError
    if not (0 <= rows < MOST_ROWS and 0 < numbers < MOST_NUMBERS):
        raise ValueError
    return rows, numbers


def _map_tensor(path: Path, shape: tuple[int, int]) -> Matrix:
    content: NDArray[np.uint8] = map_file(path) if path.stat().st_size else np.empty(0, np.uint8)
    size = 4 * shape[0] * shape[1]
    if len(content) != size:
        raise FormatError(
            path,
            f"is {len(content):,} bytes long, but {shape[0]:,} × {shape[1]:,} float32 numbers take {size:,}; "
            "it is cut short, or the tensorShape is wrong",
        )
    return content.view("<f4").reshape(shape).astype(np.float32, copy=False)


def write_tsv(folder: str | Path, stored: StoredVectors) -> None:
    """Write `vectors.tsv` and `metadata.tsv`, atomically.

    Raises
    ------
    FormatError : the folder cannot be written, there are no words, or one is blank or contains a tab
        or line end.
    """
    words = tsv_words(folder, stored)
    with replacing_tsv(folder) as temporary:
        with (temporary / VECTORS).open("xb") as file:
            file.writelines(tsv_lines(stored.matrix))
        (temporary / METADATA).write_bytes(words)


def tsv_lines(matrix: Matrix) -> Iterator[bytes]:
    """The content of a file of vectors (V, D), 1,000 lines at a time."""
    for start in range(0, len(matrix), 1000):
        rows = np.asarray(matrix[start : start + 1000], np.float32).astype("U16").tolist()
        yield "".join("\t".join(row) + "\n" for row in rows).encode()


def write_bytes(folder: str | Path, stored: StoredVectors, *, name: str = "vectors") -> None:
    """Write `tensors.bytes`, `metadata.tsv` and `projector_config.json`, atomically.

    Parameters
    ----------
    name : what the page shows.

    Raises
    ------
    FormatError : as `write_tsv`.
    """
    words = tsv_words(folder, stored)
    entry = {
        "tensorName": name,
        "tensorShape": list(stored.matrix.shape),
        "tensorPath": TENSOR,
        "metadataPath": METADATA,
    }
    with replacing_bytes(folder) as temporary:
        with (temporary / TENSOR).open("xb") as file:
            write_rows(file, stored.matrix, "<f4")
        (temporary / METADATA).write_bytes(words)
        (temporary / CONFIG).write_bytes(json.dumps({"embeddings": [entry]}, indent=2).encode() + b"\n")


def replacing_tsv(folder: str | Path) -> AbstractContextManager[Path]:
    """A new folder of `vectors.tsv` and `metadata.tsv` that replaces an old one when it is complete."""
    return atomic_folder(folder, (VECTORS, METADATA))


def replacing_bytes(folder: str | Path) -> AbstractContextManager[Path]:
    """The same for the files of `write_bytes`."""
    return atomic_folder(folder, (TENSOR, METADATA, CONFIG))


def tsv_words(path: str | Path, stored: StoredVectors) -> bytes:
    """The content of a file of words, and counts where there are any; path : for errors. Raises FormatError."""
    words = encode_words(path, stored.words, FORBIDDEN, "the Embedding Projector")
    if not words:
        raise FormatError(path, "there are no words to write")
    if stored.counts is not None:
        pairs = zip(words, stored.counts.tolist(), strict=True)
        return b"word\tcount\n" + b"".join(b"%b\t%d\n" % pair for pair in pairs)
    refuse_byte_order_mark(path, stored.words)
    return b"".join(b"%b\n" % word for word in words)
