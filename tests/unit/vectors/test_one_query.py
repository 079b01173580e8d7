"""One query is ranked as a batch is: the same rows and the same bits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.vectors.exact_search import ExactSearch, Sizes
from firth.vectors.one_query import MOST_EQUAL


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 60),
    st.integers(1, 40),
    st.integers(1, 70),
    st.lists(st.integers(0, 70), max_size=3),
    st.sampled_from([1, 7, 2_000_000]),
)
def test_one_query_is_the_batch(seed, n_rows, size, count, excluded, alone):
    """Rows of small whole numbers: many are equal, some are zeros."""
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-1, 2, (n_rows, size)).astype(np.float32)
    queries = matrix[rng.integers(0, n_rows, 8)].astype(np.float64) + rng.integers(0, 2) * rng.normal(size=(8, size))
    queries /= np.maximum(np.linalg.norm(queries, axis=1, keepdims=True), 1e-9)
    sizes = Sizes(piece_numbers=50, alone_numbers=alone)
    search = ExactSearch(matrix, compiled=False, sizes=sizes)
    candidates = search.first_rows(int(rng.integers(1, n_rows + 1)))
    count = min(count, candidates.n_rows)
    together = search.nearest(queries, count, [excluded] * 8, candidates)
    for number, query in enumerate(queries):
        alone_found = search.nearest(query[None], count, [excluded], candidates)
        np.testing.assert_array_equal(alone_found.similarities[0], together.similarities[number])
        # Which of equal rows are the last ones depends on float32: more than a few can be equal.
        surely = together.similarities[number] > together.similarities[number].min()
        np.testing.assert_array_equal(alone_found.rows[0][surely], together.rows[number][surely])


@pytest.mark.parametrize("n_rows", [100, MOST_EQUAL + 500])
def test_of_very_many_equal_rows_the_first_are_found(n_rows):
    search = ExactSearch(np.ones((n_rows, 3), np.float32), compiled=False)
    found = search.nearest(np.full((1, 3), 3**-0.5), 5, [[1]])
    assert found.rows.tolist() == [[0, 2, 3, 4, 5]]
