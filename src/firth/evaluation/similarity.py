"""Word similarity: do cosines rank pairs of words as people do?

Test sets are tables of two words and a human judgement, for instance WordSim-353, SimLex-999 and MEN. They are read in
similarity_table.py; the correlations are in correlation.py.

Shapes  P pairs of words.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.evaluation.correlation import pearson, spearman, weighted_pearson, weighted_spearman
from firth.evaluation.intervals import Interval, percentile_interval, resample_weights
from firth.evaluation.known_words import find_known_words, unit_rows
from firth.evaluation.score import Score, warn_if_uncovered
from firth.evaluation.similarity_table import SimilarityPair, given_judgement, read_similarity_pairs
from firth.vectors.given import as_list
from firth.vectors.word_vectors import WordVectors

__all__ = ["SimilarityPair", "SimilarityScore", "evaluate_similarity", "read_similarity_pairs"]

SimilaritySource: TypeAlias = str | os.PathLike[str] | Iterable[SimilarityPair]


@dataclass(frozen=True, repr=False)
class SimilarityScore(Score):
    """How well the cosines of one model agree with human judgements of P pairs of words.

    Attributes
    ----------
    pairs : (P,) the pairs with human judgements.
    cosines : (P,) the model's similarities, in [-1, 1]; NaN where a word is not among those considered.
    words_considered : how many words, the most frequent, count as known.
    """

    pairs: Sequence[SimilarityPair]
    cosines: NDArray[np.float64]
    words_considered: int

    @property
    def total(self) -> int:
        """Pairs in the test set, P."""
        return len(self.pairs)

    @property
    def covered(self) -> int:
        """Pairs whose two words are known."""
        return int(self.is_covered.sum())

    @cached_property
    def is_covered(self) -> NDArray[np.bool_]:
        """(P,) whether both words of the pair are known."""
        return np.isfinite(self.cosines)

    @cached_property
    def judgements(self) -> NDArray[np.float64]:
        """(P,) the human judgements."""
        return np.array([pair.judgement for pair in self.pairs], np.float64)

    @cached_property
    def spearman(self) -> float:
        """Spearman's rank correlation over the known pairs, in [-1, 1]; NaN for fewer than two."""
        return spearman(self.judgements[self.is_covered], self.cosines[self.is_covered])

    @cached_property
    def pearson(self) -> float:
        """Pearson's correlation over the known pairs, in [-1, 1]; NaN for fewer than two."""
        return pearson(self.judgements[self.is_covered], self.cosines[self.is_covered])

    def measures(self) -> dict[str, float]:
        """Both correlations."""
        return {"Spearman": self.spearman, "Pearson": self.pearson}

    def interval(self, level: float = 0.95, seed: int = 1) -> Interval:
        """Bootstrap confidence interval of Spearman's correlation; the covered pairs are resampled.

        Parameters
        ----------
        level : confidence, in (0, 1).
        seed : of the 2,000 resamples.
        """
        return self._interval(weighted_spearman, level, seed)

    def pearson_interval(self, level: float = 0.95, seed: int = 1) -> Interval:
        """Bootstrap confidence interval of Pearson's correlation; see `interval`."""
        return self._interval(weighted_pearson, level, seed)

    def _interval(self, correlation: Callable[..., NDArray[np.float64]], level: float, seed: int) -> Interval:
        human, model = self.judgements[self.is_covered], self.cosines[self.is_covered]
        if len(human) < 2:
            return Interval(float("nan"), float("nan"), level)
        draws = resample_weights(len(human), seed=seed)
        resampled = [correlation(human, model, weights) for weights in draws]
        return percentile_interval(np.concatenate(resampled), level)


def evaluate_similarity(
    vectors: WordVectors,
    source: SimilaritySource,
    *,
    top: int | None = None,
    ignore_case: bool = True,
) -> SimilarityScore:
    """Correlate a model's cosines with human judgements.

    Pairs with an unknown word are left out; `coverage` is the share of the others.

    Parameters
    ----------
    source : a table of pairs as a file (see `read_similarity_pairs`), or the pairs.
    top : only the `top` most frequent words are considered; None for all.
    ignore_case : a word that is not there as it is spelled is looked up in any case, and means the most frequent
        spelling.

    Raises
    ------
    FormatError
        if the file is not such a table; the error has path and line.
    SettingError
        if a given pair is not two words and a finite number, or `top` is less than 1.

    Source
    ------
    Finkelstein et al. 2002, "Placing search in context" (WordSim-353); Hill, Reichart and Korhonen 2015,
    "SimLex-999"; Bruni, Tran and Baroni 2014, "Multimodal distributional semantics" (MEN).
    """
    if isinstance(source, str | os.PathLike):
        pairs = read_similarity_pairs(source)
    else:
        pairs = [
            SimilarityPair(*given_judgement(pair, "words"))
            for pair in as_list(source, "a file, or a list of (word, word, number)")
        ]
    known_words = find_known_words(vectors, top, ignore_case)
    first = known_words.find_all(pair.first for pair in pairs)
    second = known_words.find_all(pair.second for pair in pairs)
    known = (first >= 0) & (second >= 0)
    cosines = np.full(len(pairs), np.nan)
    cosines[known] = np.einsum(
        "pd,pd->p",
        unit_rows(vectors.matrix[first[known]]),
        unit_rows(vectors.matrix[second[known]]),
    )
    score = SimilarityScore(pairs, cosines, len(known_words.canonical))
    warn_if_uncovered(score, "pairs", (word for pair in pairs for word in pair[:2]))
    return score
