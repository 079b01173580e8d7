"""The kernels for a single query, compared with NumPy."""

import numpy as np
import pytest

from firth.kernels.arguments import Heaps, MatrixRows
from firth.kernels.cpu.search.single import fill_cosines, keep_best
from firth.vectors.candidates import Candidates
from firth.vectors.compiled_search import keep_best_quotients_of_parts

SIZES = [1, 3, 4, 7, 8, 15, 16, 17, 50, 64, 100]


def drawn(rows, size, seed=1):
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(rows, size)).astype(np.float32)
    query = random.normal(size=size).astype(np.float32)
    inverse = (1 / np.linalg.norm(matrix, axis=1)).astype(np.float32)
    return matrix, inverse, query / np.linalg.norm(query)


def best(matrix, inverse, query, count, parts):
    heaps = Heaps(np.full((1, count), -2, np.float32), np.full((1, count), -1, np.int64))
    for first, last in parts:
        keep_best(MatrixRows(matrix.reshape(-1), inverse), query, first, last, heaps)
    return heaps.scores[0], heaps.rows[0]


@pytest.mark.parametrize("size", SIZES)
def test_cosines_of_a_part_of_the_rows(size):
    matrix, inverse, query = drawn(40, size)
    found = np.full(40, 7, np.float32)
    fill_cosines(MatrixRows(matrix.reshape(-1), inverse), query, 3, 38, found)
    expected = (matrix.astype(float) @ query.astype(float)) * inverse
    np.testing.assert_allclose(found[3:38], expected[3:38], atol=1e-6)
    assert (found[:3] == 7).all()
    assert (found[38:] == 7).all()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2, 5, 30, 40])
def test_the_best_rows_are_those_of_sorting(size, count):
    matrix, inverse, query = drawn(40, size, seed=count)
    cosines = np.empty(40, np.float32)
    fill_cosines(MatrixRows(matrix.reshape(-1), inverse), query, 0, 40, cosines)
    expected = np.lexsort((np.arange(40), -cosines))[:count]
    for parts in ([(0, 40)], [(0, 11), (11, 12), (12, 40)]):
        kept, rows = best(matrix, inverse, query, count, parts)
        order = np.lexsort((rows, -kept))
        assert rows[order].tolist() == expected.tolist()
        assert kept[order].tolist() == cosines[expected].tolist()


def test_fewer_rows_than_slots_leave_slots_unused():
    matrix, inverse, query = drawn(40, 5)
    kept, rows = best(matrix, inverse, query, 6, [(10, 12)])
    assert sorted(rows) == [-1, -1, -1, -1, 10, 11]
    assert np.count_nonzero(kept == -2) == 4


def test_of_equal_rows_the_first_are_kept():
    matrix, inverse, query = drawn(40, 20)
    matrix[:] = matrix[7]
    inverse[:] = inverse[7]
    _, rows = best(matrix, inverse, query, 9, [(0, 40)])
    assert sorted(rows) == list(range(9))


@pytest.mark.parametrize("size", [16, 17, 31, 32, 50])
@pytest.mark.parametrize(("added", "subtracted"), [(1, 0), (2, 1), (1, 3), (3, 2), (4, 4)])
def test_the_best_quotients_are_those_of_the_formula(size, added, subtracted):
    matrix, inverse, _ = drawn(90, size, seed=size)
    queries = np.random.default_rng(added).normal(size=(added + subtracted, size))
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    shifted = (1 + queries @ (matrix.astype(float).T * inverse)) / 2
    expected = shifted[:added].prod(axis=0) / (shifted[added:].prod(axis=0) + 1e-6)
    parts = iter([slice(0, 33), slice(50, 90)])
    queries = queries.astype(np.float32)
    scores, rows = keep_best_quotients_of_parts(Candidates(matrix, inverse), queries, added, 1e-6, 7, parts)
    searched = np.r_[0:33, 50:90]
    assert sorted(rows) == sorted(searched[np.argsort(-expected[searched])[:7]])
    np.testing.assert_allclose(scores, expected[rows], rtol=1e-4)
