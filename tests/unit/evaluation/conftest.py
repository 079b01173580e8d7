"""Three categories of words, and vectors whose clusters are these categories."""

import numpy as np
import pytest

from firth.vectors.word_vectors import WordVectors


@pytest.fixture
def categories():
    return {
        "fruits": ["apple", "pear", "plum", "fig"],
        "metals": ["iron", "tin", "zinc", "lead"],
        "birds": ["crow", "owl", "swan", "robin"],
    }


@pytest.fixture
def clustered(categories):
    """A function of the noise: vectors of each category around a direction of its own."""

    def vectors(noise: float) -> WordVectors:
        random = np.random.default_rng(4)
        words = [word for members in categories.values() for word in members]
        matrix = np.repeat(np.eye(3, 6), 4, axis=0) + noise * random.standard_normal((12, 6))
        return WordVectors(words, matrix)

    return vectors
