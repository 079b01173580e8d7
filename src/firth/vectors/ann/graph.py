"""From the rows of a matrix to a graph of near neighbours, built by the library voyager.

Source: Malkov and Yashunin 2018, arXiv:1603.09320, "hierarchical navigable small worlds". The lowest layer is read from
the file that voyager saves (formats/voyager_file.py). The vectors in that file are dropped: our own search
(kernels/cpu/search/graph.py) reads them from the matrix.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import MissingExtraError, SettingError
from firth.formats.target import check_space
from firth.formats.voyager_file import read_graph
from firth.memory import available_memory
from firth.parallel import available_cores
from firth.progress import Reporter
from firth.threads import startable_threads

__all__ = ["GraphSettings", "Links", "build_links", "import_voyager"]

ENTRIES = 16  # rows of the highest layers where a search starts; 64 and 256 were no better for 400,000 × 50
_BESIDES = 100  # bytes that voyager has for a row besides its numbers and links: a lock, a label, an entry of a table
_THREAD = 128 << 20  # bytes of the address space that a thread takes: its stack, and what malloc sets apart for it
ROWS_AT_ONCE = 2000  # between two checks for Ctrl-C and two reports of progress: 0.3 s


@dataclass(frozen=True)
class GraphSettings:
    """How a graph is built. Raises SettingError for impossible values."""

    links: int = 16  # M of the paper: a row has at most twice as many; with 12 a search takes half as long again
    build_width: int = 100  # efConstruction of the paper: rows compared to find the links of a new one
    seed: int = 1
    threads: int | None = None  # None: all cores; with 1 thread a seed reproduces every link

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

    links: NDArray[np.int32]  # (V, L) rows near each row, then -1; rows of zeros have none
    entries: NDArray[np.int32]  # (E,) rows where a search starts


def import_voyager() -> Any:
    """The module voyager. Raises MissingExtraError where it is not installed."""
    try:
        import voyager
    except ImportError:
        raise MissingExtraError("building an index", "ann") from None
    return voyager


def build_links(matrix: Matrix, inverse_norms: Vector, settings: GraphSettings, reporter: Reporter) -> Links:
    """Link each row of a matrix (V, D) to near ones.

    Parameters
    ----------
    inverse_norms : (V,) 1 / length of each row; 0 for rows of zeros, which stay outside the graph.

    Raises
    ------
    SettingError : all rows are zeros.
    MemoryError : there is too little memory.
    MissingExtraError : voyager is not installed, or its version writes another file format.
    """
    import_voyager()
    rows = np.flatnonzero(inverse_norms)
    if not len(rows):
        raise SettingError("all vectors are zeros: an index needs at least one that is not")
    # voyager's file has the rows and up to 2 M links for each; its size is only known when all are linked.
    size = len(rows) * 4 * (matrix.shape[1] + 2 * settings.links)
    check_space(Path(tempfile.gettempdir()) / "graph", size)
    with (
        _enough_memory(len(rows), size + len(rows) * _BESIDES) as spare,
        tempfile.TemporaryDirectory(prefix="firth-") as folder,
    ):
        path = Path(folder) / "graph.voyager"
        threads = min(settings.threads or available_cores(), max(1, spare // _THREAD))
        _write_graph(path, (matrix, inverse_norms), settings, threads, reporter)
        graph = read_graph(np.fromfile(path, np.uint8), len(matrix))
    entries = graph.rows[np.argsort(-graph.layers, kind="stable")[:ENTRIES]]
    return Links(graph.links, entries.astype(np.int32))


@contextlib.contextmanager
def _enough_memory(words: int, needed: int) -> Iterator[int]:
    """Gives the bytes that are left besides those needed.

    Raises   MemoryError with a sentence: at once, if there are fewer than needed at least, or where they run out.
    """
    problem = f"there is not enough memory to index {words:,} words: it takes {needed / 1e6:,.0f} MB or more"
    if needed > (free := available_memory()):
        raise MemoryError(f"{problem}, and {free / 1e6:,.0f} MB are free")
    try:
        yield free - needed
    except MemoryError:
        raise MemoryError(problem) from None
    except RuntimeError as error:  # of voyager's: "Not enough memory"
        if "memory" not in str(error):
            raise
        raise MemoryError(problem) from None


def _write_graph(
    path: Path, rows_of: tuple[Matrix, Vector], settings: GraphSettings, threads: int, reporter: Reporter
) -> None:
    """Have voyager build a graph of the rows that are not zeros, and write its file.

    rows_of : the matrix and the inverse norms.
    """
    matrix, inverse_norms = rows_of
    voyager, rows = import_voyager(), np.flatnonzero(inverse_norms)
    # The library ends the process where a thread of its own cannot be started.
    threads = startable_threads(threads)
    index = voyager.Index(
        voyager.Space.Cosine,
        num_dimensions=matrix.shape[1],
        M=settings.links,
        ef_construction=settings.build_width,
        random_seed=settings.seed,
        max_elements=len(rows),
    )
    with reporter.stage("building the index", len(rows), "words") as stage:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            index.add_items(matrix[some] * inverse_norms[some, None], some.tolist(), num_threads=threads)
            stage.update(start + len(some))
    try:
        with path.open("wb") as file:  # the library itself would not notice that a disk is full
            index.save(file)
    except OSError as error:
        problem = f"cannot hold the graph ({error.strerror or error}): let TMPDIR name a folder with more space"
        raise OSError(error.errno, problem, tempfile.gettempdir()) from None
