"""Every strategy of the exact search: NumPy and compiled, C and Fortran order, one thread and several."""

import subprocess
import sys

import numpy as np
import pytest

from firth import SettingError
from firth.vectors.candidates import inverse_row_norms
from firth.vectors.exact_search import ExactSearch, Sizes

ROWS, SIZE = 2003, 21
MATRIX = np.random.default_rng(40).normal(size=(ROWS, SIZE)).astype(np.float32)
MATRIX[[5, 900, 2002]] = MATRIX[77]  # ties
QUERIES = np.random.default_rng(41).normal(size=(3, SIZE)).astype(np.float32)
QUERIES[1] = MATRIX[77]
QUERIES /= np.linalg.norm(QUERIES, axis=1, keepdims=True)
EXPECTED = (QUERIES.astype(float) @ MATRIX.T.astype(float)) / np.linalg.norm(MATRIX.astype(float), axis=1)
NO_ROWS = [[], [], []]


@pytest.fixture(params=["compiled", "numpy"])
def compiled(request):
    return request.param == "compiled"


@pytest.fixture(params=[400_000, 5000, 40], ids=["one thread", "several threads", "many small parts"])
def sizes(request):
    return Sizes(piece_numbers=request.param, threads=3)


@pytest.fixture(params=["C", "F"])
def search(request, compiled, sizes):
    return ExactSearch(np.array(MATRIX, order=request.param), compiled=compiled, sizes=sizes)


def test_cosines_of_all_rows(search):
    np.testing.assert_allclose(search.cosines(search.all_rows(), QUERIES), EXPECTED, atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 1500, ROWS])
def test_the_nearest_rows_are_those_of_sorting(search, count):
    for i in range(3):
        found = search.nearest(QUERIES[i : i + 1].astype(float), count, [[]])
        assert len(set(found.rows[0].tolist())) == count
        np.testing.assert_allclose(found.similarities[0], np.sort(EXPECTED[i])[::-1][:count], atol=1e-6)


@pytest.mark.parametrize("few", [6, 0], ids=["one by one", "as a batch"])
def test_of_equal_rows_the_first_come_first(search, few):
    search.sizes = search.sizes._replace(few=few)
    for count in (1, 2, 3, 4):
        found = search.nearest(QUERIES.astype(float), count, NO_ROWS)
        assert found.rows[1].tolist() == [5, 77, 900, 2002][:count]


@pytest.mark.parametrize("queries", [2, 3, 8, 9, 17, 25, 50, 97])
def test_batches_of_every_width(search, queries):
    directions = np.random.default_rng(42).normal(size=(queries, SIZE))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    cosines = directions @ MATRIX.T.astype(float) / np.linalg.norm(MATRIX.astype(float), axis=1)
    found = search.nearest(directions, 5, [[]] * queries)
    np.testing.assert_allclose(found.similarities, -np.sort(-cosines, axis=1)[:, :5], atol=1e-6)
    np.testing.assert_array_equal(np.take_along_axis(cosines, found.rows, 1), -np.sort(-cosines, axis=1)[:, :5])


def test_excluded_rows_and_candidates(search):
    queries, expected = QUERIES.astype(float), EXPECTED.copy()
    candidates = search.first_rows(1000).without(np.array([3, 77]))
    expected[:, [3, 77]] = expected[:, 1000:] = expected[0, 8] = -1
    found = search.nearest(queries, 5, [[8], [], []], candidates)
    np.testing.assert_array_equal(found.rows, np.argsort(-expected, axis=1, kind="stable")[:, :5])


def test_given_norms_are_used():
    search = ExactSearch(MATRIX, inverse_row_norms(MATRIX))
    own = ExactSearch(MATRIX)
    np.testing.assert_array_equal(search.inverse_norms, own.inverse_norms)
    assert search.nearest(QUERIES.astype(float), 5, NO_ROWS).rows.tolist() == [
        row.tolist() for row in own.nearest(QUERIES.astype(float), 5, NO_ROWS).rows
    ]


def test_an_impossible_choice_of_code_is_an_error():
    with pytest.raises(SettingError, match="compiled='yes': must be True, False or None"):
        ExactSearch(MATRIX, compiled="yes")


def test_compiled_code_is_loaded_after_enough_queries_to_one_search():
    """A process with few queries never waits for Numba, and queries to other vectors do not count."""
    program = """
import sys
import numpy as np
from firth import WordVectors
matrix = np.random.default_rng(1).normal(size=(1000, 10))
vectors, others = (WordVectors([str(i) for i in range(1000)], matrix) for _ in range(2))
for some in (vectors, others):
    some.search.sizes = some.search.sizes._replace(compile_after=5 * 1000 * 10)
first = vectors.most_similar("7")
for _ in range(3):
    assert vectors.most_similar("7") == others.most_similar("7") == first
assert "numba" not in sys.modules
assert vectors.most_similar("7") == first
assert "numba" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
