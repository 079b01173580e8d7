"""From the rows of a matrix to a graph of near neighbours, with the library voyager.

Source: Malkov and Yashunin 2018, arXiv:1603.09320, "hierarchical navigable small worlds". voyager builds the graph; its
lowest layer is read out of the file that it saves. The vectors in that file stay behind: our own search reads them from
the matrix.
"""

import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import MissingExtraError, SettingError
from firth.parallel import available_cores
from firth.progress import Reporter

__all__ = ["GraphSettings", "Links", "build_links"]

ENTRIES = 16  # rows of the highest layers where a search begins; 64 and 256 were no better for 400,000 × 50
BLOCK = 1 << 16  # elements of voyager's file at once
ROWS_AT_ONCE = 2000  # between two looks at Ctrl-C and the progress: 0.3 s

# voyager's file, version 1: magic and metadata; numbers about the graph; for each element of layer 0 the number of its
# links, the links, its vector and its id; then for each element the bytes of its links in higher layers, and those.
_MAGIC = struct.pack("<4sI", b"VOYA", 1)
_NUMBERS_AT = 19
_NUMBERS = struct.Struct("<6QiI3QdQ")


@dataclass(frozen=True)
class GraphSettings:
    """How a graph is built. Raises SettingError for impossible values."""

    links: int = 16  # M of the paper: a row links to at most twice as many; with 12 a search takes half as long again
    build_width: int = 100  # efConstruction of the paper: rows looked at for the links of a new one
    seed: int = 1
    threads: int | None = None  # all cores; with 1 a seed repeats every link

    def __post_init__(self) -> None:
        for name, least, most in (
            ("links", 2, 512),
            ("build_width", 2, 100_000),
            ("seed", 0, 2**31 - 1),
            ("threads", 1, 1024),
        ):
            value = getattr(self, name)
            if name == "threads" and value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                raise SettingError(f"{name}={value!r}: must be a whole number from {least} to {most:,}")


class Links(NamedTuple):
    """The graph."""

    links: NDArray[np.int32]  # (V, L) rows near each row; after the last stands -1. Zero rows have none.
    entries: NDArray[np.int32]  # (E,) rows where a search begins


def build_links(matrix: Matrix, inverse: Vector, settings: GraphSettings, reporter: Reporter) -> Links:
    """Link each row of a matrix (V, D) to near ones.

    Parameters
    ----------
    inverse : (V,) 1 / length of each row, 0 for rows of zeros, which are left out.

    Raises
    ------
    SettingError : there is nothing but zeros.
    MissingExtraError : voyager is not installed, or of a version whose files are different.
    """
    try:
        import voyager
    except ImportError:
        raise MissingExtraError("building an index", "ann") from None
    rows = np.flatnonzero(inverse)
    if not len(rows):
        raise SettingError("there are no vectors but zeros, so there is nothing to build an index of")
    index = voyager.Index(
        voyager.Space.Cosine,
        num_dimensions=matrix.shape[1],
        M=settings.links,
        ef_construction=settings.build_width,
        random_seed=settings.seed,
        max_elements=len(rows),
    )
    threads = settings.threads or available_cores()
    with reporter.stage("building the index", len(rows), "words") as stage:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            index.add_items(matrix[some] * inverse[some, None], some.tolist(), num_threads=threads)
            stage.update(start + len(some))
    with tempfile.TemporaryDirectory(prefix="firth-") as folder:
        path = Path(folder) / "graph.voyager"
        index.save(str(path))
        del index
        return _read_links(np.fromfile(path, np.uint8), len(matrix))


def _read_links(content: NDArray[np.uint8], n_rows: int) -> Links:
    """The lowest layer of a file that voyager has just written."""
    if content[: len(_MAGIC)].tobytes() != _MAGIC:
        raise MissingExtraError("building an index (this version of voyager writes an unknown file)", "ann")
    numbers = _NUMBERS.unpack(content[_NUMBERS_AT : _NUMBERS_AT + _NUMBERS.size].tobytes())
    _, _, count, size, id_at, vector_at, _, _, higher_links, _, _, _, _ = numbers
    begin = _NUMBERS_AT + _NUMBERS.size
    elements = content[begin : begin + count * size].reshape(count, size)
    rows = _column(elements, id_at, "<i8")[:, 0]
    links = np.full((n_rows, (vector_at - 4) // 4), -1, np.int32)
    for start in range(0, count, BLOCK):
        some = slice(start, start + BLOCK)
        n_links = _column(elements[some], 0, "<u4")[:, 0] & 0xFFFF
        found = _column(elements[some], 4, "<u4", links.shape[1])
        is_link = np.arange(links.shape[1]) < n_links[:, None]
        links[rows[some]] = np.where(is_link, rows[np.where(is_link, found, 0)], -1)
    layers = _higher_layers(content[begin + count * size :].tobytes(), count, 4 * (higher_links + 1))
    entries = rows[np.argsort(-layers, kind="stable")[:ENTRIES]]
    return Links(links, entries.astype(np.int32))


def _column(elements: NDArray[np.uint8], first: int, dtype: str, width: int = 1) -> NDArray[Any]:
    """The numbers of this type (n, width) that begin at byte `first` of each element."""
    stop = first + width * np.dtype(dtype).itemsize
    return np.ascontiguousarray(elements[:, first:stop]).view(dtype)


def _higher_layers(content: bytes, count: int, bytes_per_layer: int) -> NDArray[np.int64]:
    """In how many layers above the lowest each element is (count,)."""
    layers = np.zeros(count, np.int64)
    place = 0
    for i in range(count):
        size = int.from_bytes(content[place : place + 4], "little")
        layers[i] = size // bytes_per_layer
        place += 4 + size
    return layers
