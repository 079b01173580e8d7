"""Counts of words and of pairs of neighbours, from which phrases are scored."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.gensim.texts import Text
from firth.kernels.arguments import EncodedIds
from firth.parallel import available_cores
from firth.phrases.pairs import CountedPairs, PairLimits, count_pairs
from firth.phrases.scoring import PairCounts, scores_of
from firth.progress import open_progress

__all__ = ["Counted", "Scorer", "count_text", "npmi_scorer", "original_scorer"]

Scorer = Callable[..., float]

_MOST_PAIRS = 1 << 31


def original_scorer(
    worda_count: float,
    wordb_count: float,
    bigram_count: float,
    len_vocab: float,
    min_count: float,
    corpus_word_count: float,
) -> float:
    """The default score of gensim: (n_ab - min_count) V / (n_a n_b)."""
    denominator = worda_count * wordb_count
    return (bigram_count - min_count) / denominator * len_vocab if denominator else float("-inf")


def npmi_scorer(
    worda_count: float,
    wordb_count: float,
    bigram_count: float,
    len_vocab: float,
    min_count: float,
    corpus_word_count: float,
) -> float:
    """Normalised pointwise mutual information, from -1 to 1; minus infinity below min_count."""
    if bigram_count < min_count or not worda_count or not wordb_count:
        return float("-inf")
    together, first, second = (np.array([float(one)]) for one in (bigram_count, worda_count, wordb_count))
    counts = PairCounts(together, first, second, int(len_vocab), int(corpus_word_count), int(min_count))
    return float(scores_of("npmi", counts)[0])


class Counted(NamedTuple):
    """A text, counted.

    words : (W,) all words; counts : (W,) of words that are no connectors.
    pairs : N pairs of words, with connectors between them or none.
    total : words of the text.
    """

    words: list[Any]
    counts: Counts
    pairs: CountedPairs
    total: int

    @property
    def distinct(self) -> int:
        """Different words and pairs."""
        return int((self.counts > 0).sum()) + len(self.pairs.counts)

    def vocabulary(self, delimiter: str) -> dict[Any, int]:
        """Words and joined pairs, with their counts."""
        counts = self.counts.tolist()
        found = {word: count for word, count in zip(self.words, counts, strict=True) if count}
        for parts, count in zip(self.parts(np.arange(len(self.pairs.counts))), self.pairs.counts.tolist(), strict=True):
            phrase = delimiter.join(parts)
            found[phrase] = found.get(phrase, 0) + count
        return found

    def parts(self, chosen: NDArray[np.int64]) -> Iterator[tuple[Any, ...]]:
        """The words of some pairs, with the connectors between them."""
        words, runs = self.words, self.pairs.runs
        between = {run: tuple(words[word] for word in ids) for run, ids in runs.items()}
        columns = (column[chosen].tolist() for column in self.pairs[:3])
        for first, second, run in zip(*columns, strict=True):
            yield (words[first], *between[run], words[second])

    def phrases(self, scoring: Scorer, min_count: int, threshold: float) -> dict[tuple[Any, ...], float]:
        """The pairs with a score above the threshold."""
        pairs = self.pairs
        together = pairs.counts.astype(np.float64)
        first, second = (self.counts[ids].astype(np.float64) for ids in (pairs.first, pairs.second))
        if scoring in (original_scorer, npmi_scorer):
            counts = PairCounts(together, first, second, self.distinct, self.total, min_count)
            with np.errstate(all="ignore"):  # a text of one pair has the probability 1
                scores = scores_of("default" if scoring is original_scorer else "npmi", counts)
            if scoring is npmi_scorer:
                scores = np.where(together >= min_count, scores, -np.inf)
        else:
            columns = zip(first.tolist(), second.tolist(), together.tolist(), strict=True)
            scores = np.array(
                [
                    scoring(
                        worda_count=int(a),
                        wordb_count=int(b),
                        bigram_count=int(ab),
                        len_vocab=self.distinct,
                        min_count=min_count,
                        corpus_word_count=self.total,
                    )
                    for a, b, ab in columns
                ],
                np.float64,
            )
        chosen = np.flatnonzero(scores > threshold)
        return dict(zip(self.parts(chosen), scores[chosen].tolist(), strict=True))


def count_text(text: Text, connectors: frozenset[Any]) -> Counted:
    """Count a text exactly, on all cores."""
    words, corpus = text.words, text.corpus
    is_connector = np.fromiter((word in connectors for word in words), np.uint8, len(words))
    limits = PairLimits(1, _MOST_PAIRS, available_cores())
    with open_progress(False) as reporter, reporter.stage("counting pairs", len(corpus.ids), "words") as stage:
        pairs = count_pairs(EncodedIds(corpus.ids, corpus.sentence_offsets), is_connector, limits, stage)
    counts = np.where(is_connector == 1, 0, corpus.vocabulary.counts)
    return Counted(words, counts, pairs, text.total_words)
