"""The document's first step: its vectors have the dot products that it prints."""

import numpy as np
import pytest

from firth.illustrated.first_step import CENTER, NEIGHBOUR, NOISE, SENTENCE, VECTOR_SIZE, first_matrices
from firth.illustrated.negative_sampling import training_step

WORDS = [*dict.fromkeys(SENTENCE.split()), *NOISE]


def test_dot_products_sigmoids_and_errors_are_those_of_the_document():
    ids = [WORDS.index(word) for word in (CENTER, NEIGHBOUR, *NOISE)]
    step = training_step(*first_matrices(WORDS), ids[0], ids[1], ids[2:], 0.5)
    assert step.dot_products == pytest.approx([0.2, -1.11, 0.74], abs=1e-12)
    assert np.round(step.sigmoids, 2).tolist() == [0.55, 0.25, 0.68]
    assert np.round(step.errors, 2).tolist() == [0.45, -0.25, -0.68]


def test_other_words_get_random_numbers_of_one_decimal():
    first, second = first_matrices(WORDS), first_matrices(WORDS, seed=2)
    assert first[0].shape == first[1].shape == (len(WORDS), VECTOR_SIZE)
    assert np.array_equal(first[0], np.round(first[0], 1))
    differs = (first[0] != second[0]).any(axis=1)
    assert [word for word, other in zip(WORDS, differs, strict=True) if not other] == [CENTER]
