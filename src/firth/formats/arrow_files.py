"""Parquet and Arrow files (also called Feather): words and vectors in columns, for DuckDB, Polars, pandas and others.

The columns are those of arrow_vectors.py. Arrow files are written uncompressed, in one batch, so that the vectors of
one can be mapped into memory; others are read, compressed ones and streams (as the package datasets writes them)
included.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.decompression import DecompressionError, check_expansion
from firth.errors import FirthError, FormatError, SettingError
from firth.formats.arrow_vectors import VECTOR, arrow_table, import_pyarrow, read_batches
from firth.formats.compact_numbers import Numbers
from firth.formats.compressed import write_compressed
from firth.formats.parquet_footer import claimed_values
from firth.formats.stored import StoredVectors
from firth.formats.writable import encode_words

__all__ = ["is_arrow", "is_parquet", "parse_arrow", "parse_parquet", "write_arrow", "write_parquet"]

_PARQUET, _ARROW, _STREAM = b"PAR1", b"ARROW1\0\0", b"\xff\xff\xff\xff"
_ROWS_AT_ONCE = 1 << 13
_NOTHING = re.compile(r"(?!)")  # is found nowhere


def is_parquet(beginning: bytes) -> bool:
    """Whether a file that begins like this is a Parquet file."""
    return beginning.startswith(_PARQUET)


def is_arrow(beginning: bytes) -> bool:
    """Whether a file that begins like this is an Arrow file, or an Arrow stream in a file."""
    is_stream = beginning.startswith(_STREAM) and 0 < int.from_bytes(beginning[4:8], "little") < 1 << 24
    return beginning.startswith(_ARROW) or is_stream


def parse_parquet(path: Path, content: NDArray[np.uint8]) -> StoredVectors:
    """Read a Parquet file from its bytes.

    Raises   MissingExtraError without pyarrow; FormatError where the file is damaged or holds something else.
    """
    pyarrow = import_pyarrow("reading Parquet files")
    from pyarrow import parquet

    def read() -> StoredVectors:
        _check_promises(path, content)
        file = parquet.ParquetFile(pyarrow.BufferReader(pyarrow.py_buffer(content)))
        batches = _limited(path, file.iter_batches(_ROWS_AT_ONCE, use_threads=False), len(content))
        return read_batches(file.schema_arrow, batches, _wrong(path))

    return _reading(path, "a Parquet file", read)


def _check_promises(path: Path, content: NDArray[np.uint8]) -> None:
    """Raise FormatError for columns that claim to become far more than the file; ValueError for a damaged footer."""
    length = int.from_bytes(content[-8:-4].tobytes(), "little")
    try:
        for values in claimed_values(content[max(0, len(content) - length - 8) :].tobytes()):
            check_expansion(len(content), 4 * values)
    except DecompressionError as error:
        raise FormatError(path, str(error)) from None


def parse_arrow(path: Path, content: NDArray[np.uint8]) -> StoredVectors:
    """Read an Arrow file from its bytes; vectors of float32 in one batch, not compressed, are a view of these.

    Raises   MissingExtraError without pyarrow; FormatError where the file is damaged or holds something else.
    """
    pyarrow = import_pyarrow("reading Arrow files")

    def read() -> StoredVectors:
        source = pyarrow.BufferReader(pyarrow.py_buffer(content))
        if content[:8].tobytes() != _ARROW:
            with pyarrow.ipc.open_stream(source) as stream:
                return read_batches(stream.schema, _limited(path, stream, len(content)), _wrong(path))
        with pyarrow.ipc.open_file(source) as file:
            batches: Iterator[Any] = (file.get_batch(i) for i in range(file.num_record_batches))
            if file.num_record_batches == 1:
                batches = iter([batch := next(batches)])
                if (matrix := _mapped_matrix(file.schema, batch, content)) is not None:
                    return _with_mapped(path, batch, matrix)
            return read_batches(file.schema, _limited(path, batches, len(content)), _wrong(path))

    return _reading(path, "an Arrow file", read)


def _limited(path: Path, batches: Iterable[Any], size: int) -> Iterator[Any]:
    """The batches, checked. Raises FormatError where much more comes out of the file than is in it."""
    total = 0
    for batch in batches:
        batch.validate(full=True)
        total += batch.get_total_buffer_size()
        try:
            check_expansion(size, total)
        except DecompressionError as error:
            raise FormatError(path, str(error)) from None
        yield batch


def _mapped_matrix(schema: Any, batch: Any, content: NDArray[np.uint8]) -> Matrix | None:
    """The vectors of a batch as a view of the file; None where they are not there as they are to be."""
    types = import_pyarrow("reading Arrow files").types
    index = schema.get_field_index(VECTOR)
    kind = schema.field(index).type if index >= 0 else None
    if kind is None or not types.is_fixed_size_list(kind) or not types.is_float32(kind.value_type):
        return None
    batch.validate()
    vectors = batch.column(index)
    flat = vectors.flatten()
    numbers = flat.buffers()[1]
    if not len(vectors) or not kind.list_size or vectors.null_count or flat.null_count or numbers is None:
        return None
    begin = numbers.address + 4 * flat.offset - content.ctypes.data
    end = begin + 4 * len(flat)
    if begin < 0 or begin % 4 or end > len(content):
        return None
    matrix: Matrix = content[begin:end].view("<f4").reshape(len(vectors), kind.list_size)
    return matrix.astype(np.float32, copy=False)  # copies on big-endian machines


def _with_mapped(path: Path, batch: Any, matrix: Matrix) -> StoredVectors:
    """Words and counts of a batch, with the vectors that are mapped."""
    pyarrow = import_pyarrow("reading Arrow files")
    index = batch.schema.get_field_index(VECTOR)
    one = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(np.zeros(batch.num_rows, np.float32)), 1)
    small = batch.set_column(index, VECTOR, one)
    small.validate(full=True)
    read = read_batches(small.schema, [small], _wrong(path))
    return StoredVectors(read.words, matrix, read.counts)


def _wrong(path: Path) -> Callable[[str, int | None], FirthError]:
    return lambda problem, row: FormatError(path, problem if row is None else f"row {row:,}: {problem}")


def _reading(path: Path, kind: str, read: Callable[[], StoredVectors]) -> StoredVectors:
    """What `read` returns. Raises FormatError for an error of pyarrow's."""
    pyarrow = import_pyarrow(f"reading {kind}")
    try:
        return read()
    except FormatError:
        raise
    except (pyarrow.ArrowException, OSError, ValueError, MemoryError, OverflowError) as error:
        reason = str(error).partition("\n")[0]
        raise FormatError(path, f"cannot be read as {kind} ({reason}); it is damaged or cut short") from None


