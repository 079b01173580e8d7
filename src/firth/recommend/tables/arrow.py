"""Parquet files, and whatever hands out its rows as an Arrow stream: pyarrow, Polars, DuckDB, and others."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from firth.errors import CorpusError, FirthError, FormatError, MissingExtraError
from firth.interruption import importing
from firth.recommend.tables.columns import Block, Coded, Column, Table, Wanted, find_columns

__all__ = ["has_pyarrow", "parquet_table", "stream_table"]

_BATCH = 1 << 19  # rows


def has_pyarrow() -> bool:
    """Whether the package is there."""
    try:
        with importing():
            import pyarrow  # noqa: F401  (an optional package)
    except ImportError:
        return False
    return True


def parquet_table(path: Path, wanted: Wanted) -> Table:
    """A Parquet file as a table.

    Raises   MissingExtraError without pyarrow; FormatError if the file is damaged or columns are missing.
    """
    if not has_pyarrow():
        raise MissingExtraError("reading Parquet files", "parquet")
    import pyarrow.parquet

    with _damage_reported(str(path), path):
        file = pyarrow.parquet.ParquetFile(path)
        names = list(file.schema_arrow.names)
        columns = find_columns(str(path), names, wanted.with_names(), path)
        read = sorted({names[column] for column in columns if column >= 0})
        batches = file.iter_batches(_BATCH, columns=read)
    return Table(str(path), names, _blocks(batches, columns, names, path), path)


def stream_table(source: Any, name: str, wanted: Wanted) -> Table:
    """An object with the method __arrow_c_stream__ as a table.

    Raises   MissingExtraError without pyarrow; SettingError if columns are missing.
    """
    if not has_pyarrow():
        raise MissingExtraError(f"reading {name}", "parquet")
    import pyarrow

    reader = pyarrow.RecordBatchReader.from_stream(source)
    names = list(reader.schema.names)
    columns = find_columns(name, names, wanted.with_names())
    return Table(name, names, _blocks(reader, columns, names, None))


@contextmanager
def _damage_reported(name: str, path: Path | None) -> Iterator[None]:
    """Raise FormatError, or without a path CorpusError, for what pyarrow raises where content is damaged."""
    import pyarrow

    try:
        yield
    except FirthError:
        raise
    except (pyarrow.ArrowException, OSError, ValueError, MemoryError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # of the system, not of pyarrow's about the content
            raise
        reason = str(error).partition("\n")[0]
        if path is not None:
            problem = f"cannot be read as a Parquet file ({reason}); it is damaged or cut short"
            raise FormatError(path, problem) from None
        raise CorpusError(f"{name}: the Arrow stream cannot be read: {reason}") from None


def _blocks(batches: Iterable[Any], columns: list[int], names: list[str], path: Path | None) -> Iterator[Block]:
    first = 1
    with _damage_reported("the table", path):
        for batch in batches:
            if path is not None:
                batch.validate(full=True)
            for piece in (batch.slice(begin, _BATCH) for begin in range(0, batch.num_rows, _BATCH)):
                read: list[Column | None] = [
                    None if column < 0 else _column(piece, names[column]) for column in columns
                ]
                yield Block(read, piece.num_rows, range(first, first + piece.num_rows).__getitem__)
                first += piece.num_rows


def _column(batch: Any, name: str) -> Column:
    """A column of a batch: numbers and times as arrays where no value is missing, all others by their dictionary."""
    import pyarrow
    from pyarrow import types

    array = batch.column(batch.schema.get_field_index(name))
    kind = array.type
    if types.is_timestamp(kind) or types.is_date(kind):
        moments: Column = array.cast(pyarrow.timestamp("us"), safe=False).to_numpy(zero_copy_only=False)
        return moments
    if types.is_floating(kind) or (types.is_integer(kind) and not array.null_count):
        numbers: Column = array.to_numpy(zero_copy_only=False)
        return numbers
    if not types.is_dictionary(kind):
        if types.is_nested(kind):
            raise CorpusError(f"column {name!r} has values of the type {kind}: must be text, numbers or times")
        array = array.dictionary_encode()
    indices = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Coded(indices, array.dictionary.to_pylist())
