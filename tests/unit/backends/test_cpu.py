"""What only the CPU backend has: padded and aligned matrices, and rows of its own for each thread."""

import numpy as np
import pytest

from firth.backends.cpu import CpuBackend, batch_tokens
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.kernels.cpu.training.batches import BATCH
from firth.kernels.cpu.training.workspace import target_block
from firth.simd.lanes import LANES
from firth.simd.memory import CACHE_LINE
from firth.training.hyperparameters import OBJECTIVES, Hyperparameters
from firth.training.plan import plan_training


def started(words, vector_size, threads, tokens=3000, **settings):
    """A backend with random matrices; returns it, and those."""
    rng = np.random.default_rng(1)
    ids = rng.integers(0, words, tokens).astype(np.int32)
    vocabulary = Vocabulary([f"w{i}" for i in range(words)], np.sort(np.bincount(ids, minlength=words) + 1)[::-1])
    corpus = EncodedCorpus(vocabulary, ids, np.array([0, tokens // 3, tokens]), tokens)
    plan = plan_training(Hyperparameters(vector_size=vector_size, **settings), corpus)
    matrices = tuple(rng.normal(size=(n, vector_size)).astype(np.float32) for n in (words, plan.n_outputs))
    backend = CpuBackend(threads)
    backend.start(plan, *matrices)
    return backend, matrices


@pytest.mark.parametrize("threads", [1, 2, 4, 9])
@pytest.mark.parametrize(("words", "vector_size"), [(1, 1), (5, 16), (700, 17)])
def test_rows_are_padded_and_aligned(words, vector_size, threads):
    backend, matrices = started(words, vector_size, threads)
    weights = backend.weights
    for flat, matrix in zip((weights.input, weights.output), matrices, strict=True):
        rows = flat.reshape(-1, weights.stride)
        np.testing.assert_array_equal(rows[: len(matrix), :vector_size], matrix)
        assert not rows[: len(matrix), vector_size:].any()
        assert flat.ctypes.data % 64 == weights.stride * 4 % 64 == 0
    assert vector_size <= weights.columns <= weights.stride
    assert weights.columns % LANES == weights.stride % CACHE_LINE == 0


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("architecture", ["skipgram", "cbow"])
@pytest.mark.parametrize("threads", [1, 2])
def test_padding_and_rows_of_zeros_stay_zero(architecture, objective, threads):
    backend, matrices = started(40, 19, threads, architecture=architecture, objective=objective, subsample_threshold=0)
    backend.train_epoch(0, (0.1, 0.05), range(3000), watch=lambda totals: None)
    weights = backend.weights
    assert (backend.matrices()[0] != matrices[0]).any()
    for flat in (weights.input, weights.output):
        assert not flat.reshape(-1, weights.stride)[:, 19:].any()
    for hot in backend.hot_rows:
        assert not weights.output.reshape(-1, weights.stride)[hot.zero_row].any()


@pytest.mark.parametrize("objective", ["negative_sampling", "hierarchical_softmax", "softmax"])
@pytest.mark.parametrize("words", [1, 2, 100, 700])
@pytest.mark.parametrize("threads", [1, 2, 4, 5, 16])
def test_no_two_threads_share_a_copy_or_a_row_of_zeros(threads, words, objective):
    backend, (inputs, outputs) = started(words, 8, threads, objective=objective)
    input_rows, output_rows = list(range(len(inputs))), list(range(len(outputs)))
    for hot in backend.hot_rows:
        assert hot.count <= min(len(inputs), len(outputs))
        assert (hot.count > 0) == (1 < threads <= 4 and objective != "softmax" and len(outputs) > 0)
        input_rows += range(hot.first_input, hot.first_input + hot.count)
        output_rows += [*range(hot.first_output, hot.first_output + hot.count), hot.zero_row]
    stride = backend.weights.stride
    assert sorted(input_rows) == list(range(len(backend.weights.input) // stride))
    assert sorted(output_rows) == list(range(len(backend.weights.output) // stride))


def test_threads_exchange_what_they_learned_as_often_together_as_one_would():
    assert batch_tokens(1) == BATCH
    assert batch_tokens(2) == BATCH // 2
    assert batch_tokens(4) == BATCH // 4


@pytest.mark.parametrize(("targets", "block"), [(1, 1), (2, 2), (6, 6), (8, 8), (9, 5), (16, 8), (17, 6), (26, 7)])
def test_blocks_of_targets_are_even(targets, block):
    assert len(target_block(targets)) == block
