"""Searches of a GPU beside those of the processor: the same rows, and the same bits of their cosines."""

import numpy as np
import pytest

from firth import SettingError, WordVectors
from firth.evaluation.analogies import evaluate_analogies
from firth.vectors.candidates import Candidates
from firth.vectors.exact_search import ExactSearch, Sizes
from firth.vectors.gpu_search import GpuSearch

ROWS, SIZE = 150, 5


def test_of_rows_with_equal_scores_the_first_are_found():
    """Products of small integers are exact, and most are there many times. Two parts, two tiles of queries."""
    rng = np.random.default_rng(1)
    matrix = rng.integers(-1, 2, (ROWS, SIZE)).astype(np.float32)
    queries = rng.integers(-1, 2, (66, SIZE)).astype(np.float32)
    search = GpuSearch(matrix, np.ones(ROWS, np.float32), 64)
    found = search.shortlist(Candidates(matrix, np.ones(ROWS, np.float32)), queries, 9)
    expected = np.argsort(-(queries @ matrix.T), axis=1, kind="stable")[:, :9]
    np.testing.assert_array_equal(np.sort(found), np.sort(expected))


@pytest.mark.parametrize("kind", ["all", "first", "chosen"])
def test_a_gpu_finds_what_the_processor_finds(kind):
    rng = np.random.default_rng(2)
    matrix = rng.normal(size=(ROWS, 18)).astype(np.float32) * rng.uniform(0.1, 9, (ROWS, 1)).astype(np.float32)
    matrix[7] = 0
    queries = rng.normal(size=(4, 18))
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    queries[3] = 0
    results = []
    for backend in ("cpu", "cuda"):
        search = ExactSearch(matrix, compiled=False, sizes=Sizes(gpu_rows=64, gpu_queries=3))
        search.backend = backend
        some = {"first": search.first_rows(140), "chosen": search.chosen_rows(np.arange(1, ROWS, 2))}
        results.append(search.nearest(queries, 6, [[1, 3], [], [5], []], some.get(kind)))
    np.testing.assert_array_equal(results[1].rows, results[0].rows)
    np.testing.assert_array_equal(results[1].similarities, results[0].similarities)


def test_words_and_analogies():
    rng = np.random.default_rng(3)
    words = [f"w{i}" for i in range(70)]
    vectors = WordVectors(words, rng.normal(size=(70, 6)))
    questions = [("some", *rng.choice(words, 4, replace=False)) for _ in range(5)]
    found = []
    for backend in ("cpu", "cuda"):
        vectors.search.backend = backend
        found.append(
            (
                vectors.most_similar(words[:3], 4, exclude="w9"),
                vectors.most_similar(positive=["w1", ("w2", 0.5)], negative=["w3"]),
                evaluate_analogies(vectors, questions, top=60).answers,
            )
        )
    assert found[1] == found[0]
    with pytest.raises(SettingError, match="method='3cosmul': backend='cuda' finds the rows nearest to sums"):
        vectors.analogy("w1", "w2", "w3", method="3cosmul")
    big = WordVectors([f"w{i}" for i in range(1100)], rng.normal(size=(1100, 2)))
    big.search.backend = "cuda"
    with pytest.raises(SettingError, match="at most 1,000 rows, and 1,003 are needed"):
        big.most_similar("w1", 1000)
