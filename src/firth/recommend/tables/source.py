"""What the user gave as a table: files, data frames, Arrow streams, dictionaries of columns, or rows."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from firth.corpus.paths import paths_at
from firth.errors import SettingError
from firth.recommend.tables.arrow import has_pyarrow, parquet_table, stream_table
from firth.recommend.tables.bad_rows import BadRows
from firth.recommend.tables.columns import Table, Wanted
from firth.recommend.tables.delimited import TextLayout, text_table
from firth.recommend.tables.frames import frame_table, rows_table

__all__ = ["TableSource", "name_of", "tables_of"]

# A path, folder or pattern of CSV or Parquet files; a data frame; a mapping of columns; an iterable of rows.
TableSource: TypeAlias = str | os.PathLike[str] | Mapping[str, Any] | Iterable[Any] | Any

_PARQUET = b"PAR1"


def name_of(source: TableSource) -> str:
    """What messages call a source."""
    return str(source) if isinstance(source, str | os.PathLike) else "the table"


def tables_of(source: TableSource, wanted: Wanted, layout: TextLayout, bad: BadRows) -> Iterator[Table]:
    """The tables that a source consists of: one, or one for each file.

    Raises   CorpusError, FormatError or SettingError if it cannot be read, MissingExtraError if that needs pyarrow.
    """
    if isinstance(source, str | os.PathLike):
        for path in paths_at(Path(source)):
            yield _file_table(path, wanted, layout, bad)
        return
    if layout != TextLayout():
        raise SettingError("separator= and header= are for text files; leave them out")
    if hasattr(source, "collect") and hasattr(source, "collect_schema"):
        raise SettingError("the table is a lazy frame of Polars: give frame.collect()")
    is_pandas = hasattr(source, "iloc") and hasattr(source, "columns")
    if isinstance(source, Mapping) or is_pandas:
        yield frame_table(source, "the table", wanted)
    elif hasattr(source, "__arrow_c_stream__") and (has_pyarrow() or not hasattr(source, "columns")):
        yield stream_table(source, "the table", wanted)
    elif hasattr(source, "columns") and hasattr(source, "__getitem__"):
        yield frame_table(source, "the table", wanted)
    elif isinstance(source, Iterable) and not isinstance(source, bytes | bytearray):
        yield rows_table(source, wanted, bad)
    else:
        raise SettingError(
            f"a table of type {type(source).__name__}: must be a path, a data frame, a dictionary of columns or rows"
        )


def _file_table(path: Path, wanted: Wanted, layout: TextLayout, bad: BadRows) -> Table:
    with path.open("rb") as file:
        is_parquet = file.read(len(_PARQUET)) == _PARQUET
    if not is_parquet:
        return text_table(path, wanted, layout, bad)
    if layout != TextLayout():
        raise SettingError(f"{path}: is a Parquet file; separator= and header= are for text files")
    return parquet_table(path, wanted)
