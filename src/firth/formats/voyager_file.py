"""The graph in a file that the library voyager has written: the links of its lowest layer, and the highest rows.

Read only right after writing (vectors/ann/graph.py), never from users. The vectors in the file are not used.

Layout of version 1: magic and metadata; numbers about the graph; for each element of layer 0 its number of links, the
links, its vector and its id; then for each element the size in bytes of its links in higher layers, and those links.
"""

import struct
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import MissingExtraError

__all__ = ["VoyagerGraph", "read_graph"]

BLOCK = 1 << 16  # elements decoded at once

_MAGIC = struct.pack("<4sI", b"VOYA", 1)
_NUMBERS_START = 19  # byte
_NUMBERS = struct.Struct("<6QiI3QdQ")


class VoyagerGraph(NamedTuple):
    """The parts of the file that a search needs; V rows, of which N are in the graph."""

    links: NDArray[np.int32]  # (V, L) rows linked from each row, then -1; rows outside the graph have none
    rows: NDArray[np.int64]  # (N,) the row of each element
    layers: NDArray[np.int64]  # (N,) in how many layers above the lowest each element occurs


def read_graph(content: NDArray[np.uint8], n_rows: int) -> VoyagerGraph:
    """Decode the bytes of a file whose ids are rows in [0, n_rows). Raises MissingExtraError for another version."""
    if content[: len(_MAGIC)].tobytes() != _MAGIC:
        raise MissingExtraError("building an index (the installed version of voyager writes an unknown format)", "ann")
    numbers = _NUMBERS.unpack(content[_NUMBERS_START : _NUMBERS_START + _NUMBERS.size].tobytes())
    _, _, count, size, id_at, vector_at, _, _, higher_links, _, _, _, _ = numbers
    start = _NUMBERS_START + _NUMBERS.size
    elements = content[start : start + count * size].reshape(count, size)
    rows = _column(elements, id_at, "<i8")[:, 0]
    links = np.full((n_rows, (vector_at - 4) // 4), -1, np.int32)
    for first in range(0, count, BLOCK):
        some = slice(first, first + BLOCK)
        n_links = _column(elements[some], 0, "<u4")[:, 0] & 0xFFFF
        found = _column(elements[some], 4, "<u4", links.shape[1])
        is_link = np.arange(links.shape[1]) < n_links[:, None]
        links[rows[some]] = np.where(is_link, rows[np.where(is_link, found, 0)], -1)
    return VoyagerGraph(links, rows, _layers(content[start + count * size :].tobytes(), count, 4 * (higher_links + 1)))


def _column(elements: NDArray[np.uint8], first: int, dtype: str, width: int = 1) -> NDArray[Any]:
    """The numbers of this type (n, width) that start at byte `first` of each element."""
    stop = first + width * np.dtype(dtype).itemsize
    return np.ascontiguousarray(elements[:, first:stop]).view(dtype)


def _layers(content: bytes, count: int, bytes_per_layer: int) -> NDArray[np.int64]:
    layers = np.zeros(count, np.int64)
    position = 0
    for i in range(count):
        size = int.from_bytes(content[position : position + 4], "little")
        layers[i] = size // bytes_per_layer
        position += 4 + size
    return layers
