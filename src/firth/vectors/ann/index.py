"""The index of approximate search: a graph of near rows, how it is searched, saved and opened, and its recall.

Shapes  V rows of D numbers, Q queries.

Only the links of the graph are kept, not the vectors: they are read from the matrix, which may be a file mapped into
memory. A query then reads a few thousand rows of it, no matter how many there are.
"""

import functools
import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import FormatError, SettingError
from firth.formats import index_file
from firth.formats.index_file import StoredIndex
from firth.formats.mapped import in_memory, mapping_of
from firth.interruption import importing
from firth.kernels.arguments import Graph
from firth.parallel import available_cores, even_parts, share_parts
from firth.vectors.ann.graph import GraphSettings, Links
from firth.vectors.exact_search import ExactSearch
from firth.vectors.ranking import Ranking, exact_cosines

__all__ = ["Index", "Recall"]

MOST_RESULTS = 1000  # for more the exact search is as fast: keeping a long beam sorted takes the time
WIDEST = 1_000_000  # rows in a beam
SAMPLED_ROWS = 64  # of the matrix, in the digest that identifies it
BEAMS_AT_ONCE = 1 << 22  # rows in the beams of all queries that are searched together: 16 MB
QUERIES_PER_THREAD = 8  # fewer are not worth starting one


class Recall(NamedTuple):
    """The share of the 10 nearest rows that an index finds, on samples."""

    words: float  # for queries by single words
    sums: float  # for sums of three, b − a + c

    @property
    def mean(self) -> float:
        """Of both kinds."""
        return (self.words + self.sums) / 2


UNMEASURED = Recall(math.nan, math.nan)


