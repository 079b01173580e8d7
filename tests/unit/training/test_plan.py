"""From settings and a text to a plan: which tables a backend gets, and where vectors start."""

import numpy as np
import pytest

from firth.corpus.encoding import encode
from firth.training.hyperparameters import Hyperparameters
from firth.training.plan import initial_word_vectors, plan_training

TEXT = ["the cat sat on the mat", "the dog sat on the log"] * 5


@pytest.fixture(scope="module")
def corpus():
    return encode(TEXT, min_count=1)


def plan_of(corpus, **settings):
    return plan_training(Hyperparameters(**settings), corpus)


def test_it_has_the_text_and_the_settings(corpus):
    plan = plan_of(corpus, window=3, shrink_window=False, seed=9)
    np.testing.assert_array_equal(plan.corpus.ids, corpus.ids)
    np.testing.assert_array_equal(plan.corpus.sentence_offsets, corpus.sentence_offsets)
    assert (plan.sampling.window, plan.sampling.shrink_window, plan.seed) == ((3, 3), False, 9)
    assert plan.n_words == plan.n_outputs == len(corpus.vocabulary) == 7
    assert plan.sampling_of(0) == plan.sampling
    assert plan.sampling_of(1).key != plan.sampling.key


def test_noise_words_that_differ_are_at_most_all_other_words(corpus):
    assert plan_of(corpus, negative_samples=20).sampling.negative_samples == 6
    assert plan_of(corpus, negative_samples=20, objective="nce").sampling.negative_samples == 20


@pytest.mark.parametrize(
    ("objective", "has_tree", "has_shifts", "n_outputs"),
    [("negative_sampling", 0, 0, 7), ("hierarchical_softmax", 1, 0, 6), ("nce", 0, 1, 7), ("softmax", 0, 0, 7)],
)
def test_each_objective_has_its_tables(corpus, objective, has_tree, has_shifts, n_outputs):
    plan = plan_of(corpus, objective=objective)
    assert (plan.tree is not None, plan.contrast_shifts is not None) == (has_tree, has_shifts)
    assert plan.n_outputs == n_outputs


def test_only_cbow_has_an_exact_gradient(corpus):
    assert plan_of(corpus, architecture="cbow", cbow_gradient="exact").exact_gradient
    assert not plan_of(corpus, architecture="cbow").exact_gradient
    assert not plan_of(corpus).exact_gradient


def test_initial_vectors():
    matrix = initial_word_vectors(2000, 50, seed=3)
    assert matrix.dtype == np.float32
    assert np.abs(matrix).max() <= 1 / 50
    assert matrix.std() == pytest.approx(1 / 50 / np.sqrt(3), rel=0.02)  # uniform from -1/D to 1/D
    assert abs(matrix.mean()) < 1e-4
    np.testing.assert_array_equal(matrix, initial_word_vectors(2000, 50, seed=3))
    assert (matrix != initial_word_vectors(2000, 50, seed=4)).mean() > 0.99
    np.testing.assert_array_equal(initial_word_vectors(3, 2, -1), initial_word_vectors(3, 2, 2**64 - 1))