# ---------------------------------------------------------------- writing


def write_parquet(path: str | Path, stored: StoredVectors, *, numbers: Numbers = "float32") -> None:
    """Write a Parquet file, atomically, compressed with zstd; it holds no metadata.

    numbers : "float32", or "float16".

    Raises   MissingExtraError without pyarrow; FormatError if the file cannot be written, a word is empty or is not
             valid text, or a number does not fit into float16.
    """
    table = _table(path, stored, "Parquet", numbers)
    from pyarrow import parquet

    with write_compressed(path) as file:  # words differ, and numbers hardly ever agree: dictionaries would save nothing
        parquet.write_table(table, file, compression="zstd", use_dictionary=False, row_group_size=1 << 16)


def write_arrow(path: str | Path, stored: StoredVectors, *, numbers: Numbers = "float32") -> None:
    """Write an Arrow file, atomically; it holds no metadata. Options and errors as write_parquet()."""
    pyarrow = import_pyarrow("writing Arrow files")
    table = _table(path, stored, "an Arrow file", numbers)
    with write_compressed(path) as file, pyarrow.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _table(path: str | Path, stored: StoredVectors, format: str, numbers: Numbers) -> Any:
    import_pyarrow(f"writing {format}")
    words = [word.decode() for word in encode_words(path, stored.words, _NOTHING, format)]
    try:
        return arrow_table(words, stored, numbers)
    except SettingError as error:
        raise FormatError(path, str(error)) from None
