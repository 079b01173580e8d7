"""Vectors as data frames of pandas and Polars and as Arrow tables, and back.

pandas         the words are the index, and each number of the vectors has a column: what arithmetic on frames wants
Polars, Arrow  columns "word", "vector" (a list of D float32 in each row) and, where counts are known, "count": what
               files and queries want
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from firth.errors import FirthError, MissingExtraError, SettingError, quoted
from firth.formats.arrow_vectors import COUNT, VECTOR, WORD, arrow_table, import_pyarrow, read_batches
from firth.formats.stored import StoredVectors
from firth.interruption import importing

__all__ = ["pandas_frame", "polars_frame", "stored_of_arrow", "stored_of_pandas", "table_of"]


def pandas_frame(stored: StoredVectors, metadata: Mapping[str, Any]) -> Any:
    """See `WordVectors.to_pandas`."""
    try:
        with importing():
            import pandas
    except ImportError:
        raise MissingExtraError("to_pandas()", "frames") from None
    names = metadata.get("columns")
    has_names = isinstance(names, list) and len(names) == stored.matrix.shape[1]
    index = pandas.Index(list(stored.words), name=WORD)
    return pandas.DataFrame(stored.matrix, index, names if has_names else None, copy=True)


def polars_frame(stored: StoredVectors) -> Any:
    """See `WordVectors.to_polars`."""
    try:
        with importing():
            import polars
    except ImportError:
        raise MissingExtraError("to_polars()", "frames") from None
    columns: dict[str, Any] = {WORD: list(stored.words), VECTOR: np.ascontiguousarray(stored.matrix)}
    if stored.counts is not None:
        columns[COUNT] = stored.counts
    types: dict[str, Any] = {WORD: polars.String, VECTOR: polars.Array(polars.Float32, stored.matrix.shape[1])}
    return polars.DataFrame(columns, schema_overrides=types)


def table_of(stored: StoredVectors) -> Any:
    """See `WordVectors.to_arrow`."""
    try:
        return arrow_table(list(stored.words), stored)
    except UnicodeEncodeError as error:
        raise SettingError(f"{error.object!r} cannot be encoded in UTF-8, so Arrow cannot hold it: rename it") from None


def stored_of_arrow(table: Any) -> StoredVectors:
    """See `WordVectors.from_arrow`."""
    pyarrow = import_pyarrow("reading an Arrow table")
    if hasattr(table, "collect") and hasattr(table, "collect_schema"):
        raise SettingError("the table is a lazy frame of Polars: give frame.collect()")
    if not hasattr(table, "__arrow_c_stream__"):
        raise SettingError(
            f"a table of type {type(table).__name__}: must be a frame of Polars, a table of pyarrow, or anything else "
            "with an Arrow stream"
        )
    try:
        reader = pyarrow.RecordBatchReader.from_stream(table)
        return read_batches(reader.schema, reader, _wrong)
    except pyarrow.ArrowException as error:
        raise SettingError(f"the Arrow stream cannot be read: {error}") from None


def stored_of_pandas(frame: Any) -> StoredVectors:
    """See `WordVectors.from_pandas`."""
    if not hasattr(frame, "iloc") or not hasattr(frame, "columns"):
        raise SettingError(f"a table of type {type(frame).__name__}: must be a data frame of pandas")
    if WORD in frame.columns and VECTOR in frame.columns:
        return _stored_of_lists(frame)
    if WORD in frame.columns:
        frame = frame.set_index(WORD)
    words = frame.index.tolist()
    for row, word in enumerate(words, start=1):
        if not isinstance(word, str):
            raise _wrong(
                f"the index has {quoted(word)} of type {type(word).__name__}: must be words; "
                "frame.set_index(column) makes a column the index",
                row,
            )
    for name, kind in frame.dtypes.items():
        if getattr(kind, "kind", "O") not in "fiu":
            raise _wrong(f"column {quoted(name)} has the type {kind}: must be numbers; frame.drop(columns=…)", None)
    with np.errstate(over="ignore"):
        matrix = frame.to_numpy(np.float32, na_value=np.nan)
    finite = np.isfinite(matrix).all(axis=1)
    if not len(words) or not matrix.shape[1]:
        raise _wrong("has no rows or no columns of numbers", None)
    if not finite.all():
        raise _wrong("a number that is missing, or not finite in float32", int(np.argmin(finite)) + 1)
    names = [str(name) for name in frame.columns if isinstance(name, str)]
    return StoredVectors(words, matrix, metadata={"columns": names} if len(names) == matrix.shape[1] else {})


def _stored_of_lists(frame: Any) -> StoredVectors:
    """A frame with a vector in each cell, as pandas reads it from Parquet."""
    pyarrow = import_pyarrow("reading lists in a frame of pandas")
    columns = [name for name in (WORD, VECTOR, COUNT) if name in frame.columns]
    try:
        return stored_of_arrow(pyarrow.Table.from_pandas(frame[columns], preserve_index=False))
    except pyarrow.ArrowException as error:
        raise SettingError(f"the frame cannot be read: {error}") from None


def _wrong(problem: str, row: int | None) -> FirthError:
    return SettingError(f"the table{'' if row is None else f', row {row:,}'}: {problem}")
