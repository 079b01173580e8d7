"""Keys and vectors in Firth's own file: what save() writes and load() reads, beside vectors of all other formats.

Keys that are whole numbers, attributes and their types are in the metadata, under "gensim_keys".
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, quoted, warn
from firth.formats import native
from firth.formats.detect import read_any
from firth.formats.mapped import in_memory
from firth.formats.stored import StoredVectors
from firth.gensim.key_table import KeyTable

__all__ = [
    "DERIVED",
    "check_mmap",
    "check_saving_options",
    "fill_table",
    "keys_metadata",
    "open_stored",
    "words_of",
    "writable",
]
__all__ += ["write_keys"]


DERIVED = ("count", "code", "point", "sample_int")  # attributes that a file has otherwise, or that follow from others
_LARGEST_ITEM = 1 << 16  # bytes of one value of an attribute
_SAVING: dict[str, Any] = {"separately": None, "sep_limit": 10 * 1024**2, "ignore": frozenset(), "pickle_protocol": 5}


def check_saving_options(path: Any, options: dict[str, Any]) -> None:
    """Accept gensim's options of save(), which concern pickles; warn where one is not at its default."""
    if not isinstance(path, str | Path):
        raise TypeError(f"{quoted(path)}: must be the name of a file; an open file cannot be replaced in one step")
    for name, value in options.items():
        if name not in _SAVING:
            raise TypeError(f"save() got an unexpected argument {name!r}")
        if value != _SAVING[name]:
            warn(f"save({name}={quoted(value)}) has no effect: a model is one file, without pickles")


def check_mmap(mmap: str | None) -> bool:
    """Whether arrays stay in the file, where they cannot be written to."""
    if mmap not in (None, "r"):
        raise ValueError(f"mmap={mmap!r}: must be None, or 'r' to map the file into memory")
    return mmap == "r"


def words_of(keys: list[Any]) -> list[str]:
    """Keys as the words of a file."""
    for key in keys:
        if not isinstance(key, str | int | np.integer):
            raise ValueError(f"the key {quoted(key)} is a {type(key).__name__}: a file holds strings and whole numbers")
    return [str(key) for key in keys]


def keys_metadata(table: KeyTable) -> dict[str, Any]:
    """What a file needs besides words, vectors and counts, as JSON."""
    keys = table.index_to_key
    whole: Any = [row for row, key in enumerate(keys) if not isinstance(key, str)]
    attributes = {}
    for name, array in table.expandos.items():
        if name not in DERIVED:
            kind = "object" if array.dtype == object else array.dtype.str
            attributes[name] = {"dtype": kind, "values": array.tolist()}
    return {"whole_numbers": "all" if whole and len(whole) == len(keys) else whole, "attributes": attributes}


def fill_table(table: KeyTable, stored: StoredVectors, *, mapped: bool) -> None:
    """Put the content of a file into an empty table."""
    described = stored.metadata.get("gensim_keys", {})
    keys: list[Any] = list(stored.words)
    whole = described.get("whole_numbers", [])
    for row in range(len(keys)) if whole == "all" else whole:
        keys[row] = int(keys[row])
    table.vector_size = stored.matrix.shape[1]
    table.index_to_key, table.next_index = keys, len(keys)
    table.key_to_index = {key: row for row, key in enumerate(keys)}
    table.vectors = stored.matrix if mapped else writable(stored.matrix)
    if stored.counts is not None:
        table.expandos["count"] = np.array(stored.counts, np.int64)
    for name, attribute in described.get("attributes", {}).items():
        kind = np.dtype(attribute["dtype"])
        if kind.itemsize > _LARGEST_ITEM:
            raise ValueError(f"the attribute {quoted(name)} has the type {kind}")
        table.expandos[name] = np.array(attribute["values"], kind)


def writable(array: NDArray[Any]) -> NDArray[Any]:
    """An array in memory that can be written to."""
    return in_memory(array) if array.flags.writeable else np.array(array)


def open_stored(path: str | Path) -> StoredVectors:
    """Any file of vectors. Raises FileNotFoundError, FormatError."""
    return read_any(path)


def write_keys(table: KeyTable, path: str | Path, class_name: str) -> None:
    """Write a table as a file of Firth's."""
    metadata = {"gensim_class": class_name, "gensim_keys": keys_metadata(table)}
    matrix = np.asarray(table.vectors, np.float32)
    counts = table.expandos.get("count")
    if counts is not None and counts.dtype.kind not in "iu":
        raise FormatError(path, f"counts are of the type {counts.dtype}: must be whole numbers")
    native.write(path, StoredVectors(words_of(table.index_to_key), matrix, counts, metadata=metadata))
