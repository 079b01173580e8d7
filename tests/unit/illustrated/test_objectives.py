"""The other objectives in NumPy: steps are gradients of their losses, and losses are those of probabilities."""

import numpy as np
import pytest

from firth.illustrated.hierarchical_softmax import Path, huffman_paths, path_targets, word_probabilities
from firth.illustrated.nce import contrast_shifts, contrast_targets, log_probabilities
from firth.illustrated.softmax import prediction_errors, softmax, softmax_step
from firth.illustrated.targets import noise_targets, train_each, train_mean

WORDS, SIZE = 9, 5
RATE = 1e-6  # so small that a step is its first-order part
WINDOWS = [[1], [0, 1, 3, 5], [1, 4, 1]]
COUNTS = [50, 40, 30, 20, 10, 5, 4, 3, 2]
SHIFTS = contrast_shifts(np.array(COUNTS) / sum(COUNTS), 4)
TARGETS = {
    "negative sampling": noise_targets(4, [6, 2, 8]),
    "hierarchical softmax": path_targets(huffman_paths(COUNTS)[4]),
    "nce": contrast_targets(4, [6, 2, 8, 1], SHIFTS),
    "nce, words twice": contrast_targets(4, [6, 4, 6, 6], SHIFTS),
}


def logistic(targets, architecture):
    def step(matrices, window, rate):
        if architecture == "skipgram":
            return train_each(*matrices, window, targets, rate)
        return train_mean(*matrices, window, targets, rate, exact=True)

    return step


def softmax_of(architecture):
    def step(matrices, window, rate):
        if architecture == "skipgram":
            return softmax_step(*matrices, [[word] for word in window], [4] * len(window), rate)
        return softmax_step(*matrices, [window, [2]], [4, 0], rate)

    return step


STEPS = {
    f"{architecture}, {name}": step
    for architecture in ("skipgram", "cbow")
    for name, step in (
        *((name, logistic(targets, architecture)) for name, targets in TARGETS.items()),
        ("softmax", softmax_of(architecture)),
    )
}


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("name", STEPS)
def test_a_step_goes_down_the_gradient(name, window):
    step = STEPS[name]
    start = np.random.default_rng(len(window)).normal(size=(2, WORDS, SIZE))
    after = start.copy()
    step(after, window, RATE)
    size = 1e-5
    for index in np.ndindex(start.shape):
        more, less = start.copy(), start.copy()
        more[index] += size
        less[index] -= size
        slope = (step(more, window, 0.0) - step(less, window, 0.0)) / (2 * size)
        # central differences are good to about 1e-9, RATE to 1e-5
        assert (after[index] - start[index]) / RATE == pytest.approx(-slope, abs=3e-5)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("rows_of_words", [None, np.arange(1, WORDS + 1, dtype=np.float32)], ids=["alike", "weighted"])
def test_a_sum_passes_its_gradient_by_the_number_of_rows(window, rows_of_words):
    """The change of a row that a word is made of: the gradient of the loss for that row / the rows of the window."""
    rows = np.ones(WORDS) if rows_of_words is None else rows_of_words
    targets = TARGETS["negative sampling"]

    def step(matrices, rate):
        return train_mean(*matrices, window, targets, rate, exact=False, rows_of_words=rows_of_words, summed=True)

    start = np.random.default_rng(len(window)).normal(size=(2, WORDS, SIZE))
    after, size = start.copy(), 1e-5
    step(after, RATE)
    for index in np.ndindex(start.shape):
        more, less = start.copy(), start.copy()
        more[index] += size
        less[index] -= size
        slope = (step(more, 0.0) - step(less, 0.0)) / (2 * size)
        if index[0] == 0:  # a word's vector is the mean of its rows: one of them has 1 / rows of its effect
            slope /= rows[index[1]] * rows[list(window)].sum()
        assert (after[index] - start[index]) / RATE == pytest.approx(-slope, abs=3e-5)


def test_the_documents_softmax_over_the_vocabulary():
    """A probability for every word; target - prediction; the errors add up to zero."""
    scores = [[0.2, -1.11, 0.74]]
    assert softmax(scores).round(2).tolist() == [[0.33, 0.09, 0.57]]
    assert prediction_errors(scores, [0]).round(2).tolist() == [[0.67, -0.09, -0.57]]
    assert prediction_errors(scores, [0]).sum() == pytest.approx(0)
    assert softmax([1e4, 0, -1e4]).tolist() == [1, 0, 0]


def test_an_untrained_softmax_gives_all_words_the_same_probability():
    matrices = np.random.default_rng(0).normal(size=(2, WORDS, SIZE))
    matrices[1] = 0
    assert softmax_step(*matrices, [[1], [2]], [3, 4], 0.1) == pytest.approx(2 * np.log(WORDS))


def test_the_loss_of_a_path_is_that_of_the_words_probability():
    hidden, *nodes = np.random.default_rng(1).normal(size=(WORDS, SIZE))
    paths = huffman_paths(COUNTS)
    probabilities = word_probabilities(hidden, np.array(nodes), paths)
    for path, probability in zip(paths, probabilities, strict=True):
        targets = path_targets(path)
        dots = np.array(nodes)[targets.rows] @ hidden
        assert targets.loss(dots) == pytest.approx(-np.log(probability))


def test_huffmans_own_way_to_a_small_tree():
    #      root 0: a 5 | 1: b 3 | 2: c 2, d 1
    assert huffman_paths([5, 3, 2, 1]) == [
        Path([0], [1]), Path([0, 1], [0, 1]), Path([0, 1, 2], [0, 0, 0]), Path([0, 1, 2], [0, 0, 1])
    ]  # fmt: skip


def test_words_drawn_twice_count_twice():
    targets = contrast_targets(4, [6, 4, 6], SHIFTS)
    assert targets.rows == [4, 6]
    assert targets.weights.tolist() == [2, 2]
    assert targets.labels.tolist() == [1, 0]
    apart = [contrast_targets(4, [], SHIFTS), *(contrast_targets(word, [], SHIFTS) for word in (6, 4, 6))]
    dots = np.array([0.3, -0.7])
    one_by_one = apart[0].loss(dots[:1])
    for word, dot in ((6, dots[1]), (4, dots[0]), (6, dots[1])):
        one_by_one += np.logaddexp(0, dot - SHIFTS[word])
    assert targets.loss(dots) == pytest.approx(one_by_one)


def test_noise_contrastive_estimation_finds_log_probabilities():
    """Where noise is drawn often enough, the optimum of the expected loss is the text's, whatever the noise."""
    rng = np.random.default_rng(3)
    text, noise, k = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(6)), 7
    dots = np.zeros(6)
    assert np.exp(log_probabilities(dots)) == pytest.approx(np.full(6, 1 / 6)), "a model of zeros knows nothing"
    shifts = contrast_shifts(noise, k)
    for _ in range(20_000):  # gradient descent on the expectation over the text and the noise
        odds = 1 / (1 + np.exp(shifts - dots))
        dots += 0.5 * (text * (1 - odds) - k * noise * odds)
    np.testing.assert_allclose(np.exp(log_probabilities(dots)), text, atol=1e-6)
