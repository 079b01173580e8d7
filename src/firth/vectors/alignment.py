"""Aligning one model with another, to see how words moved between two texts or two periods.

The spaces of two trained models are rotated against each other, even if both read the same text: only angles within a
model mean something. A rotation changes none of them, so the best rotation of one model onto the other makes the two
comparable, word by word.

Shapes  S anchor words, in both vocabularies, that the rotation is fitted to; D numbers per vector.

Sources  Schönemann 1966, "A generalized solution of the orthogonal Procrustes problem", Psychometrika 31 (1)
         Hamilton, Leskovec and Jurafsky 2016, "Diachronic word embeddings reveal statistical laws of semantic change",
         arXiv:1605.09096
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.errors import SettingError
from firth.interruption import blas
from firth.vectors.expected import check_vectors
from firth.vectors.given import check_whole, listed_words
from firth.vectors.neighbours import Neighbour
from firth.vectors.query import unit
from firth.vectors.word_vectors import WordVectors

__all__ = ["Alignment", "WordChange", "WordComparison", "align", "best_rotation"]

Doubles: TypeAlias = NDArray[np.float64]

SINGULAR = 1e-9  # a singular value so much smaller than the largest: the words do not span that direction
WORDS_AT_ONCE = 100_000  # whose vectors are compared in float64 at a time


class WordChange(NamedTuple):
    """A word and how far it moved: 1 − the cosine of its two vectors after the alignment, in [0, 2]."""

    word: str
    change: float


class WordComparison(NamedTuple):
    """One word in both models."""

    word: str
    first: list[Neighbour] | None  # its neighbours in the first model; None if it is unknown there
    second: list[Neighbour] | None
    overlap: float | None  # neighbours in both lists / neighbours in either (Jaccard); None without both
    cosine: float | None  # of its two vectors after the alignment; None without both


@dataclass(frozen=True, eq=False)
class Alignment:
    """Two models in one space. `firth.align` makes one."""

    first: WordVectors
    aligned: WordVectors  # the second model, rotated; the same words
    rotation: Doubles  # (D, D) orthogonal: aligned.matrix = second.matrix @ rotation
    anchors: list[str]  # (S,) the words that the rotation was fitted to
    shared: list[str]  # all words in both vocabularies, the most frequent first
    changes: Doubles  # how far each of them moved: 1 − cosine after the alignment, in [0, 2]

    def __repr__(self) -> str:
        return f"<Alignment of {len(self.shared):,} shared words, fitted to {len(self.anchors):,}>"

    def most_changed(self, count: int = 10, *, top: int | None = None, min_count: int = 0) -> list[WordChange]:
        """The words that moved farthest, farthest first.

        Parameters
        ----------
        count : at least 1.
        top : consider only this many shared words, the most frequent ones; None: all.
        min_count : consider only words that occur at least this often in both texts.

        Raises
        ------
        SettingError : an option has an impossible value, or `min_count` is given and a model has no counts.
        """
        return self._ordered(-self.changes, count, top, min_count)

    def least_changed(self, count: int = 10, *, top: int | None = None, min_count: int = 0) -> list[WordChange]:
        """The words that moved least, the one that moved least first; otherwise as `most_changed`."""
        return self._ordered(self.changes, count, top, min_count)

    def _ordered(self, keys: Doubles, count: int, top: int | None, min_count: int) -> list[WordChange]:
        check_whole("count", count)
        chosen = _frequent_enough(self.first, self.aligned, self.shared, top, min_count)
        order = chosen[np.argsort(keys[chosen], kind="stable")[:count]]
        return [WordChange(self.shared[i], float(self.changes[i])) for i in order]

    def compare(self, words: Sequence[str], count: int = 10) -> list[WordComparison]:
        """The neighbours of each word in both models, their overlap, and the cosine of the word after the alignment.

        Neighbours are searched among all words of each model.

        Raises
        ------
        UnknownWordError : a word is in neither model.
        SettingError : `words` is a single string, or `count` is below 1.
        """
        return [self._compare(word, count) for word in listed_words(words)]

    def _compare(self, word: str, count: int) -> WordComparison:
        if word not in self.first and word not in self.aligned:
            self.first.word_id(word)  # raises, with near spellings
        first = self.first.most_similar(word, count) if word in self.first else None
        second = self.aligned.most_similar(word, count) if word in self.aligned else None
        if first is None or second is None:
            return WordComparison(word, first, second, None, None)
        ours, theirs = {near.word for near in first}, {near.word for near in second}
        overlap = len(ours & theirs) / len(ours | theirs) if ours | theirs else 1.0
        cosine = float(np.dot(*(unit(model[word].astype(np.float64)) for model in (self.first, self.aligned))))
        return WordComparison(word, first, second, overlap, max(-1.0, min(1.0, cosine)))


def align(
    first: WordVectors,
    second: WordVectors,
    words: Sequence[str] | None = None,
    *,
    top: int | None = None,
    min_count: int = 0,
) -> Alignment:
    """Rotate the second model so that shared words come as close as possible to where they are in the first.

    The rotation is the orthogonal matrix (it may reflect, too) that maximises the sum of the cosines between the two
    vectors of each anchor word: rows are scaled to length 1, but their mean is not subtracted, because similarity is
    measured from the origin. Angles and lengths within the second model do not change.

    Parameters
    ----------
    words : the anchors: words that should not move. None: all shared words.
    top : only this many shared words are anchors, the most frequent ones; the frequency rank of a word is that in the
        model where it is rarer. 5,000 or fewer often do as well as all.
    min_count : only words that occur at least this often in both texts are anchors.

    Raises
    ------
    UnknownWordError : a word of `words` is not in both models.
    SettingError : one is not WordVectors, their vectors have different sizes, or they share too few words to
        determine a rotation.

    Examples
    --------
    >>> alignment = firth.align(victorian, modern, min_count=50)  # doctest: +SKIP
    >>> alignment.most_changed(3)  # doctest: +SKIP
    """
    for model in (first, second):
        check_vectors(model)
    if first.vector_size != second.vector_size:
        raise SettingError(
            f"vectors of {first.vector_size} and of {second.vector_size} numbers cannot be aligned: "
            "train both models with the same vector_size"
        )
    shared = _shared_words(first, second)
    if words is None:
        anchors = [shared[i] for i in _frequent_enough(first, second, shared, top, min_count)]
    elif top is not None or min_count:
        raise SettingError("give either words or top= and min_count=, not both: words are the anchors already")
    else:
        anchors = listed_words(words)
    rotation = best_rotation(_units(first, anchors), _units(second, anchors))
    with blas:
        matrix = second.matrix @ rotation.astype(np.float32)
    aligned = WordVectors(second.words, matrix, second.counts, metadata=second.metadata)
    return Alignment(first, aligned, rotation, anchors, shared, _changes(first, aligned, shared))


@blas
def best_rotation(first: Doubles, second: Doubles) -> Doubles:
    """The orthogonal matrix (D, D) for which `second @ rotation` is nearest to `first`, both (S, D).

    Source: Schönemann 1966, equation 2.13. Raises SettingError if many rotations are equally good.
    """
    size = first.shape[1]
    left, strengths, right = np.linalg.svd(second.T @ first)
    if len(first) < size or not strengths[-1] > SINGULAR * strengths[0]:
        raise SettingError(
            f"{len(first):,} anchor words for vectors of {size} numbers do not determine a rotation: "
            f"at least {size} words in different directions are needed"
        )
    rotation: Doubles = left @ right
    return rotation


def _units(vectors: WordVectors, words: Sequence[str]) -> Doubles:
    return unit(vectors[list(words)].astype(np.float64)).reshape(len(words), vectors.vector_size)


def _shared_words(first: WordVectors, second: WordVectors) -> list[str]:
    """Words in both vocabularies, ordered by the larger of their two ranks."""
    words = [word for word in first.words if word in second]
    ranks = np.maximum(first.word_ids(words), second.word_ids(words)) if words else np.zeros(0, np.int64)
    return [words[i] for i in np.argsort(ranks, kind="stable")]


def _frequent_enough(
    first: WordVectors, second: WordVectors, shared: Sequence[str], top: int | None, min_count: int
) -> NDArray[np.int64]:
    """Indices of the shared words that `top` and `min_count` select."""
    if top is not None:
        check_whole("top", top)
    check_whole("min_count", min_count, least=0)
    chosen = np.arange(len(shared))[:top]
    if min_count:
        if first.counts is None or second.counts is None:
            raise SettingError(f"min_count={min_count}: the models have no counts; use top=")
        words = [shared[i] for i in chosen]
        counts = np.minimum(first.counts[first.word_ids(words)], second.counts[second.word_ids(words)])
        chosen = chosen[counts >= min_count]
    return chosen


def _changes(first: WordVectors, aligned: WordVectors, shared: Sequence[str]) -> Doubles:
    changes = np.empty(len(shared), np.float64)
    for start in range(0, len(shared), WORDS_AT_ONCE):
        some = shared[start : start + WORDS_AT_ONCE]
        cosines = np.einsum("sd,sd->s", _units(first, some), _units(aligned, some))
        changes[start : start + len(some)] = 1.0 - cosines.clip(-1.0, 1.0)
    return changes
