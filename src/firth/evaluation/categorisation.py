"""Categorisation: do clusters of vectors coincide with categories of words?

The score is the purity of the clusters: the share of words whose cluster is mostly of their own category (Zhao and
Karypis 2001). The clusters come from clusters.py, the categories from categories.py.

Shapes  N known words, D numbers per vector, C categories and as many clusters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firth.evaluation.categories import CategorySource, load_categories
from firth.evaluation.clusters import spherical_clusters
from firth.evaluation.intervals import Interval, percentile_interval, resampled_mean
from firth.evaluation.known_words import find_known_words, unit_rows
from firth.evaluation.score import Score, warn_if_uncovered
from firth.vectors.word_vectors import WordVectors

__all__ = ["CategorisationScore", "evaluate_categorisation"]


@dataclass(frozen=True, repr=False)
class CategorisationScore(Score):
    """How well clusters of the vectors match categories.

    Attributes
    ----------
    words : (N,) the known words.
    categories : (N,) the category of each, a number in [0, C).
    clusters : (N,) the cluster of each, a number in [0, C).
    total_words : words in the test set, known or not.
    """

    words: Sequence[str]
    categories: NDArray[np.int64]
    clusters: NDArray[np.int64]
    total_words: int

    @property
    def total(self) -> int:
        """Words in the test set, known or not."""
        return self.total_words

    @property
    def covered(self) -> int:
        """Words of the test set that are known, N."""
        return len(self.words)

    @property
    def in_majority(self) -> NDArray[np.bool_]:
        """(N,) whether a word is of the category that most words of its cluster have."""
        majority = _majority(self.categories, self.clusters)[self.clusters]
        return np.equal(majority, self.categories)

    @property
    def purity(self) -> float:
        """Share of words in the majority of their cluster, in [0, 1]; NaN if no word is known."""
        return float(self.in_majority.mean()) if self.covered else float("nan")

    def measures(self) -> dict[str, float]:
        """The purity."""
        return {"purity": self.purity}

    def interval(self, level: float = 0.95, seed: int = 1) -> Interval:
        """Bootstrap confidence interval of the purity; words are resampled, their clusters stay.

        Parameters
        ----------
        level : confidence, in (0, 1).
        seed : of the 2,000 resamples.
        """
        hits = self.in_majority.astype(np.float64)
        return percentile_interval(resampled_mean(hits, np.arange(self.covered), seed=seed), level)


def evaluate_categorisation(
    vectors: WordVectors,
    source: CategorySource = None,
    *,
    top: int | None = None,
    ignore_case: bool = True,
    seed: int = 1,
) -> CategorisationScore:
    """Cluster the words of a test set and compare the clusters with their categories.

    Parameters
    ----------
    source : a category file, words by category name, or None for the built-in set.
    top : only the `top` most frequent words are considered; None for all.
    ignore_case : a word that is not there as it is spelled is looked up in any case, and means the most frequent
        spelling.
    seed : of the random starts of the clustering.

    Raises
    ------
    FormatError
        if the file is not a category file.
    SettingError
        if `top` is less than 1.

    Source
    ------
    Baroni, Dinu and Kruszewski 2014, "Don't count, predict!", section 3 (the task and its measure).
    """
    given = load_categories(source)
    known = find_known_words(vectors, top, ignore_case)
    words = [word for members in given.values() for word in members]
    labels = np.repeat(np.arange(len(given)), [len(members) for members in given.values()])
    ids = known.find_all(words)
    covered = np.flatnonzero(ids >= 0)
    units = unit_rows(vectors.matrix[ids[covered]])
    clusters = spherical_clusters(units, len(np.unique(labels[covered])), np.random.default_rng(seed))
    score = CategorisationScore([words[i] for i in covered.tolist()], labels[covered], clusters, len(words))
    if source is not None:
        warn_if_uncovered(score, "words", words)
    return score


def _majority(categories: NDArray[np.int64], clusters: NDArray[np.int64]) -> NDArray[np.int64]:
    """(C,) the most frequent category of each cluster."""
    if len(categories) == 0:
        return np.empty(0, np.int64)
    table = np.zeros((clusters.max() + 1, categories.max() + 1), np.int64)
    np.add.at(table, (clusters, categories), 1)
    majority: NDArray[np.int64] = table.argmax(axis=1)
    return majority
