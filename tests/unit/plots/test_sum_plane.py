"""The plane of a sum of words."""

import numpy as np
import pytest

from firth import UnknownWordError, WordVectors
from firth.plots.sum_plane import sum_plane


@pytest.fixture
def words():
    rows = np.random.default_rng(3).normal(0, 1, (6, 8))
    return WordVectors(["king", "man", "woman", "queen", "water", "stone"], rows)


def units(vectors, words):
    rows = vectors[words].astype(np.float64)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_an_analogy_is_a_parallelogram_without_distortion(words):
    found = sum_plane(words, ["king", "man", "woman"], [1, -1, 1], ["queen"])
    king, man, woman = found.words
    np.testing.assert_allclose(king - man, found.total - woman, atol=1e-12)
    rows = units(words, ["king", "man", "woman"])
    for i, j in ((0, 1), (1, 2), (0, 2)):  # distances in the plane are those of the vectors
        assert np.linalg.norm(found.words[i] - found.words[j]) == pytest.approx(np.linalg.norm(rows[i] - rows[j]))


def test_with_fewer_words_the_others_span_the_plane(words):
    found = sum_plane(words, ["king"], [1], ["queen", "water", "stone"])
    np.testing.assert_allclose(found.total, found.words[0])
    points = np.vstack((found.words, found.others))
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-12)
    assert (points.std(axis=0) > 0.1).all()


def test_a_word_that_is_not_there_is_an_error(words):
    with pytest.raises(UnknownWordError):
        sum_plane(words, ["king", "taco"], [1, 1], [])
