"""Vectors that predict the next item, trained on a GPU: beside the processor's, by value."""

import numpy as np
import pytest

from firth.recommend.next_item_batch import Batches
from firth.recommend.next_item_examples import Examples
from firth.recommend.next_item_gpu import GpuBatches
from firth.recommend.next_item_matrix import LearnedMatrix
from firth.recommend.next_item_settings import NextItemSettings
from firth.recommend.next_item_vectors import NextItemVectors
from firth.recommend.sequences import Sequences

ITEMS = 30


@pytest.mark.parametrize(
    "settings",
    [
        {"vector_size": 5, "batch_size": 9, "negative_samples": 8, "history": 3},
        {"vector_size": 70, "batch_size": 12, "negative_samples": 3, "recency": 1.0},
    ],
    ids=str,
)
def test_steps_are_those_of_the_processor(settings):
    rng = np.random.default_rng(1)
    ids = rng.integers(0, ITEMS, 24).astype(np.int32)
    weights = rng.uniform(0.5, 2, 24).astype(np.float32)
    examples = Examples.of(ids, np.array([0, 7, 8, 24]), weights, settings.get("history", 10))
    order = examples.shuffled(rng)
    settings = NextItemSettings(**settings)
    starts = [rng.normal(size=(ITEMS, settings.vector_size)).astype(np.float32) / 3 for _ in range(2)]
    results = []
    for kind in (lambda *both: Batches(*both, None, settings), lambda *both: GpuBatches(*both, settings)):
        both = [LearnedMatrix(ITEMS, settings.vector_size, 0.1) for _ in range(2)]
        for matrix, start in zip(both, starts, strict=True):
            matrix.rows[:] = start
        batches = kind(*both)
        batches.begin_epoch(0, np.bincount(ids, minlength=ITEMS) ** 0.5)
        losses = [
            batches.train(examples, order[first : first + settings.batch_size], number, 0.25)
            for number, first in enumerate(range(0, len(order), settings.batch_size))
        ]
        batches.store()
        results.append((losses, *(matrix.rows.copy() for matrix in both)))
    assert results[1][0] == pytest.approx(results[0][0], rel=1e-6)
    for one, other, start in zip(results[1][1:], results[0][1:], starts, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-6)
        assert abs(one - start).max() > 0.05


def test_a_model_is_trained():
    sequences = Sequences.of([list("abcd"), list("bcda"), list("cd")])
    settings = {"vector_size": 3, "negative_samples": 2, "batch_size": 5, "epochs": 2}
    found, expected = (NextItemVectors(**settings, backend=backend).fit(sequences) for backend in ("cuda", "cpu"))
    np.testing.assert_allclose(found.item_vectors, expected.item_vectors, atol=2e-6)
    np.testing.assert_allclose(found.next_vectors, expected.next_vectors, atol=2e-6)
