"""Vectors of sentences: means of their words' vectors, rare words weighing more, less what all have in common.

Source  Arora, Liang and Ma 2017, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings",
        algorithm 1 (SIF: smooth inverse frequency).
Shapes  S sentences, D numbers per vector.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Vector
from firth.errors import SettingError

__all__ = ["Weighed", "common_component", "split_sentences", "sentence_means", "smooth_inverse", "without_component"]

WORDS_AT_ONCE = 1 << 14  # 13 MB of vectors of 100 numbers

Weighed = tuple[Vector, float]  # a word's vector and weight


def split_sentences(sentences: Iterable[str | Sequence[str]]) -> list[Sequence[str]]:
    """Sentences as lists of words; a string is split at blanks.

    Raises SettingError where something is neither.
    """
    if isinstance(sentences, str) or not isinstance(sentences, Iterable):
        raise SettingError(f"{sentences!r}: must be a list of sentences, each a string or a list of words")
    split = [sentence.split() if isinstance(sentence, str) else sentence for sentence in sentences]
    for i, words in enumerate(split):
        if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
            raise SettingError(f"sentences[{i}] is {words!r}: must be a string or a list of words")
    return split


def smooth_inverse(sif: Any) -> Callable[[float], float]:
    """The weight a / (a + p) of a word that makes up the share p of all text; `sif` is a.

    Raises SettingError unless a is a finite number above 0.
    """
    if isinstance(sif, bool) or not isinstance(sif, int | float | np.number) or not 0 < sif < math.inf:
        raise SettingError(f"sif={sif!r}: must be a number above 0, such as 1e-3, or None for plain means")
    a = float(sif)
    return lambda share: a / (a + share)


def sentence_means(
    sentences: Sequence[Sequence[str]], look_up: Callable[[str], Weighed | None], size: int
) -> NDArray[np.float64]:
    """The weighted sum of each sentence's vectors, divided by its number of words (S, D).

    Words that `look_up` does not know are not counted; a sentence without known words is zeros.
    """
    means = np.zeros((len(sentences), size), np.float64)
    for first, last in _stretches(sentences):
        lines: dict[str, int] = {}
        known: list[Weighed] = []
        ids: list[int] = []
        lengths: list[int] = []
        for sentence in sentences[first:last]:
            before = len(ids)
            for word in sentence:
                line = lines.get(word)
                if line is None:
                    weighed = look_up(word)
                    line = lines[word] = -1 if weighed is None else len(known)
                    known += [] if weighed is None else [weighed]
                if line >= 0:
                    ids.append(line)
            lengths.append(len(ids) - before)
        if ids:
            vectors = np.array([vector for vector, _ in known], np.float64) * np.array([[w] for _, w in known])
            length = np.array(lengths)
            used = length > 0
            sums = np.add.reduceat(vectors[ids], (np.cumsum(length) - length)[used])
            means[first:last][used] = sums / length[used, None]
    return means


def _stretches(sentences: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """Where stretches of sentences with a bounded number of words begin and end."""
    first = words = 0
    for i, sentence in enumerate(sentences):
        if words and words + len(sentence) > WORDS_AT_ONCE:
            yield first, i
            first, words = i, 0
        words += len(sentence)
    yield first, len(sentences)


def common_component(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """The direction (D,) of length 1 that most of the vectors (S, D) share: their first right singular vector.

    Raises SettingError with fewer than 2 sentences that have any known word: one sentence has
    nothing in common with others.
    """
    doubles = np.asarray(vectors, np.float64)
    if np.count_nonzero(doubles.any(axis=1)) < 2:
        raise SettingError(
            "the common component needs at least 2 sentences with known words: give more, "
            "or common= a vector from other sentences, or common=False to keep it"
        )
    _, axes = np.linalg.eigh(doubles.T @ doubles)
    component: NDArray[np.float64] = axes[:, -1]
    return component


def without_component(vectors: NDArray[np.float64], component: NDArray[np.float64]) -> NDArray[np.float64]:
    """The vectors (S, D) less their projections on a direction (D,) of length 1."""
    return vectors - np.outer(vectors @ component, component)
