"""Words that are watched while a model is trained: their neighbours, and where they are on a map."""

from contextlib import suppress
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError
from firth.plots.projection import project
from firth.vectors.alignment import best_rotation
from firth.vectors.neighbours import Neighbours
from firth.vectors.word_vectors import WordVectors

__all__ = ["Point", "Watched", "WatchedWord", "WatchedWords"]

NEIGHBOURS = 6
_ON_THE_MAP = 28  # words: the watched ones, and frequent ones
_CHOSEN = 4
_FIRST = 200  # the most frequent words of a text say little, and are left out where there are enough others


class WatchedWord(NamedTuple):
    """A word, and its nearest ones with their cosines."""

    word: str
    neighbours: Neighbours


class Point(NamedTuple):
    """A word on the map."""

    word: str
    x: float
    y: float
    watched: bool


class Watched(NamedTuple):
    """What is seen at one moment."""

    words: list[WatchedWord]
    unknown: list[str]
    points: list[Point]


class WatchedWords:
    """Looks at words of a model again and again. Each map is turned to fit the one before, so that points move little.

    words : those that the model does not have are reported. Without any, some of the model are chosen.
    """

    def __init__(self, words: list[str]) -> None:
        self._words = list(dict.fromkeys(words))
        self._shown: list[str] = []
        self._before: NDArray[np.float64] | None = None

    def look(self, vectors: WordVectors) -> Watched:
        """The words as they are now; the vocabulary is the same each time."""
        if not self._words:
            self._words = _frequent(vectors)[:_CHOSEN]
        known = [word for word in self._words if word in vectors]
        count = min(NEIGHBOURS, len(vectors) - 1)
        found = vectors.most_similar(known, count) if known and count else [Neighbours() for _ in known]
        return Watched(
            [WatchedWord(word, near) for word, near in zip(known, found, strict=True)],
            [word for word in self._words if word not in vectors],
            self._map(vectors, known),
        )

    def _map(self, vectors: WordVectors, known: list[str]) -> list[Point]:
        if not self._shown:
            self._shown = list(dict.fromkeys([*known, *_frequent(vectors)]))[:_ON_THE_MAP]
        if len(self._shown) < 2:
            return []
        points = project(vectors[self._shown].astype(np.float64), "pca", 1).points
        if self._before is not None:
            with suppress(SettingError):  # all words are still in one direction
                points = points @ best_rotation(self._before, points)
        self._before = points
        names = set(known)
        return [
            Point(word, float(x), float(y), word in names) for word, (x, y) in zip(self._shown, points, strict=True)
        ]


def _frequent(vectors: WordVectors) -> list[str]:
    enough = len(vectors) >= 4 * _FIRST
    return list(vectors.words[_FIRST if enough else 0 :][:_ON_THE_MAP])
