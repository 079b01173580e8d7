"""The words nearest to the straight line between two vectors.

With both ends a and b of length 1, their half sum and half difference are at right angles: one
points to the middle of the line, the other along it. So with `across` and `along`, the cosines of a
word with the two, the nearest point of the line is seen under the slope along / across, and its
cosine with the word is the length of (across, along).

Shapes  N rows that are searched, D numbers per row.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.vectors.candidates import SearchedRows
from firth.vectors.neighbours import exact_cosines
from firth.vectors.query import unit
from firth.vectors.ranking import largest

__all__ = ["WordBetween", "nearest_to_line"]

NO_LINE = 1e-7  # half a length; shorter, the ends point the same way, or opposite ways


class WordBetween(NamedTuple):
    """A word near the line from one word to another.

    similarity : its cosine with the nearest point of the line, in (0, 1].
    position : where on the line that point is, from 0 (the first word) to 1 (the second).
    """

    word: str
    similarity: float
    position: float


def nearest_to_line(
    searched: SearchedRows,
    words: Sequence[str],
    ends: NDArray[np.float64],
    count: int,
    left_out: Sequence[int],
) -> list[WordBetween]:
    """The `count` words nearest to the inside of a line, best first; those nearest to an end are none of them.

    Parameters
    ----------
    ends : (2, D) of length 1, or 0: there is no inside then, nor between ends that point the same
        way or opposite ways.
    left_out : rows that are no answers.
    """
    middle, half = ends.sum(axis=0) / 2, (ends[1] - ends[0]) / 2
    distance, half_length = np.sqrt(middle @ middle), np.sqrt(half @ half)
    if not ends.any(axis=1).all() or min(distance, half_length) < NO_LINE or not searched.n_rows:
        return []
    axes = unit(np.stack((middle, half)))
    steepest = half_length / distance
    across, along = searched.cosines(axes.astype(np.float32))
    score, _ = _score(across, along, steepest)
    wanted = min(searched.n_rows, count + len(left_out))
    rows = searched.rows_at(largest(score[None], wanted)[0])
    rows = rows[~np.isin(rows, left_out)]
    both = np.repeat(rows[:, None], 2, axis=0)
    exact = exact_cosines(searched.matrix, both, axes, np.tile([0, 1], len(rows))).reshape(-1, 2)
    similarity, position = _score(exact[:, 0], exact[:, 1], steepest)
    best = np.lexsort((rows, -similarity))[:count]
    return [
        WordBetween(words[rows[i]], float(similarity[i]), float(position[i])) for i in best if similarity[i] > -np.inf
    ]


def _score(
    across: NDArray[np.floating], along: NDArray[np.floating], steepest: float
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Cosine with the nearest point inside the line, or minus infinity where there is none; and its position."""
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = along / (across * steepest)  # -1 at the first end, 1 at the second
    inside = (across > 0) & (np.abs(slope) < 1)
    similarity = np.where(inside, np.minimum(np.hypot(across, along), 1), -np.inf)
    return similarity, (1 + slope) / 2
