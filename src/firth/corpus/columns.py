"""A column of a table as a corpus: a series of pandas or Polars, an Arrow array, an array of objects.

Its values are texts or lists of tokens. Missing values (None, NaN, pandas' NA) are left out, and counted in a warning.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from firth.errors import CorpusError, MissingExtraError, warn
from firth.interruption import importing

__all__ = ["Column", "column_in"]

_VALUES_AT_ONCE = 1 << 14
_NAMES_OF_MISSING = ("NAType", "NaTType")  # pandas' NA and NaT, for which == says nothing


class Column:
    """The values of a column, in order, as Python has them.

    Iterating leaves out missing values and missing tokens without a word, so that a column can be looked at before it
    is read.
    """

    def __init__(self, length: int, values: Callable[[int, int], list[Any]]) -> None:
        self._length = length
        self._values = values  # those from one position to another
        self._missing_values = self._missing_tokens = 0

    def __iter__(self) -> Iterator[Any]:
        self._missing_values = self._missing_tokens = 0
        for begin in range(0, self._length, _VALUES_AT_ONCE):
            for value in self._values(begin, min(begin + _VALUES_AT_ONCE, self._length)):
                if isinstance(value, str):
                    yield value
                elif _is_missing(value):
                    self._missing_values += 1
                else:
                    yield self._without_missing_tokens(value)

    def _without_missing_tokens(self, value: Any) -> Any:
        tokens = value.tolist() if isinstance(value, np.ndarray) else value
        if not isinstance(tokens, list):
            return tokens
        present = [token for token in tokens if not _is_missing(token)]
        self._missing_tokens += len(tokens) - len(present)
        return present

    def read(self) -> Iterator[Any]:
        """The values, and at the end a warning that counts what is missing.

        Raises   CorpusError if all of them are.
        """
        yield from self
        missing = []
        if self._missing_values:
            missing.append(f"{self._missing_values:,} of the {self._length:,} values of the column")
        if self._missing_tokens:
            missing.append(f"{self._missing_tokens:,} tokens of its lists")
        if not missing:
            return
        found = f"missing (None or NaN) and left out: {' and '.join(missing)}"
        if self._missing_values == self._length:
            raise CorpusError(f"{found}; is this the column of texts?")
        warn(f"{found}; drop them to be rid of this warning")


def _is_missing(value: Any) -> bool:
    if isinstance(value, str):
        return False
    return value is None or type(value).__name__ in _NAMES_OF_MISSING or (isinstance(value, float) and value != value)


def column_in(corpus: Any) -> Column | None:
    """The column that this is; None for anything else, a table of several columns for instance.

    Raises   MissingExtraError for an Arrow stream without pyarrow.
    """
    if isinstance(corpus, np.ndarray):
        return Column(len(corpus), lambda a, b: corpus[a:b].tolist()) if _holds_objects(corpus) else None
    if _is_series_of_pandas(corpus):
        return Column(len(corpus), lambda a, b: corpus.iloc[a:b].tolist())
    if hasattr(corpus, "to_list") and hasattr(corpus, "gather_every"):  # Polars
        return Column(len(corpus), lambda a, b: corpus.slice(a, b - a).to_list())
    if hasattr(corpus, "to_pylist") and hasattr(corpus, "slice") and not hasattr(corpus, "column_names"):  # pyarrow
        return Column(len(corpus), lambda a, b: corpus.slice(a, b - a).to_pylist())
    if _streams_one_column(corpus):
        return column_in(_arrow_column(corpus))
    return None


def _holds_objects(array: Any) -> bool:
    return bool(array.ndim == 1 and array.dtype == object)


def _is_series_of_pandas(corpus: Any) -> bool:
    return hasattr(corpus, "iloc") and not hasattr(corpus, "columns")


def _streams_one_column(corpus: Any) -> bool:
    """Whether this is a query of DuckDB's with one column, or a column of another library that speaks Arrow."""
    columns = getattr(corpus, "columns", None)
    if hasattr(corpus, "fetchall"):
        return isinstance(columns, list) and len(columns) == 1 and hasattr(corpus, "__arrow_c_stream__")
    return columns is None and (hasattr(corpus, "__arrow_c_array__") or hasattr(corpus, "__arrow_c_stream__"))


def _arrow_column(corpus: Any) -> Any:
    try:
        with importing():
            import pyarrow
    except ImportError:
        raise MissingExtraError(f"reading a {type(corpus).__name__}", "parquet") from None
    if hasattr(corpus, "__arrow_c_array__"):
        return pyarrow.array(corpus)
    read = pyarrow.chunked_array(corpus)
    if pyarrow.types.is_struct(read.type) and read.type.num_fields == 1:  # rows of a table
        return pyarrow.chunked_array([chunk.field(0) for chunk in read.chunks], type=read.type.field(0).type)
    return read
