"""The words nearest to the straight line between two vectors.

With both ends a and b of length 1, their half sum and half difference are orthogonal: one points to the middle of the
line, the other along it. So with `across` and `along`, the cosines of a word with the two, the nearest point of the
line has the slope along / across, and its cosine with the word is the length of (across, along).

Shapes  N candidates, D numbers per row.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firth.vectors.candidates import Candidates
from firth.vectors.exact_search import ExactSearch
from firth.vectors.neighbours import WordBetween
from firth.vectors.query import unit
from firth.vectors.ranking import exact_cosines, largest

__all__ = ["nearest_to_line"]

SHORTEST = 1e-7  # half the length of a line; below, its ends point in the same direction


def nearest_to_line(
    search: ExactSearch,
    words: Sequence[str],
    ends: NDArray[np.float64],
    count: int,
    excluded: Sequence[int],
    candidates: Candidates,
) -> list[WordBetween]:
    """The `count` words nearest to the inside of a line, best first; words nearest to one of its ends do not count.

    Parameters
    ----------
    ends : (2, D) of length 1, or 0. A zero end, or ends in the same or in opposite directions, have nothing between
        them.
    excluded : rows that must not be among the results.
    """
    middle, half = ends.sum(axis=0) / 2, (ends[1] - ends[0]) / 2
    distance, half_length = np.sqrt(middle @ middle), np.sqrt(half @ half)
    if not ends.any(axis=1).all() or min(distance, half_length) < SHORTEST or not candidates.n_rows:
        return []
    axes = unit(np.stack((middle, half)))
    steepest = half_length / distance
    across, along = search.cosines(candidates, axes.astype(np.float32))
    score, _ = _score(across, along, steepest)
    wanted = min(candidates.n_rows, count + len(excluded))
    rows = candidates.rows_at(largest(score[None], wanted)[0])
    rows = rows[~np.isin(rows, excluded)]
    twice = np.repeat(rows[:, None], 2, axis=0)
    exact = exact_cosines(search.matrix, twice, axes, np.tile([0, 1], len(rows))).reshape(-1, 2)
    similarity, position = _score(exact[:, 0], exact[:, 1], steepest)
    best = np.lexsort((rows, -similarity))[:count]
    return [
        WordBetween(words[rows[i]], float(similarity[i]), float(position[i])) for i in best if similarity[i] > -np.inf
    ]


def _score(
    across: NDArray[np.floating], along: NDArray[np.floating], steepest: float
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """The cosine with the nearest point inside the line, or minus infinity if it is an end; and its position."""
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = along / (across * steepest)  # -1 at the first end, 1 at the second
    inside = (across > 0) & (np.abs(slope) < 1)
    similarity = np.where(inside, np.minimum(np.hypot(across, along), 1), -np.inf)
    return similarity, (1 + slope) / 2
