"""The document's first chapter, number by number."""

import numpy as np
import pytest

from firth.illustrated.people import EXAMPLE, cosine, cosines, minus_one_to_one, most_alike

JAY, PERSON_1, PERSON_2 = ((-0.4, 0.8, 0.5, -0.2, 0.3), (-0.3, 0.2, 0.3, -0.4, 0.9), (-0.5, -0.4, -0.2, 0.7, -0.1))


def test_scores_are_scaled_to_minus_one_to_one():
    assert minus_one_to_one(38) == pytest.approx(-0.24)
    assert minus_one_to_one([0, 50, 100]).tolist() == [-1, 0, 1]
    assert minus_one_to_one([1, 3, 5], 1, 5).tolist() == [-1, 0, 1]


def test_the_documents_cosines():
    assert cosine(JAY[:2], PERSON_1[:2]) == pytest.approx(0.868, abs=5e-4)
    assert cosine(JAY[:2], PERSON_2[:2]) == pytest.approx(-0.2095, abs=5e-5)
    assert cosine(JAY, PERSON_1) == pytest.approx(0.658, abs=5e-4)
    assert cosine(JAY, PERSON_2) == pytest.approx(-0.368, abs=5e-4)


def test_the_example_holds_the_documents_people():
    scores = [row[1:] for row in EXAMPLE[1:]]
    np.testing.assert_allclose(minus_one_to_one(scores), [JAY, PERSON_1, PERSON_2], atol=1e-12)
    assert most_alike(minus_one_to_one(scores))[0] == 1, "Person 1 is the best replacement for Jay"


def test_the_cosine_does_not_depend_on_lengths():
    rows = np.random.default_rng(1).normal(size=(6, 4))
    np.testing.assert_allclose(cosines(rows * [[1], [2], [1e3], [1e-3], [7], [1]]), cosines(rows), atol=1e-12)
    assert cosine([1, 2], [-2, -4]) == pytest.approx(-1)
    assert cosine([1, 2], [-2, 1]) == pytest.approx(0)


def test_the_cosine_with_a_vector_of_zeros_is_zero():
    assert cosines([[0, 0], [1, 0]]).tolist() == [[0, 0], [0, 1]]
