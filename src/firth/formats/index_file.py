"""The file of an index for approximate search, `MODEL.index`: one safetensors file, mapped into memory, not read.

Tensors
    entries          I32  (E,)     rows where a search begins
    inverse_norms    F32  (V,)     1 / length of each row of the vectors
    links            I32  (V, L)   for each row, near ones, then -1

Metadata: "format" is "firth-index", "version" a whole number, "facts" a JSON object (see vectors/ann/index.py).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Vector
from firth.errors import FormatError
from firth.formats.atomic import atomic_write
from firth.formats.mapped import map_file
from firth.formats.tensor_file import TensorFile, write_tensors

__all__ = ["StoredIndex", "read", "write"]

FORMAT = "firth-index"
VERSION = 1
_TYPES = {"entries": "I32", "inverse_norms": "F32", "links": "I32"}


class StoredIndex(NamedTuple):
    """What the file holds. The arrays are read-only."""

    entries: NDArray[np.int32]  # (E,)
    inverse_norms: Vector  # (V,)
    links: NDArray[np.int32]  # (V, L)
    facts: Mapping[str, Any]  # how it was built, and for which vectors


def write(path: str | Path, stored: StoredIndex) -> None:
    """Write the file, atomically. Raises FormatError if the file cannot be written."""
    arrays = {"entries": stored.entries, "inverse_norms": stored.inverse_norms, "links": stored.links}
    metadata = {"format": FORMAT, "version": str(VERSION), "facts": json.dumps(dict(stored.facts))}
    with atomic_write(path) as file:
        write_tensors(file, arrays, _TYPES, metadata)


def read(path: str | Path) -> StoredIndex:
    """Map an index into memory.

    Raises
    ------
    FileNotFoundError : the file does not exist.
    FormatError : the file is damaged, something else, or of another version.
    """
    path = Path(path)
    tensors = TensorFile(path, map_file(path))
    facts = _facts(path, tensors.metadata)
    tensors.check(_TYPES)
    entries = tensors.array("entries", "I32", 1)
    norms = tensors.array("inverse_norms", "F32", 1)
    links = tensors.array("links", "I32", 2)
    if len(links) != len(norms) or not len(entries) or entries.min() < 0 or entries.max() >= len(links):
        raise FormatError(path, "its parts do not fit together; the file is damaged: build the index again")
    return StoredIndex(entries, norms, links, facts)


def _facts(path: Path, metadata: object) -> dict[str, Any]:
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
        raise FormatError(path, f"is not an index of Firth's: its metadata lack format {FORMAT!r}")
    version = metadata.get("version")
    if version != str(VERSION):
        raise FormatError(
            path, f"is an index of version {version!r}, and this Firth knows version {VERSION}: build the index again"
        )
    try:
        facts = json.loads(metadata["facts"])
    except (KeyError, TypeError, ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        raise FormatError(path, "does not say what it was built for; the file is damaged: build the index again")
    return facts
