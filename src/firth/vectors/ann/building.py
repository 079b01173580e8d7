"""Building an index that reaches a given recall: the graph, and how wide it has to be searched.

Shapes  V rows of D numbers.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError
from firth.formats.target import check_target
from firth.progress import ProgressOption, open_progress
from firth.vectors.ann.graph import GraphSettings, build_links, import_voyager
from firth.vectors.ann.index import Index, Recall
from firth.vectors.exact_search import ExactSearch
from firth.vectors.query import unit

__all__ = ["build_index", "check_index_options"]

COUNT = 10  # recall is that of the 10 nearest
SAMPLE = 500  # words, and as many sums, that determine the width, and as many others that measure its recall
NARROWEST, WIDEST = 16, 1600  # a search of 1600 takes as long as an exact one of 400,000 × 50
STEP = 1.15  # between two widths


def check_index_options(path: str | Path | None, recall: float) -> None:
    """Raise what building or saving an index would raise at its end, or after its vectors are read.

    path : where it will be saved; None: nowhere.

    Raises   SettingError if the recall is impossible; MissingExtraError; FormatError or OSError if it cannot be saved.
    """
    if isinstance(recall, bool) or not isinstance(recall, int | float) or not 0 < recall < 1:
        raise SettingError(f"recall={recall!r}: must be above 0 and below 1; use the exact search to find everything")
    import_voyager()
    if path is not None:
        check_target(path)


def build_index(
    matrix: Matrix,
    inverse_norms: Vector,
    recall: float,
    settings: GraphSettings,
    progress: ProgressOption = False,
) -> Index:
    """An index of the rows of a matrix (V, D) with the narrowest search that reaches the recall.

    The width is chosen on one sample of queries and `Index.recall` measured on another, so that it is unbiased.

    Parameters
    ----------
    inverse_norms : (V,) 1 / length of each row.
    recall : the share of the 10 nearest rows to find (check_index_options() has its limits): the mean over single words
        and over sums of three, which are farther from all rows and harder. If even the widest search finds less, it is
        used, and `Index.recall` says so.

    Raises
    ------
    SettingError : all rows are zeros.
    MissingExtraError : voyager is not installed.
    """
    with open_progress(progress) as reporter:
        links = build_links(matrix, inverse_norms, settings, reporter)
    index = Index(matrix, inverse_norms, links, settings, search_width=WIDEST)
    random = np.random.default_rng(settings.seed)
    rows = random.permutation(np.flatnonzero(inverse_norms))[: 2 * SAMPLE]
    middle = len(rows) // 2 if len(rows) == 2 * SAMPLE else 0  # few rows serve as both samples
    search = ExactSearch(matrix, inverse_norms)
    index.search_width = _narrowest(index, _Sample(search, rows[middle:], random), recall)
    index.recall = _Sample(search, rows[: middle or None], random).recall(index)
    return index


class _Sample:
    """Queries by single words and by sums of words, with their exact results."""

    def __init__(self, search: ExactSearch, rows: NDArray[np.int64], random: np.random.Generator) -> None:
        matrix = search.matrix
        self._count = min(COUNT, len(matrix) - 1)
        if self._count == 0:  # one row only
            return
        units = unit(matrix[rows].astype(np.float64))
        words = _Queries(search, units, rows[:, None].tolist(), self._count)
        # b − a + c with c near a, as in "king − man + woman"
        near = words.exact.rows[np.arange(len(rows)), random.integers(0, self._count, len(rows))]
        sums = unit(np.roll(units, 1, axis=0) - units + unit(matrix[near].astype(np.float64)))
        own_rows = np.stack([np.roll(rows, 1), rows, near], axis=1).tolist()
        most = min(COUNT, max(1, len(matrix) - 3))
        self._kinds = words, _Queries(search, sums, own_rows, most)

    def recall(self, index: Index) -> Recall:
        """The share of the exact results that an index finds."""
        if self._count == 0:
            return Recall(1.0, 1.0)
        return Recall(*(kind.recall(index) for kind in self._kinds))


class _Queries:
    """Queries of one kind: directions (Q, D), and for each the rows excluded from its results."""

    def __init__(
        self, search: ExactSearch, directions: NDArray[np.float64], excluded: list[list[int]], count: int
    ) -> None:
        self._directions = directions
        self._excluded = excluded
        self.exact = search.nearest(directions, count, excluded)

    def recall(self, index: Index) -> float:
        """The share of the nearest rows that an index finds; rows exactly as near as the last of them count, too."""
        found = index.nearest(self._directions, self.exact.rows.shape[1], self._excluded)
        return float(np.mean(found.similarities >= self.exact.similarities[:, -1:]))


def _narrowest(index: Index, sample: _Sample, recall: float) -> int:
    """The smallest width that reaches the recall with a margin of a tenth of what may be missed."""
    steps = int(np.log(WIDEST / NARROWEST) / np.log(STEP))
    widths = [round(NARROWEST * STEP**i) for i in range(steps + 1)] + [WIDEST]
    low, high = 0, len(widths) - 1
    while low < high:  # recall grows with the width
        middle = (low + high) // 2
        index.search_width = widths[middle]
        if sample.recall(index).mean >= recall + (1 - recall) / 10:
            high = middle
        else:
            low = middle + 1
    return widths[low]
