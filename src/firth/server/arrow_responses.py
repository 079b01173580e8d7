"""Results as a stream of Arrow: one row for each query, in columns of the names that JSON has.

    word, sentence          string
    positive, negative      list of strings
    vector                  fixed-size list of D float32, as the model has them
    neighbours              list of structs of word and similarity, a float64 as computed

Vectors and neighbours of queries with unknown words are null. The metadata of the schema name the model.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from starlette.responses import Response

from firth.formats.arrow_vectors import import_pyarrow
from firth.server.media_types import ARROW
from firth.vectors.neighbours import Neighbour

__all__ = ["neighbours_as_arrow", "vectors_as_arrow"]


def vectors_as_arrow(
    model: str, key: str, texts: Sequence[str], vectors: Sequence[np.ndarray[Any, Any] | None], size: int
) -> Response:
    """Texts in the column `key`, and their vectors (size,)."""
    pyarrow = import_pyarrow("Arrow responses")
    numbers = np.zeros((len(vectors), size), np.float32)
    for row, vector in zip(numbers, vectors, strict=True):
        if vector is not None:
            row[:] = vector
    missing = pyarrow.array([vector is None for vector in vectors], pyarrow.bool_())
    column = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(numbers.ravel()), size, mask=missing)
    return _response(pyarrow, model, {key: _strings(pyarrow, texts), "vector": column})


def neighbours_as_arrow(
    model: str, queries: Sequence[dict[str, Any]], found: Sequence[Sequence[Neighbour] | None]
) -> Response:
    """The fields of each query and its neighbours."""
    pyarrow = import_pyarrow("Arrow responses")
    columns = {}
    for name, first in queries[0].items():
        values = [query[name] for query in queries]
        columns[name] = (
            _strings(pyarrow, values)
            if isinstance(first, str)
            else _lists(pyarrow, values, _strings(pyarrow, list(chain(*values))))
        )
    known = [one for some in found if some is not None for one in some]
    similarities = pyarrow.array([similarity for _, similarity in known], pyarrow.float64())
    records = pyarrow.StructArray.from_arrays(
        [_strings(pyarrow, [word for word, _ in known]), similarities], ["word", "similarity"]
    )
    columns["neighbours"] = _lists(pyarrow, found, records)
    return _response(pyarrow, model, columns)


def _lists(pyarrow: Any, lists: Sequence[Sequence[Any] | None], values: Any) -> Any:
    """Values in lists of these lengths, some of which are null."""
    ends = np.cumsum([0, *(len(one or ()) for one in lists)]).tolist()
    offsets = [None if one is None else begin for one, begin in zip(lists, ends[:-1], strict=True)]
    return pyarrow.ListArray.from_arrays(pyarrow.array([*offsets, ends[-1]], pyarrow.int32()), values)


def _strings(pyarrow: Any, texts: Sequence[str]) -> Any:
    """A column of strings. Half a surrogate pair, which Arrow cannot have, becomes an escape."""
    encoded = [text.encode("utf-8", "backslashreplace").decode() for text in texts]
    return pyarrow.array(encoded, pyarrow.string())


def _response(pyarrow: Any, model: str, columns: dict[str, Any]) -> Response:
    name = model.encode("utf-8", "backslashreplace")
    table = pyarrow.table(columns).replace_schema_metadata({b"model": name})
    stream = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    return Response(stream.getvalue().to_pybytes(), media_type=ARROW)
