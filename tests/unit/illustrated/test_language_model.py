"""The three steps of the early neural language model."""

import numpy as np
import pytest

from firth.illustrated.language_model import (
    Network,
    adagrad_step,
    compute_prediction,
    error_gradients,
    look_up,
    project,
)
from firth.illustrated.softmax import softmax


def network(direct, outcomes=7, size=3, history=2, hidden=4):
    random = np.random.default_rng(5)
    shapes = [(outcomes + 1, size), (hidden, history * size), (hidden,), (outcomes, hidden), (outcomes,)]
    arrays = [random.normal(size=shape) for shape in shapes]
    return Network(*arrays, random.normal(size=(outcomes, history * size)) if direct else None)


def loss(net, history, next_word):
    x = look_up(net, history)
    return -np.log(project(net, x, compute_prediction(net, x))[next_word])


def test_softmax_makes_probabilities_of_any_numbers():
    np.testing.assert_allclose(softmax(np.array([1000.0, 1000.0 + np.log(3)])), [0.25, 0.75])
    assert softmax(np.zeros((2, 5))).sum(axis=1) == pytest.approx([1, 1])


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("history", [[1, 2], [3, 3], [7, 0]])
def test_gradients_are_those_of_finite_differences(direct, history):
    net = network(direct)
    found = error_gradients(net, history, 4)
    assert found.loss == pytest.approx(loss(net, history, 4))
    for name, weights, slopes in zip(Network._fields, net, found.network, strict=True):
        if weights is None:
            assert slopes is None
            continue
        for index in np.ndindex(weights.shape):
            kept = weights[index]
            weights[index] = kept + 1e-6
            up = loss(net, history, 4)
            weights[index] = kept - 1e-6
            down = loss(net, history, 4)
            weights[index] = kept
            assert slopes[index] == pytest.approx((up - down) / 2e-6, abs=1e-7), (name, index)


def test_adagrad_divides_steps_by_the_root_of_the_summed_squares():
    weights, squares = np.array([1.0, 1.0]), np.array([9.0, 0.75])
    after, squares_after = adagrad_step(weights, squares, np.array([4.0, -0.5]), 0.1)
    assert squares_after.tolist() == [25, 1]
    np.testing.assert_allclose(after, [1 - 0.1 * 4 / 5, 1 + 0.1 * 0.5 / 1])
    decayed, _ = adagrad_step(weights, squares, np.array([3.5, 0.0]), 0.1, weight_decay=0.5)
    assert decayed[0] == pytest.approx(after[0])
