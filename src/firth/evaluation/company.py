"""How often words stand near one another in a text, beside how often chance would bring them together.

Neighbours by small windows can stand for one another, and then they are not often seen together; neighbours by large
windows are of one topic, and are. So this number tells which of the two a model's neighbours are.

Shapes  A words whose company is counted, C frequent words that are counted in it.
"""

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.corpus.encoded import EncodedCorpus
from firth.errors import SettingError
from firth.vectors.word_vectors import WordVectors

__all__ = ["DISTANCE", "NEIGHBOURS", "Company"]

DISTANCE = 10  # words to either side, in one sentence
NEIGHBOURS = 10
_FREQUENT = 10_000  # C at most: a rarer word that stands there once would seem a close companion
_ASKED_FROM = 1_000  # so many words, the most frequent, are asked about …
_ASKED = 200  # … evenly spaced so many of them, A at most
_LONGEST = 10_000_000  # words of the text that are counted


class Company:
    """Who stands near whom, in the first ten million words of a text.

    Counted are up to 200 words, evenly spaced among the 1,000 most frequent without the first tenth of these, which
    stand near everything; and near them the 10,000 most frequent words.

    Raises   SettingError if `distance` is below 1.
    """

    def __init__(self, corpus: EncodedCorpus, distance: int = DISTANCE) -> None:
        if distance < 1:
            raise SettingError(f"distance={distance}: must be at least 1 word")
        n_words = len(corpus.vocabulary)
        self._words = corpus.vocabulary.words
        self._frequent = min(n_words, _FREQUENT)
        considered = min(n_words, _ASKED_FROM)
        self.asked = np.unique(np.linspace(considered // 10, considered - 1, _ASKED).astype(np.int64))
        self._near, places = _count_near(corpus, self.asked, self._frequent, distance)
        shares = corpus.vocabulary.counts[: self._frequent] / corpus.vocabulary.counts.sum()
        self._by_chance = np.outer(places, shares)  # (A, C)

    def lift(self, vectors: WordVectors) -> float:
        """How many times as often as by chance a word's ten nearest neighbours stand near it: the median of the words.

        1 is chance. NaN if no neighbour of any of the words could be near it.
        vectors : of the vocabulary of the text.
        """
        asked = [self._words[word_id] for word_id in self.asked.tolist()]
        answers = vectors.most_similar(asked, NEIGHBOURS, restrict=self._frequent)
        lifts = []
        for row, neighbours in enumerate(answers):
            columns = vectors.word_ids([neighbour.word for neighbour in neighbours])
            expected = float(self._by_chance[row, columns].sum())
            if expected > 0:
                lifts.append(float(self._near[row, columns].sum()) / expected)
        return float(np.median(lifts)) if lifts else float("nan")


def _count_near(corpus: EncodedCorpus, asked: NDArray[np.int64], frequent: int, distance: int) -> tuple[Counts, Counts]:
    """How often each frequent word stands near each asked one (A, C), and how many words of any kind do (A,)."""
    ids, offsets = corpus.ids[:_LONGEST], corpus.sentence_offsets
    row_of = np.full(len(corpus.vocabulary), -1, np.int64)
    row_of[asked] = np.arange(len(asked))
    places = np.flatnonzero(row_of[ids] >= 0)
    rows = row_of[ids[places]]
    sentences = np.searchsorted(offsets, places, side="right")
    starts, ends = offsets[sentences - 1], np.minimum(offsets[sentences], len(ids))
    near = np.zeros(len(asked) * frequent, np.int64)
    words_near = np.zeros(len(asked), np.int64)
    for step in (*range(-distance, 0), *range(1, distance + 1)):
        inside = np.flatnonzero((places + step >= starts) & (places + step < ends))
        there = ids[places[inside] + step]
        words_near += np.bincount(rows[inside], minlength=len(asked))
        counted = there < frequent
        near += np.bincount(rows[inside][counted] * frequent + there[counted], minlength=len(near))
    return near.reshape(len(asked), frequent), words_near
