"""Vectors of sentences: means of their words' vectors, with rare words weighted up and the common component removed.

Source  Arora, Liang and Ma 2017, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", algorithm 1 (SIF:
        smooth inverse frequency).
        Spärck Jones 1972, "A statistical interpretation of term specificity" (inverse document frequency).
Shapes  S sentences, D numbers per vector.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firth.arrays import Matrix, Vector
from firth.errors import SettingError, quoted
from firth.interruption import blas
from firth.vectors.given import as_list, listed_words
from firth.vectors.lookup import Lookup
from firth.vectors.query import checked_vector, unit

__all__ = ["Weights", "common_component", "inverse_document_frequencies", "sentence_vectors", "without_component"]

WORDS_AT_ONCE = 1 << 14  # 13 MB of vectors of 100 numbers

WeightedVector: TypeAlias = tuple[Vector, float]
WeightOf: TypeAlias = Callable[[str, int | None], float]  # of a word and its row, None if it has none


class Weights(NamedTuple):
    """How much each word counts: the options of `WordVectors.sentence_vectors`."""

    sif: Any
    frequencies: Mapping[str, float] | None
    tfidf: bool | Mapping[str, float]


def sentence_vectors(
    lookup: Lookup,
    sentences: Iterable[str | Sequence[str]],
    weights: Weights,
    common: ArrayLike | Literal[False] | None,
) -> Matrix:
    """See `WordVectors.sentence_vectors`."""
    split = _split(sentences)
    sif = weights.sif
    weight = _tfidf_weight(split, weights) if weights.tfidf is not False else _weight(lookup, sif, weights.frequencies)

    def find(word: str) -> WeightedVector | None:
        found = lookup.found(word)
        if isinstance(found, int):
            return lookup.matrix[found], weight(lookup.word_at(found), found)
        return None if found is None else (found, weight(word, None))

    means = weighted_means(split, find, lookup.vector_size)
    if common is None and sif is not None and means.any():
        means = without_component(means, common_component(means))
    elif common is not None and common is not False:
        direction = checked_vector(np.asarray(common, np.float64), lookup.vector_size)
        means = without_component(means, unit(direction))
    return means.astype(np.float32)


def common_component(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """The direction (D,) of length 1 that most of the vectors (S, D) share: their first right singular vector.

    Raises SettingError with fewer than 2 sentences that have a known word: one sentence has nothing in common with
    others.
    """
    doubles = np.asarray(vectors, np.float64)
    if np.count_nonzero(doubles.any(axis=1)) < 2:
        raise SettingError(
            "the common component needs at least 2 sentences with known words: give more, "
            "or common= a vector from other sentences, or common=False to keep it"
        )
    with blas:
        _, axes = np.linalg.eigh(doubles.T @ doubles)
    component: NDArray[np.float64] = axes[:, -1]
    return component


def without_component(vectors: NDArray[np.float64], component: NDArray[np.float64]) -> NDArray[np.float64]:
    """The vectors (S, D) minus their projections on a direction (D,) of length 1."""
    with blas:
        return vectors - np.outer(vectors @ component, component)


def _split(sentences: Iterable[str | Sequence[str]]) -> list[Sequence[str]]:
    """Sentences as lists of words; a string is split at whitespace. Raises SettingError for anything else."""
    listed = as_list(sentences, "a list of sentences, each a string or a list of words")
    return [_words_of(sentence, i) for i, sentence in enumerate(listed)]


def _words_of(sentence: object, number: int) -> list[str]:
    if isinstance(sentence, str):
        return sentence.split()
    try:
        return listed_words(sentence)
    except SettingError as error:
        raise SettingError(
            f"sentences[{number}] is {quoted(sentence)}: must be a string or a list of words ({error})"
        ) from None


# ---------------------------------------------------------------- weights


def _weight(lookup: Lookup, sif: Any, frequencies: Mapping[str, float] | None) -> WeightOf:
    """1 for every word; with smooth inverse frequency a / (a + p): a is `sif`, p the relative frequency of the word.

    Raises SettingError unless a is a finite number above 0.
    """
    if sif is None:
        if frequencies is not None:
            raise SettingError("frequencies= without sif= has no effect: give both or neither")
        return lambda word, row: 1.0
    if isinstance(sif, bool) or not isinstance(sif, int | float | np.number) or not 0 < sif < math.inf:
        raise SettingError(f"sif={sif!r}: must be a number above 0, such as 1e-3, or None for plain means")
    a, frequency = float(sif), _frequency(lookup, frequencies)
    return lambda word, row: a / (a + frequency(word, row))


def _frequency(lookup: Lookup, frequencies: Mapping[str, float] | None) -> WeightOf:
    """The relative frequency of a word, as given or from the counts."""
    if frequencies is not None:

        def given(word: str, row: int | None) -> float:
            share = frequencies.get(word, 0.0)
            if not 0 <= share <= 1:
                raise SettingError(
                    f"frequencies[{word!r}] is {share!r}: must be a relative frequency, in [0, 1]; "
                    "divide counts by their total"
                )
            return share

        return given
    counts = lookup.counts
    if counts is None or not counts.any():
        raise SettingError(
            "sif= needs to know how frequent words are, and these vectors have no counts: "
            "give frequencies=, the relative frequency of each word"
        )
    total = int(counts.sum())
    return lambda word, row: 0.0 if row is None else int(counts[row]) / total


def inverse_document_frequencies(sentences: Iterable[str | Sequence[str]]) -> dict[str, float]:
    """The weight ln((1 + S) / (1 + s)) + 1 of each word, where s of the S sentences have it.

    Raises SettingError unless sentences are strings, which are split at whitespace, or lists of words.
    """
    return _inverse_frequencies(_split(sentences))


def _inverse_frequencies(sentences: Sequence[Sequence[str]]) -> dict[str, float]:
    having: dict[str, int] = {}
    for sentence in sentences:
        for word in set(sentence):
            having[word] = having.get(word, 0) + 1
    return {word: math.log((1 + len(sentences)) / (1 + count)) + 1 for word, count in having.items()}


def _tfidf_weight(sentences: Sequence[Sequence[str]], weights: Weights) -> WeightOf:
    """The inverse document frequency of a word, as given or in these sentences."""
    if weights.sif is not None or weights.frequencies is not None:
        raise SettingError("tfidf= weights words in another way than sif= and frequencies=: give one of them")
    given = weights.tfidf
    if given is True:
        given = _inverse_frequencies(sentences)
    elif not isinstance(given, Mapping):
        raise SettingError(f"tfidf={quoted(given)}: must be True, False, or the weight of each word by its name")
    for word, number in given.items():
        if not (isinstance(number, int | float | np.number) and 0 <= number < math.inf):
            raise SettingError(f"tfidf[{quoted(word)}] is {quoted(number)}: must be a finite number, 0 or more")
    highest = max(given.values(), default=1.0)
    found = given
    return lambda word, row: float(found.get(word, highest))


# ---------------------------------------------------------------- means


def weighted_means(
    sentences: Sequence[Sequence[str]], find: Callable[[str], WeightedVector | None], size: int
) -> NDArray[np.float64]:
    """The weighted sum of each sentence's vectors, divided by its number of words (S, D).

    Words for which `find` returns None are skipped; a sentence without known words is zeros.
    """
    means = np.zeros((len(sentences), size), np.float64)
    for first, last in _batches(sentences):
        lines: dict[str, int] = {}
        known: list[WeightedVector] = []
        ids: list[int] = []
        lengths: list[int] = []
        for sentence in sentences[first:last]:
            before = len(ids)
            for word in sentence:
                line = lines.get(word)
                if line is None:
                    found = find(word)
                    line = lines[word] = -1 if found is None else len(known)
                    known += [] if found is None else [found]
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


def _batches(sentences: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """Ranges [first, last) of sentences with a bounded number of words."""
    first = words = 0
    for i, sentence in enumerate(sentences):
        if words and words + len(sentence) > WORDS_AT_ONCE:
            yield first, i
            first, words = i, 0
        words += len(sentence)
    yield first, len(sentences)
