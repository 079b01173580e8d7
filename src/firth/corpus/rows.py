"""Things that can be iterated and are no corpus: tables, mappings and sets, and rows of them.

Iterating them gives names of columns, keys, or words in an order that changes from run to run, and a model of these
would look like any other. So they are refused, with the expression that gives the texts.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from firth.errors import CorpusError, quoted

__all__ = ["check_container", "check_item", "texts_in_rows"]

_NAMES_OF_TEXT = ("text", "content", "sentence", "body", "document", "review")
_ROWS_LOOKED_AT = 20
_WORDS_OF_TEXT = {tuple: 3, list: 5}  # mean number of words in a column of rows, from which it is taken for texts
_MOST_COLUMNS = 10


def check_container(corpus: object) -> None:
    """Raise CorpusError for a corpus that is a table, a mapping or a set."""
    kind = type(corpus).__name__
    if isinstance(corpus, Mapping):
        raise CorpusError(
            f"the corpus is a {kind}, whose keys would be the text: give its values, mapping.values(), "
            "or only those that are text"
        )
    if isinstance(corpus, set | frozenset):
        raise CorpusError(
            f"the corpus is a {kind}, whose order changes from run to run, and the model with it: give a list, "
            "sorted(texts) for instance"
        )
    columns = _columns(corpus)
    if columns:
        raise CorpusError(
            f"the corpus is a {kind}, whose column names would be the text: give one column, as in "
            f"{_one_of(corpus, _text_column(columns))}; the columns are {quoted(columns, 200)}"
        )


def check_item(item: object, position: int) -> None:
    """Raise CorpusError for an item of a corpus that is a row with named fields, or a set."""
    kind = type(item).__name__
    if isinstance(item, set | frozenset):
        raise CorpusError(
            f"item {position:,} of the corpus is a {kind}, whose order changes from run to run, and the model with it: "
            "give lists, (sorted(tokens) for tokens in sets) for instance"
        )
    fields = _fields(item)
    if fields:
        name = _text_column(fields)
        value = f"row.{name}" if hasattr(item, "_fields") else f"row[{name!r}]"
        raise CorpusError(
            f"item {position:,} of the corpus is a row ({kind}) with the fields {quoted(fields, 200)}, but texts or "
            f"lists of tokens are wanted: give one field, as in ({value} for row in rows)"
        )


def _columns(corpus: Any) -> list[str]:
    """The columns of a data frame or table (pandas, Polars, PyArrow, datasets, DuckDB); empty for anything else."""
    if any(hasattr(corpus, name) for name in ("itertuples", "iter_rows", "to_pylist", "features", "fetchall")):
        for attribute in ("column_names", "columns"):  # PyArrow's `columns` are the data
            columns = getattr(corpus, attribute, None)
            if isinstance(columns, Iterable) and not isinstance(columns, str):
                return [str(column) for column in columns]
    return []


def _one_of(corpus: Any, column: str) -> str:
    """The expression for one column of a table."""
    return f"table.select({column!r})" if hasattr(corpus, "fetchall") else f"table[{column!r}]"


def _fields(item: Any) -> list[str]:
    """The names of the fields of a row; empty for anything else."""
    if isinstance(item, Mapping) or (type(item).__name__ == "Row" and hasattr(item, "keys")):
        return [str(key) for key in item.keys()] or ["…"]  # noqa: SIM118  (iterating a Row gives its values)
    for attribute in ("_fields", "__fields__"):  # named tuples; rows of Spark
        fields = getattr(item, attribute, None)
        if isinstance(fields, tuple | list):
            return [str(field) for field in fields]
    return []


def _text_column(columns: list[str]) -> str:
    return next((name for name in _NAMES_OF_TEXT if name in columns), columns[0])


def texts_in_rows(sentences: list[Any]) -> str | None:
    """Why the first sentences of a corpus of token lists look like rows of a table, one column of which is text."""
    first = [row.tolist() if hasattr(row, "tolist") else row for row in sentences[:_ROWS_LOOKED_AT]]
    kind = tuple if first and all(isinstance(row, tuple) for row in first) else list
    if not first or not all(isinstance(row, kind) and len(row) == len(first[0]) for row in first):
        return None
    if len(first[0]) > _MOST_COLUMNS:
        return None
    for column, cell in enumerate(first[0]):
        cells = [row[column] for row in first]
        if all(isinstance(cell, str) for cell in cells):
            words = sum(len(cell[:1000].split()) for cell in cells) / len(cells)
            if words >= _WORDS_OF_TEXT[kind]:
                return (
                    f"sentence 0 is {quoted(first[0], 200)}: in a list of tokens, {quoted(cell)} is one word. If the "
                    f"lists are rows of a table, give the texts: (row[{column}] for row in rows)"
                )
    return None
