"""Co-occurrence lift: how often a model's nearest neighbours occur near each other in a text, compared with chance.

Small training windows make words similar that are interchangeable, and interchangeable words rarely occur together;
large windows make words of one topic similar, which do. The lift distinguishes the two kinds of similarity.

Shapes  A words whose co-occurrences are counted, C frequent words that are counted around them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.corpus.encoded import EncodedCorpus
from firth.vectors.expected import check_vectors
from firth.vectors.given import check_whole
from firth.vectors.word_vectors import WordVectors

__all__ = ["DISTANCE", "NEIGHBOURS", "CooccurrenceCounts"]

DISTANCE = 10  # words to either side, in one sentence
NEIGHBOURS = 10
_MOST_FREQUENT = 10_000  # C at most: a rarer word that occurs there once would have an enormous lift
_CENTERS_FROM = 1_000  # the most frequent words, from which …
_CENTERS = 200  # … this many are taken, evenly spaced; A at most
_LONGEST = 10_000_000  # tokens of the text that are counted


class CooccurrenceCounts:
    """How often frequent words of a text occur near each other, counted in its first ten million tokens.

    Counted are the 10,000 most frequent words around up to 200 center words. Centers are evenly spaced among the 1,000
    most frequent words, without the first tenth of these, which occur near everything.

    Parameters
    ----------
    corpus : the text.
    distance : largest distance, in words of one sentence; at least 1.

    Attributes
    ----------
    centers : (A,) ids of the center words.

    Raises   SettingError if `distance` is below 1.
    """

    def __init__(self, corpus: EncodedCorpus, distance: int = DISTANCE) -> None:
        check_whole("distance", distance)
        n_words = len(corpus.vocabulary)
        self._words = corpus.vocabulary.words
        self._frequent = min(n_words, _MOST_FREQUENT)
        considered = min(n_words, _CENTERS_FROM)
        self.centers = np.unique(np.linspace(considered // 10, considered - 1, _CENTERS).astype(np.int64))
        near = _count_near(corpus, self.centers, self._frequent, distance)
        shares = corpus.vocabulary.counts[: self._frequent] / corpus.vocabulary.counts.sum()
        self._observed = near.of_frequent
        self._expected = np.outer(near.of_any, shares)  # (A, C)

    def lift(self, vectors: WordVectors) -> float:
        """Observed over expected co-occurrences of a word with its ten nearest neighbours; the median of all centers.

        1 is what independent words would have; NaN if no neighbour of any center can occur near it.

        vectors : with the vocabulary of the text.
        """
        check_vectors(vectors)
        centers = [self._words[word_id] for word_id in self.centers.tolist()]
        neighbours_of = vectors.most_similar(centers, NEIGHBOURS, restrict=self._frequent)
        lifts = []
        for row, neighbours in enumerate(neighbours_of):
            columns = vectors.word_ids([neighbour.word for neighbour in neighbours])
            expected = float(self._expected[row, columns].sum())
            if expected > 0:
                lifts.append(float(self._observed[row, columns].sum()) / expected)
        return float(np.median(lifts)) if lifts else float("nan")


class _Near(NamedTuple):
    """Numbers of tokens near each center word."""

    of_frequent: Counts  # (A, C) for each frequent word
    of_any: Counts  # (A,) of all words


def _count_near(corpus: EncodedCorpus, centers: NDArray[np.int64], frequent: int, distance: int) -> _Near:
    ids, offsets = corpus.ids[:_LONGEST], corpus.sentence_offsets
    row_of = np.full(len(corpus.vocabulary), -1, np.int64)
    row_of[centers] = np.arange(len(centers))
    positions = np.flatnonzero(row_of[ids] >= 0)
    rows = row_of[ids[positions]]
    sentences = np.searchsorted(offsets, positions, side="right")
    starts, ends = offsets[sentences - 1], np.minimum(offsets[sentences], len(ids))
    of_frequent = np.zeros(len(centers) * frequent, np.int64)
    of_any = np.zeros(len(centers), np.int64)
    for step in (*range(-distance, 0), *range(1, distance + 1)):
        inside = np.flatnonzero((positions + step >= starts) & (positions + step < ends))
        context = ids[positions[inside] + step]
        of_any += np.bincount(rows[inside], minlength=len(centers))
        counted = context < frequent
        of_frequent += np.bincount(rows[inside][counted] * frequent + context[counted], minlength=len(of_frequent))
    return _Near(of_frequent.reshape(len(centers), frequent), of_any)
