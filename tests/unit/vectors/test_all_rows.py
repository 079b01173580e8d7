"""One query and all rows: with NumPy and compiled, in rows and in columns, on one thread and several."""

import subprocess
import sys

import numpy as np
import pytest

from firth.vectors import compiling
from firth.vectors import exact_search as all_rows
from firth.vectors.candidates import inverse_norms
from firth.vectors.exact_search import all_cosines, best_of_all

ROWS, SIZE = 2003, 21
MATRIX = np.random.default_rng(40).normal(size=(ROWS, SIZE)).astype(np.float32)
MATRIX[[5, 900, 2002]] = MATRIX[77]  # ties
QUERIES = np.random.default_rng(41).normal(size=(3, SIZE)).astype(np.float32)
QUERIES[1] = MATRIX[77]
QUERIES /= np.linalg.norm(QUERIES, axis=1, keepdims=True)
EXPECTED = (QUERIES.astype(float) @ MATRIX.T.astype(float)) / np.linalg.norm(MATRIX.astype(float), axis=1)


@pytest.fixture(params=["compiled", "numpy"])
def way(request, monkeypatch):
    monkeypatch.setattr(compiling, "WORTH_COMPILING", 0 if request.param == "compiled" else 1 << 60)
    return request.param


@pytest.fixture(params=[400_000, 5000, 40], ids=["one thread", "several", "many small parts"])
def pieces(request, monkeypatch):
    monkeypatch.setattr(all_rows, "PIECE_NUMBERS", request.param)
    monkeypatch.setattr(all_rows, "available_cores", lambda: 3)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.usefixtures("way", "pieces")
class TestEveryWay:
    def test_cosines(self, order):
        matrix = np.array(MATRIX, order=order)
        found = all_cosines(matrix, inverse_norms(matrix), QUERIES)
        np.testing.assert_allclose(found, EXPECTED, atol=1e-6)

    @pytest.mark.parametrize("count", [1, 2, 3, 10, 1500, ROWS])
    def test_the_best_rows(self, order, count):
        matrix = np.array(MATRIX, order=order)
        for query, expected in zip(QUERIES, EXPECTED, strict=True):
            found = best_of_all(matrix, inverse_norms(matrix), query, count)
            assert len(set(found.tolist())) == count
            np.testing.assert_allclose(np.sort(expected[found]), np.sort(expected)[ROWS - count :], atol=1e-6)

    def test_of_equal_rows_the_first(self, order):
        matrix = np.array(MATRIX, order=order)
        equal = [5, 77, 900, 2002]
        for count in (1, 2, 3, 4):
            found = best_of_all(matrix, inverse_norms(matrix), QUERIES[1], count)
            assert sorted(found) == equal[:count]


def test_compiled_code_is_loaded_when_enough_was_asked():
    """And not before: a process that asks a little never waits for Numba."""
    program = """
import sys
import numpy as np
from firth import WordVectors
from firth.vectors import compiling
vectors = WordVectors([str(i) for i in range(1000)], np.random.default_rng(1).normal(size=(1000, 10)))
compiling.WORTH_COMPILING = 5 * 1000 * 10
first = vectors.most_similar("7")
for _ in range(3):
    assert vectors.most_similar("7") == first
assert "numba" not in sys.modules
assert vectors.most_similar("7") == first
assert "numba" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
