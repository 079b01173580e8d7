"""A sum of words in two dimensions: its words, the sum itself and other words, in the plane that fits them best.

Words have length 1 here, as in `WordVectors.most_similar`. So "king − man + woman" is the fourth corner of a
parallelogram, whatever the plane; the plane through three words shows it without distortion.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.plots.canvas import finite_vectors
from firth.plots.projection import principal_plane
from firth.vectors.query import unit
from firth.vectors.word_vectors import WordVectors

__all__ = ["SumPlane", "sum_plane"]

_SPANNING = 3  # words that have a plane of their own


class SumPlane(NamedTuple):
    """Where everything is in the plane.

    words : (n, 2), those of the sum.   total : (2,), the sum.   others : (m, 2).
    """

    words: NDArray[np.float64]
    total: NDArray[np.float64]
    others: NDArray[np.float64]


def sum_plane(vectors: WordVectors, words: Sequence[str], signs: Sequence[int], others: Sequence[str]) -> SumPlane:
    """The plane of a sum.

    It is the one in which the words of the sum vary most, or all words together if the sum has fewer than three.

    Parameters
    ----------
    words, signs : of the sum: 1 adds the word, -1 subtracts it.
    others : words to show with them.

    Raises
    ------
    UnknownWordError : a word is not in the vocabulary.
    SettingError : numbers that are not finite.
    """
    listed = [*words, *others]
    units = unit(finite_vectors(vectors, listed))
    own = units[: len(words)]
    plane = principal_plane(own if len(set(words)) >= _SPANNING else units)
    points = plane.place(units)
    return SumPlane(points[: len(words)], plane.place(np.asarray(signs, np.float64) @ own), points[len(words) :])
