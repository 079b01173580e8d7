"""Categorisation of vectors whose clusters are known."""

import numpy as np
import pytest

from firth.evaluation.categorisation import CategorisationScore, evaluate_categorisation
from firth.vectors.word_vectors import WordVectors


def test_separate_clusters_are_pure_and_noise_is_not(clustered, categories):
    clear = evaluate_categorisation(clustered(0.05), categories)
    assert clear.purity == 1
    assert clear.interval()[:2] == (1, 1)
    noisy = evaluate_categorisation(clustered(50.0), categories)
    assert noisy.purity < 0.9
    low, high, _ = noisy.interval()
    assert low < noisy.purity < high


def test_purity_counts_the_majority_of_each_cluster():
    score = CategorisationScore(list("abcdef"), np.array([0, 0, 1, 1, 1, 0]), np.array([0, 0, 0, 1, 1, 1]), 8)
    assert score.in_majority.tolist() == [True, True, False, True, True, False]
    assert score.purity == pytest.approx(4 / 6)
    assert score.coverage == pytest.approx(6 / 8)


@pytest.mark.filterwarnings("ignore:none of the")
def test_unknown_words_lower_coverage(clustered, categories):
    score = evaluate_categorisation(clustered(0.05), {**categories, "cities": ["oslo", "rome"]})
    assert (score.covered, score.total, score.purity) == (12, 14, 1)
    nothing = evaluate_categorisation(clustered(0.05), {"cities": ["oslo", "rome"]})
    assert np.isnan(nothing.purity)
    assert nothing.coverage == 0


def test_equal_vectors_can_be_clustered():
    vectors = WordVectors(["apple", "pear", "iron", "tin"], np.ones((4, 3)))
    groups = {"fruits": ["apple", "pear"], "metals": ["iron", "tin"]}
    assert evaluate_categorisation(vectors, groups).purity == 0.5


def test_a_seed_repeats_the_clusters(clustered, categories):
    runs = [evaluate_categorisation(clustered(1.0), categories, seed=3).clusters.tolist() for _ in range(2)]
    assert runs[0] == runs[1]