class Index:
    """Finds most of the nearest rows and reads few. `WordVectors.build_index` makes one.

    Attributes
    ----------
    recall : what it found when it was built.
    settings : how the graph was built.
    path : the file it was opened from or last saved to, or None.
    threads : of one search; None: all cores.
    matrix, inverse_norms : the vectors (V, D) and 1 / length of each (V,); read-only.
    """

    def __init__(
        self,
        matrix: Matrix,
        inverse_norms: Vector,
        links: Links,
        settings: GraphSettings,
        *,
        search_width: int,
        recall: Recall = UNMEASURED,
        path: Path | None = None,
    ) -> None:
        self.matrix = _read_only(matrix)
        self.inverse_norms = _read_only(inverse_norms)
        self._exact = ExactSearch(self.matrix, self.inverse_norms)
        self._links = Links(_read_only(links.links), _read_only(links.entries))
        self._mapping = mapping_of(links.links)
        self._numbers = _read_only(np.ascontiguousarray(matrix).reshape(-1))
        self.settings = settings
        self.search_width = search_width
        self.recall = recall
        self.path = path
        self.threads: int | None = None

    def __repr__(self) -> str:
        found = f"search width {self.search_width}, recall {self.recall.mean:.3f}"
        return f"<Index of {len(self.matrix):,} rows: {found}>"

    @property
    def search_width(self) -> int:
        """Rows in the beam of a search (ef in the paper), at least 1: more find more, and take longer.

        May be set at any time. Raises SettingError for anything but a whole number from 1 to a million.
        """
        return self._search_width

    @search_width.setter
    def search_width(self, width: int) -> None:
        if isinstance(width, bool) or not isinstance(width, int | np.integer) or not 1 <= width <= WIDEST:
            raise SettingError(f"search_width={width!r}: must be a whole number from 1 to {WIDEST:,}")
        self._search_width = int(width)

    def nearest(self, queries: NDArray[np.float64], count: int, excluded: Sequence[Sequence[int]]) -> Ranking:
        """Most of the `count` rows with the largest cosine to each query; rows that are found have exact cosines.

        Takes and returns what ExactSearch.nearest does. The exact search replaces this one for more than 1,000 rows,
        for queries of zeros, and where the graph leads to too few rows.
        """
        if self._mapping is not None:
            self._mapping.check()
        wanted = min(len(self.matrix), count + max(map(len, excluded), default=0))
        if wanted > MOST_RESULTS:
            return self._exact.nearest(queries, count, excluded)
        rows = np.empty((len(queries), count), np.int64)
        similarities = np.empty((len(queries), count), np.float64)
        at_once = max(1, BEAMS_AT_ONCE // max(self.search_width, wanted))
        for start in range(0, len(queries), at_once):
            some = slice(start, start + at_once)
            found = self._follow_links(queries[some], wanted)
            rows[some], similarities[some] = self._best_of(found, queries[some], count, excluded[some])
        return Ranking(rows, similarities)

    def _follow_links(self, queries: NDArray[np.float64], wanted: int) -> NDArray[np.int64]:
        """The best rows seen for each query (Q, wanted), padded with -1."""
        search_graph = _graph_search()
        graph = Graph(self._numbers, self.inverse_norms, *self._links)
        unit = np.ascontiguousarray(queries, np.float32)
        beams = np.empty((len(unit), max(self.search_width, wanted)), np.int32)
        found = np.empty(len(unit), np.int64)
        threads = max(1, min(self.threads or available_cores(), len(unit) // QUERIES_PER_THREAD))

        def search(parts: Iterator[slice]) -> None:
            for part in parts:
                search_graph(graph, unit[part], beams[part], found[part])

        share_parts(search, even_parts(len(unit), threads), threads)
        if len(found) and found.min() < 0:
            raise FormatError(
                self.path or "the index", "a link leads to no row; the file is damaged: build the index again"
            )
        rows = beams[:, :wanted].astype(np.int64)
        rows[np.arange(wanted) >= found[:, None]] = -1
        return rows

    def _best_of(
        self,
        found: NDArray[np.int64],
        queries: NDArray[np.float64],
        count: int,
        excluded: Sequence[Sequence[int]],
    ) -> Ranking:
        """The best of the rows found, by their exact cosines."""
        cosines = exact_cosines(self.matrix, found, queries)
        rows, similarities = Ranking.best_of(found, cosines, excluded, count)
        too_few = np.flatnonzero((found < 0).any(axis=1) | ~queries.any(axis=1))
        if len(too_few):
            own = [excluded[i] for i in too_few.tolist()]
            rows[too_few], similarities[too_few] = self._exact.nearest(queries[too_few], count, own)
        return Ranking(rows, similarities)

    # ---------------------------------------------------------------- files

    def save(self, path: str | Path) -> None:
        """Write the index to a file, atomically. `firth.load("x.firth")` finds it in "x.firth.index".

        Raises FormatError if the file cannot be written.
        """
        facts: dict[str, Any] = {
            "vectors": _identity(self.matrix),
            "links": self.settings.links,
            "build_width": self.settings.build_width,
            "seed": self.settings.seed,
            "threads": self.settings.threads,
            "search_width": self.search_width,
            "recall": self.recall,  # a list in the file
        }
        index_file.write(path, StoredIndex(self._links.entries, self.inverse_norms, self._links.links, facts))
        self.path = Path(path)

    @classmethod
    def open(cls, path: str | Path, matrix: Matrix, *, mmap: bool = True) -> Self:
        """Open an index of these vectors (V, D); without `mmap` it is read into memory.

        Raises
        ------
        FileNotFoundError : the file does not exist.
        FormatError : the file is damaged or not an index, or it belongs to other vectors.
        """
        stored = index_file.read(path)
        if not mmap:
            entries, norms, links = in_memory(stored.entries), in_memory(stored.inverse_norms), in_memory(stored.links)
            stored = StoredIndex(entries, norms, links, stored.facts)
        identity = _identity(matrix)
        built_for = stored.facts.get("vectors")
        if not isinstance(built_for, dict) or built_for != identity or len(stored.links) != len(matrix):
            raise FormatError(path, f"is the index of other vectors{_difference(built_for, identity)}; build it again "
                              "with `firth index MODEL` or vectors.build_index(path)")  # fmt: skip
        settings, search_width, recall = _read_facts(path, stored.facts)
        return cls(
            matrix, stored.inverse_norms, Links(stored.links, stored.entries), settings,
            search_width=search_width, recall=recall, path=Path(path),
        )  # fmt: skip


@functools.cache
def _graph_search() -> Callable[..., None]:
    # Not at the top of the file: exact queries should not wait 0.5 s for Numba.
    with importing():
        from firth.kernels.cpu.search.graph import search_graph
    return search_graph  # type: ignore[no-any-return]


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view


def _identity(matrix: Matrix) -> dict[str, Any]:
    """What distinguishes these vectors from others: their number and size, and a digest of a few rows."""
    rows = np.unique(np.linspace(0, max(0, len(matrix) - 1), SAMPLED_ROWS).astype(np.int64))
    sample = np.ascontiguousarray(matrix[rows[: len(matrix)]], "<f4")
    digest = hashlib.blake2b(sample.tobytes(), digest_size=16).hexdigest()
    return {"words": len(matrix), "vector_size": int(matrix.shape[1]), "sampled_rows": digest}


def _difference(built_for: object, identity: Mapping[str, Any]) -> str:
    if not isinstance(built_for, dict):
        return ""
    shapes = [f"{some.get('words')} words × {some.get('vector_size')} numbers" for some in (built_for, identity)]
    return "" if shapes[0] == shapes[1] else f" ({shapes[0]}, not {shapes[1]})"


def _read_facts(path: str | Path, facts: Mapping[str, Any]) -> tuple[GraphSettings, int, Recall]:
    try:
        settings = GraphSettings(facts["links"], facts["build_width"], facts["seed"], facts["threads"])
        search_width, recall = facts["search_width"], Recall(*facts["recall"])
        if type(search_width) is not int or not 1 <= search_width <= WIDEST:
            raise ValueError
        if not all(0 <= share <= 1 for share in recall):
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise FormatError(path, "its metadata are invalid; build the index again") from None
    return settings, search_width, recall
