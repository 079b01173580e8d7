"""Building an index that finds as much as is asked for: the graph, and how wide it has to be searched.

Shapes  V rows of D numbers.
"""

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError
from firth.progress import ProgressOption, open_progress
from firth.vectors.ann.graph import GraphSettings, build_links
from firth.vectors.ann.index import Index, Recall
from firth.vectors.candidates import SearchedRows
from firth.vectors.neighbours import nearest
from firth.vectors.query import unit

__all__ = ["build_index"]

COUNT = 10  # recall is that of the 10 nearest
SAMPLE = 500  # words, and as many sums, that decide the width, and as many others that judge it
NARROWEST, WIDEST = 16, 1600  # a search of 1600 takes as long as an exact one of 400,000 × 50
STEP = 1.15  # between two widths


def build_index(
    matrix: Matrix, inverse: Vector, recall: float, settings: GraphSettings, progress: ProgressOption = False
) -> Index:
    """An index of the rows of a matrix (V, D) with the narrowest search that finds enough.

    The width is chosen on one sample of questions and judged on another, so that `Index.recall` is no flattery.

    Parameters
    ----------
    inverse : (V,) 1 / length of each row.
    recall : the share of the 10 nearest rows to find, above 0 and below 1: the mean of single words and of sums of
        three, which lie farther from all rows and are harder. Where even the widest search finds less, it is used,
        and `Index.recall` says so.

    Raises
    ------
    SettingError : an option has an impossible value, or all rows are zeros.
    MissingExtraError : voyager is not installed.
    """
    if isinstance(recall, bool) or not isinstance(recall, int | float) or not 0 < recall < 1:
        raise SettingError(f"recall={recall!r}: must be above 0 and below 1; for everything ask the exact search")
    with open_progress(progress) as reporter:
        links = build_links(matrix, inverse, settings, reporter)
    index = Index(matrix, inverse, links, settings, search_width=WIDEST)
    random = np.random.default_rng(settings.seed)
    rows = random.permutation(np.flatnonzero(inverse))[: 2 * SAMPLE]
    middle = len(rows) // 2 if len(rows) == 2 * SAMPLE else 0  # few rows serve for both
    index.search_width = _narrowest(index, _Questions(matrix, inverse, rows[middle:], random), recall)
    index.recall = _Questions(matrix, inverse, rows[: middle or None], random).recall(index)
    return index


class _Questions:
    """Words and sums of words, with their exact answers."""

    def __init__(self, matrix: Matrix, inverse: Vector, rows: NDArray[np.int64], random: np.random.Generator) -> None:
        self._count = min(COUNT, len(matrix) - 1)
        if self._count == 0:  # one row only
            return
        units = unit(matrix[rows].astype(np.float64))
        words = _Kind(units, rows[:, None].tolist(), matrix, inverse, self._count)
        # b − a + c with c near a, as in "king − man + woman"
        near = words.exact.rows[np.arange(len(rows)), random.integers(0, self._count, len(rows))]
        sums = unit(np.roll(units, 1, axis=0) - units + unit(matrix[near].astype(np.float64)))
        asked = np.stack([np.roll(rows, 1), rows, near], axis=1).tolist()
        most = min(COUNT, max(1, len(matrix) - 3))
        self._kinds = words, _Kind(sums, asked, matrix, inverse, most)

    def recall(self, index: Index) -> Recall:
        """The share of the answers that an index finds."""
        if self._count == 0:
            return Recall(1.0, 1.0)
        return Recall(*(kind.recall(index) for kind in self._kinds))


class _Kind:
    """Questions of one kind: directions (Q, D), and for each the rows that are no answers."""

    def __init__(
        self, queries: NDArray[np.float64], left_out: list[list[int]], matrix: Matrix, inverse: Vector, count: int
    ) -> None:
        self._queries = queries
        self._left_out = left_out
        self.exact = nearest(SearchedRows(matrix, inverse), queries, count, left_out)

    def recall(self, index: Index) -> float:
        """The share of the nearest rows that an index finds; rows exactly as near as the last of them count, too."""
        found = index.nearest(self._queries, self.exact.rows.shape[1], self._left_out)
        return float(np.mean(found.similarities >= self.exact.similarities[:, -1:]))


def _narrowest(index: Index, questions: _Questions, recall: float) -> int:
    """The least width that finds enough, with a tenth of what may be missed to spare."""
    steps = int(np.log(WIDEST / NARROWEST) / np.log(STEP))
    widths = [round(NARROWEST * STEP**i) for i in range(steps + 1)] + [WIDEST]
    low, high = 0, len(widths) - 1
    while low < high:  # recall grows with the width
        middle = (low + high) // 2
        index.search_width = widths[middle]
        if questions.recall(index).mean >= recall + (1 - recall) / 10:
            high = middle
        else:
            low = middle + 1
    return widths[low]
