"""The document's pictures of training, number by number, and its steps as gradients of its loss."""

import numpy as np
import pytest

from firth.illustrated.cbow import cbow_step
from firth.illustrated.negative_sampling import errors_of, loss_of, sigmoid, training_step
from firth.illustrated.skipgram import skipgram_step

WORDS = ["not", "thou", "aaron", "taco"]
DOTS = [0.2, -1.11, 0.74]


def matrices_with_these_dot_products():
    """Embedding and Context in which "not" meets thou, aaron and taco with the document's dot products."""
    rng = np.random.default_rng(7)
    embedding, context = rng.normal(size=(2, len(WORDS), 50))
    vector = embedding[0]
    for row, dot in enumerate(DOTS, start=1):
        context[row] += (dot - context[row] @ vector) / (vector @ vector) * vector
    return embedding, context


def test_the_documents_numbers():
    embedding, context = matrices_with_these_dot_products()
    step = training_step(embedding, context, WORDS.index("not"), WORDS.index("thou"), [2, 3], learning_rate=0.025)
    assert step.output_words == [1, 2, 3]
    assert step.targets.tolist() == [1, 0, 0]
    np.testing.assert_allclose(step.dot_products, DOTS, atol=1e-12)
    assert step.sigmoids.round(2).tolist() == [0.55, 0.25, 0.68]
    assert step.errors.round(2).tolist() == [0.45, -0.25, -0.68]


def test_a_step_moves_the_four_vectors_the_right_way_and_no_other():
    embedding, context = matrices_with_these_dot_products()
    before = embedding.copy(), context.copy()
    first = training_step(embedding, context, 0, 1, [2, 3], learning_rate=0.01)
    moved = [(now != then).any(axis=1).tolist() for now, then in zip((embedding, context), before, strict=True)]
    assert moved == [[True, False, False, False], [False, True, True, True]]
    second = training_step(embedding, context, 0, 1, [2, 3], learning_rate=0.01)
    assert (np.sign(second.dot_products - first.dot_products) == [1, -1, -1]).all()
    assert second.loss < first.loss


def test_all_vectors_of_a_step_move_by_the_old_values_of_the_others():
    embedding, context = matrices_with_these_dot_products()
    vector, outputs = embedding[0].copy(), context[1:].copy()
    errors = np.array([1, 0, 0]) - 1 / (1 + np.exp(-np.array(DOTS)))
    training_step(embedding, context, 0, 1, [2, 3], learning_rate=0.5)
    np.testing.assert_allclose(embedding[0], vector + 0.5 * errors @ outputs, rtol=1e-12)
    np.testing.assert_allclose(context[1:], outputs + 0.5 * np.outer(errors, vector), rtol=1e-12)


def test_an_untrained_pair_is_a_toss_up():
    assert float(sigmoid(0)) == 0.5
    assert errors_of([0.0, 0.0], [1, 0]).tolist() == [0.5, -0.5]
    assert loss_of([0.0], [1]) == pytest.approx(np.log(2))


def test_sigmoid_and_loss_have_no_limits():
    extreme = np.array([-2000.0, -745.0, 745.0, 2000.0])
    np.testing.assert_allclose(sigmoid(extreme), [0, 0, 1, 1], atol=1e-300)
    assert loss_of(extreme, [1, 1, 0, 0]) == pytest.approx(2745 * 2)


# ---------------------------------------------------------------- the step is -learning rate x gradient of the loss

WORD_COUNT, VECTOR_SIZE = 9, 5
RATE = 1e-6  # so small that a step is its first-order part: what words that occur twice add is below 1e-5
NEGATIVES = [6, 2, 8]


def slow_training_step(word_vectors, context_vectors, center, context, negatives, rate):
    """training_step for a window: its one word is the input, the center the neighbour."""
    return training_step(word_vectors, context_vectors, context[0], center, negatives, rate).loss


def two_targets_at_once(*arguments):
    return skipgram_step(*arguments, targets_at_once=2)


def exact_cbow_step(*arguments):
    return cbow_step(*arguments, exact=True)


def gradient(step, matrices, which, window):
    """Central differences of the loss; `step` works on copies."""
    size = 1e-5

    def loss_with(place, change):
        moved = [matrix.copy() for matrix in matrices]
        moved[which][place] += change
        return step(*moved, 4, window, NEGATIVES, 0.0)

    result = np.empty_like(matrices[which])
    for place in np.ndindex(result.shape):
        result[place] = (loss_with(place, size) - loss_with(place, -size)) / (2 * size)
    return result


@pytest.mark.parametrize(
    ("step", "window"),
    [
        (slow_training_step, [1]),
        (skipgram_step, [1]),
        (skipgram_step, [0, 1, 3, 5]),
        (skipgram_step, [1, 4, 1]),
        (two_targets_at_once, [0, 1, 3]),
        (exact_cbow_step, [1]),
        (exact_cbow_step, [0, 1, 3, 5]),
        (exact_cbow_step, [1, 4, 1]),
    ],
)
def test_a_step_goes_down_the_gradient(step, window):
    matrices = np.random.default_rng(len(window)).normal(size=(2, WORD_COUNT, VECTOR_SIZE))
    after = [matrix.copy() for matrix in matrices]
    step(*after, 4, window, NEGATIVES, RATE)
    for which in range(2):
        moved = (after[which] - matrices[which]) / RATE
        # central differences are good to about 1e-9, RATE to 1e-5
        np.testing.assert_allclose(moved, -gradient(step, matrices, which, window), atol=2e-5)


@pytest.mark.parametrize("window", [[3], [0, 1, 3, 5], [1, 4, 1]])
def test_word2vec_c_gives_each_word_of_a_window_the_whole_gradient(window):
    start = np.random.default_rng(3).normal(size=(2, WORD_COUNT, VECTOR_SIZE))
    exact, whole = start.copy(), start.copy()
    losses = [
        cbow_step(*exact, 4, window, NEGATIVES, 0.1, exact=True),
        cbow_step(*whole, 4, window, NEGATIVES, 0.1, exact=False),
    ]
    assert losses[0] == losses[1]
    np.testing.assert_array_equal(exact[1], whole[1])
    np.testing.assert_allclose(whole[0] - start[0], len(window) * (exact[0] - start[0]), atol=1e-14)


def test_a_window_of_one_word_is_the_same_question_for_both_architectures():
    start = np.random.default_rng(4).normal(size=(2, WORD_COUNT, VECTOR_SIZE))
    results = []
    for step in (slow_training_step, skipgram_step, exact_cbow_step):
        matrices = start.copy()
        results.append((step(*matrices, 4, [2], NEGATIVES, 0.3), matrices))
    for loss, matrices in results[1:]:
        assert loss == pytest.approx(results[0][0])
        np.testing.assert_allclose(matrices, results[0][1], rtol=1e-12)
