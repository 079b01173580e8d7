"""The reference of vectors that predict the next item: its gradients by finite differences, and its example."""

import numpy as np

from firth.illustrated import next_item

EXAMPLES = [([0, 3], [0.4, 0.6], 2), ([2], [1.0], 1), ([1, 1, 4], [0.2, 0.3, 0.5], 1)]
DRAWN, EXPECTED = [0, 1, 1, 4], [0.7, 1.6, 1.6, 0.9]


def test_gradients_are_the_slopes_of_the_loss():
    random = np.random.default_rng(1)
    matrices = [random.normal(size=(5, 3)) for _ in range(2)]
    gradients = next_item.batch_gradients(*matrices, EXAMPLES, DRAWN, EXPECTED)
    for matrix, gradient in zip(matrices, gradients, strict=True):
        for place in np.ndindex(matrix.shape):
            kept = matrix[place]
            matrix[place] = kept + 1e-6
            above = next_item.batch_loss(*matrices, EXAMPLES, DRAWN, EXPECTED)
            matrix[place] = kept - 1e-6
            below = next_item.batch_loss(*matrices, EXAMPLES, DRAWN, EXPECTED)
            matrix[place] = kept
            np.testing.assert_allclose(gradient[place], (above - below) / 2e-6, atol=1e-7)


def test_the_example_of_the_page():
    inputs = np.array([[0.0], [0.0], [1.0]])
    outputs = np.array([[1.4], [0.3], [0.0]])
    loss = next_item.batch_loss(inputs, outputs, [([2], [1.0], 0)], [1, 1, 1], [2, 2, 2])
    np.testing.assert_allclose(np.exp(-loss), 0.67, atol=0.005)


def test_with_every_item_drawn_once_the_loss_is_that_of_a_full_softmax():
    random = np.random.default_rng(2)
    inputs, outputs = random.normal(size=(2, 5, 3))
    loss = next_item.batch_loss(inputs, outputs, EXAMPLES, range(5), np.ones(5))
    exact = 0.0
    for items, weights, answer in EXAMPLES:
        exponentials = np.exp(outputs @ (weights @ inputs[items]))
        exact -= np.log(exponentials[answer] / exponentials.sum())
    np.testing.assert_allclose(loss, exact)


def test_weights_of_a_history():
    np.testing.assert_allclose(next_item.history_weights(3, 2, 0.5), [0, 1 / 3, 2 / 3])
    np.testing.assert_allclose(next_item.history_weights(1, 10, 0.8), [1])


def test_one_item_is_drawn_from_each_share():
    assert next_item.shares_drawn([1, 2, 1], [0.5, 0, 0.99, 0.5]).tolist() == [0, 1, 1, 2]


def test_a_step_of_adagrad():
    vectors, squares = next_item.adagrad_step(np.ones((1, 2)), np.array([0.5]), np.array([[1.0, 0.0]]), 0.2)
    np.testing.assert_allclose(squares, [1.0])
    np.testing.assert_allclose(vectors, [[0.8, 1.0]])


def test_gradients_of_composed_items_are_the_slopes_of_a_product():
    random = np.random.default_rng(3)
    rows, direction = random.normal(size=(5, 3)), random.normal(size=(3, 3))
    parts, logits = [[0, 2, 4], [1, 4], [3]], [random.normal(size=size) for size in (3, 2, 1)]
    by_rows, by_logits = next_item.part_gradients(rows, parts, logits, direction)

    def product():
        return float((next_item.compose(rows, parts, logits) * direction).sum())

    for array, slopes in ((rows, by_rows), *zip(logits, by_logits, strict=True)):
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + 1e-6
            above = product()
            array[place] = kept - 1e-6
            below = product()
            array[place] = kept
            np.testing.assert_allclose(slopes[place], (above - below) / 2e-6, atol=1e-8)
