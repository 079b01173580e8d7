"""The matrices in training: what is put in comes out, the rest is padding and copies."""

import numpy as np
import pytest
from firth.training.weights import TrainingWeights, batch_tokens, initial_word_vectors

from firth.kernels.cpu.training.batches import BATCH
from firth.simd.lanes import LANES


@pytest.mark.parametrize("threads", [1, 2, 4, 9])
@pytest.mark.parametrize(("words", "vector_size"), [(1, 1), (5, 16), (700, 17)])
def test_what_is_set_comes_back_without_padding(words, vector_size, threads):
    weights = TrainingWeights.allocate(words, vector_size, threads)
    rng = np.random.default_rng(1)
    word, context = rng.normal(size=(2, words, vector_size)).astype(np.float32)
    weights.set(word, context)
    np.testing.assert_array_equal(weights.word_vectors(), word)
    np.testing.assert_array_equal(weights.context_vectors(), context)
    assert np.count_nonzero(weights.word) == np.count_nonzero(word)
    assert weights.word.ctypes.data % 64 == weights.context.ctypes.data % 64 == weights.stride * 4 % 64 == 0
    assert vector_size <= weights.argument().columns <= weights.stride
    assert weights.argument().columns % LANES == 0


def test_results_are_copies():
    weights = TrainingWeights.allocate(2, 3, 1)
    weights.word_vectors()[:] = 1
    assert not weights.word.any()


@pytest.mark.parametrize("threads", [1, 2, 4, 5, 16])
def test_no_two_threads_share_a_copy_or_a_row_of_zeros(threads):
    words = 700
    weights = TrainingWeights.allocate(words, 8, threads)
    rows = list(range(words))
    for thread in range(threads):
        hot = weights.hot_rows(thread)
        rows += [*range(hot.first, hot.first + hot.count), hot.spare]
        assert hot.count == weights.hot <= words
    assert sorted(rows) == list(range(len(weights.word)))


def test_threads_exchange_what_they_learned_as_often_together_as_one_would():
    assert batch_tokens(1) == BATCH
    assert batch_tokens(2) == BATCH // 2
    assert batch_tokens(4) == BATCH // 4


def test_initial_vectors():
    matrix = initial_word_vectors(2000, 50, seed=3)
    assert matrix.dtype == np.float32
    assert np.abs(matrix).max() <= 1 / 50
    assert matrix.std() == pytest.approx(1 / 50 / np.sqrt(3), rel=0.02)  # even from -1/D to 1/D
    assert abs(matrix.mean()) < 1e-4
    np.testing.assert_array_equal(matrix, initial_word_vectors(2000, 50, seed=3))
    assert (matrix != initial_word_vectors(2000, 50, seed=4)).mean() > 0.99
    np.testing.assert_array_equal(initial_word_vectors(3, 2, -1), initial_word_vectors(3, 2, 2**64 - 1))
