"""The compiled softmax and Adagrad, compared with their reference implementations."""

import numpy as np
import pytest

from firth.illustrated import language_model
from firth.illustrated.softmax import softmax
from firth.kernels.cpu.language_model.adagrad import adagrad_step
from firth.kernels.cpu.language_model.softmax import softmax_errors
from firth.simd.lanes import LANES


@pytest.mark.parametrize("n_outcomes", [1, 2, LANES - 1, LANES, LANES + 1, 5 * LANES + 3])
def test_errors_and_losses_are_those_of_the_reference(n_outcomes):
    random = np.random.default_rng(n_outcomes)
    stride = -(-n_outcomes // LANES) * LANES
    scores = random.normal(scale=20, size=(7, n_outcomes)).astype(np.float32)
    bias = random.normal(size=n_outcomes).astype(np.float32)
    targets = random.integers(0, n_outcomes, 7).astype(np.int32)
    targets[3] = -1
    padded = np.full((7, stride), np.nan, np.float32)  # padding must not matter
    padded[:, :n_outcomes] = scores
    losses = np.empty(7)
    softmax_errors(padded.ravel(), stride, bias, targets, np.float32(0.5), losses, np.empty(LANES, np.float32))
    predicted = softmax(scores.astype(np.float64) + bias)
    expected = predicted.copy()
    expected[np.arange(7), targets] -= targets >= 0
    np.testing.assert_allclose(padded[:, :n_outcomes], expected / 2, atol=1e-6)
    with_target = targets >= 0
    exact = -np.log(predicted[np.arange(7), targets])
    np.testing.assert_allclose(losses[with_target], exact[with_target], rtol=1e-5, atol=1e-5)


def test_scores_of_any_size_give_probabilities():
    for size in (0, 1e4, -1e4, 3e37):
        scores = np.full(LANES, size, np.float32)
        softmax_errors(
            scores, LANES, np.zeros(LANES, np.float32), np.array([-1], np.int32), np.float32(1), np.empty(1),
            np.empty(LANES, np.float32),
        )  # fmt: skip
        np.testing.assert_allclose(scores, 1 / LANES, rtol=1e-5)


def test_adagrad_is_that_of_the_reference():
    random = np.random.default_rng(1)
    weights, squares, gradient = (random.normal(size=37).astype(np.float32) for _ in range(3))
    squares = squares**2 + 1
    exact = (array.astype(np.float64) for array in (weights, squares, gradient))
    expected, expected_squares = language_model.adagrad_step(*exact, 0.5, 0.1)
    adagrad_step(weights, squares, gradient, np.float32(0.5), np.float32(0.1))
    np.testing.assert_allclose(squares, expected_squares, rtol=1e-6)
    np.testing.assert_allclose(weights, expected, rtol=1e-5, atol=1e-7)
