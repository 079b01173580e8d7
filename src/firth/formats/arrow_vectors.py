"""Vectors as an Arrow table: what Parquet and Arrow files, data frames of Polars and queries of DuckDB have in common.

    word     string
    vector   fixed-size list of D float32 or float16; lists of any numbers are read where all have the same length
    count    int64, where counts are known

Columns with other names are read where there is no doubt: one column of strings, one of lists of numbers.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import FirthError, MissingExtraError
from firth.formats.compact_numbers import Numbers, compact
from firth.formats.growing_matrix import GrowingMatrix
from firth.formats.packed_words import PackedWords
from firth.formats.stored import StoredVectors
from firth.interruption import importing

__all__ = ["COUNT", "VECTOR", "WORD", "arrow_table", "import_pyarrow", "read_batches"]

WORD, VECTOR, COUNT = "word", "vector", "count"

# The error for a problem, in a row (from 1) or None.
Wrong: TypeAlias = Callable[[str, int | None], FirthError]


def import_pyarrow(purpose: str) -> Any:
    """The package. Raises MissingExtraError without it."""
    try:
        with importing():
            import pyarrow
    except ImportError:
        raise MissingExtraError(purpose, "parquet") from None
    return pyarrow


def arrow_table(words: Any, stored: StoredVectors, numbers: Numbers = "float32") -> Any:
    """A table of pyarrow with the vectors, which are not copied where they are float32.

    words : those of `stored`, as anything that pyarrow makes strings of.
    numbers : "float32", or "float16".

    Raises   SettingError, naming the row, where a number does not fit into float16.
    """
    pyarrow = import_pyarrow("an Arrow table")
    matrix, _ = compact(np.ascontiguousarray(stored.matrix, np.float32), numbers)
    vectors = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(matrix.ravel()), matrix.shape[1])
    columns = {WORD: pyarrow.array(words, pyarrow.string()), VECTOR: vectors}
    if stored.counts is not None:
        columns[COUNT] = pyarrow.array(stored.counts, pyarrow.int64())
    return pyarrow.table(columns)


# ---------------------------------------------------------------- reading


class _Columns(NamedTuple):
    """Indices of the columns in a schema."""

    word: int
    vector: int
    counts: int | None


def read_batches(schema: Any, batches: Iterable[Any], wrong: Wrong) -> StoredVectors:
    """The vectors of record batches with this schema.

    Raises   what `wrong` makes: for columns that are missing or of another type, a missing value, lists of different
             lengths, or numbers that are not finite in float32; with the row.
    """
    columns = _find_columns(schema, wrong)
    rows = _Rows(wrong)
    for batch in batches:
        count = None if columns.counts is None else batch.column(columns.counts)
        rows.add(batch.column(columns.word), batch.column(columns.vector), count)
    return rows.finish(columns.counts is not None)


def _find_columns(schema: Any, wrong: Wrong) -> _Columns:
    found = _Columns(
        _find(schema, WORD, _is_text, "strings", wrong),
        _find(schema, VECTOR, _is_list_of_numbers, "lists of numbers", wrong),
        None,
    )
    count = schema.get_field_index(COUNT)
    if count < 0 or count in found:
        return found
    if not import_pyarrow("an Arrow table").types.is_integer(schema.field(count).type):
        raise wrong(f"column {COUNT!r} has the type {schema.field(count).type}: must be whole numbers", None)
    return found._replace(counts=count)


def _find(schema: Any, name: str, fits: Callable[[Any], bool], kind: str, wrong: Wrong) -> int:
    """The column of this name, or the only one of the kind."""
    index: int = schema.get_field_index(name)
    if index >= 0:
        if fits(schema.field(index).type):
            return index
        raise wrong(f"column {name!r} has the type {schema.field(index).type}: must be {kind}", None)
    possible = [index for index in range(len(schema)) if fits(schema.field(index).type)]
    if len(possible) == 1:
        return possible[0]
    shown = ", ".join(f"{field.name} ({field.type})" for field in list(schema)[:8])
    shown += ", …" if len(schema) > 8 else ""
    advice = f"rename one to {name!r}"
    if not possible and name == VECTOR:
        advice = "numbers in columns of their own are read by WordVectors.from_pandas(pandas.read_parquet(path))"
    several = f"{len(possible)} columns" if possible else "no column"
    raise wrong(f"has no column {name!r}, and {several} of {kind}; the columns are {shown}: {advice}", None)


def _is_text(kind: Any) -> bool:
    types = import_pyarrow("an Arrow table").types
    kind = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _is_list_of_numbers(kind: Any) -> bool:
    types = import_pyarrow("an Arrow table").types
    is_list = types.is_fixed_size_list(kind) or types.is_list(kind) or types.is_large_list(kind)
    return bool(is_list and (types.is_floating(kind.value_type) or types.is_integer(kind.value_type)))


class _Rows:
    """Words, vectors and counts as they come."""

    def __init__(self, wrong: Wrong) -> None:
        self._wrong = wrong
        self._text = bytearray()
        self._lengths: list[NDArray[np.int64]] = []
        self._counts: list[NDArray[np.int64]] = []
        self._matrix: GrowingMatrix | None = None
        self._size = 0

    def add(self, words: Any, vectors: Any, counts: Any) -> None:
        """Some rows, as arrays of pyarrow."""
        if not len(words):
            return
        self._refuse_missing(words, WORD)
        self._refuse_missing(vectors, VECTOR)
        text, lengths = _packed(words)
        matrix = self._numbers(vectors)
        if counts is not None:
            self._refuse_missing(counts, COUNT)
            self._counts.append(self._checked_counts(counts.to_numpy(zero_copy_only=False)))
        if self._matrix is None:
            self._matrix = GrowingMatrix(self._size)
        if self._matrix.capacity < len(matrix):
            self._matrix.grow(len(matrix), 0)
        self._matrix.reserve(len(matrix))[:] = matrix
        self._text += text.data
        self._lengths.append(lengths)

    def finish(self, are_counted: bool) -> StoredVectors:
        """All rows."""
        if self._matrix is None:
            raise self._wrong("has no rows", None)
        ends = np.cumsum(np.concatenate(self._lengths))
        words = PackedWords(np.frombuffer(self._text, np.uint8), ends)
        counts = np.concatenate(self._counts) if are_counted else None
        return StoredVectors(words, self._matrix.finish(), counts)

    @property
    def _first(self) -> int:
        """The number of the next row."""
        return 1 + (0 if self._matrix is None else self._matrix.used)

    def _refuse_missing(self, column: Any, name: str) -> None:
        if column.null_count:
            row = int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
            raise self._wrong(f"the {name} is missing (null); remove the row", self._first + row)

    def _numbers(self, vectors: Any) -> Matrix:
        """The lists as float32 (n, D)."""
        lengths = _list_lengths(vectors)
        self._size = self._size or int(lengths[0])
        if (lengths != self._size).any() or not self._size:
            row = int(np.argmax(lengths != self._size)) if self._size else 0
            expected = f"instead of {self._size:,}, as in the rows before" if self._size else "must be 1 or more"
            raise self._wrong(f"{int(lengths[row]):,} numbers in the vector, {expected}", self._first + row)
        flat = vectors.flatten()
        numbers = flat.to_numpy(zero_copy_only=False)  # missing ones become NaN
        with np.errstate(over="ignore", invalid="ignore"):
            matrix: Matrix = numbers.astype(np.float32, copy=False).reshape(len(vectors), self._size)
        finite = np.isfinite(matrix).all(axis=1)
        if not finite.all():
            row = int(np.argmin(finite))
            raise self._wrong("a number that is missing, or not finite in float32", self._first + row)
        return matrix

    def _checked_counts(self, counts: NDArray[Any]) -> NDArray[np.int64]:
        if counts.min() < 0:
            row = int(np.argmin(counts))
            raise self._wrong(f"count {counts[row]}: must be 0 or more", self._first + row)
        return counts.astype(np.int64)


def _packed(words: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The bytes of strings, end to end, and how many each has."""
    pyarrow = import_pyarrow("an Arrow table")
    if pyarrow.types.is_dictionary(words.type):
        words = words.dictionary_decode()
    if pyarrow.types.is_string_view(words.type):  # not every pyarrow casts it
        words = pyarrow.array(words.to_pylist(), pyarrow.large_string())
    words = words.cast(pyarrow.large_string())
    _, offsets, text = words.buffers()
    ends = np.frombuffer(offsets, np.int64)[words.offset : words.offset + len(words) + 1]
    if text is None:  # all are empty
        return np.empty(0, np.uint8), np.zeros(len(words), np.int64)
    return np.frombuffer(text, np.uint8)[ends[0] : ends[-1]], np.diff(ends)


def _list_lengths(vectors: Any) -> NDArray[np.int64]:
    """How many numbers each list has."""
    if import_pyarrow("an Arrow table").types.is_fixed_size_list(vectors.type):
        return np.full(len(vectors), vectors.type.list_size)
    lengths: NDArray[np.int64] = np.diff(vectors.offsets.to_numpy()).astype(np.int64)
    return lengths
