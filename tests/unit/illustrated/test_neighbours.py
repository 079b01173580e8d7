"""The smart-alec model has an accuracy of 100 % and useless vectors; negative samples mend that."""

import numpy as np
import pytest

from firth.backends.plan import epoch_key
from firth.illustrated.draws import Draws
from firth.illustrated.neighbours import SENTENCES, NeighbourModel, train_neighbours
from firth.illustrated.windows import negative_rows, skipgram_rows
from firth.training.sampling_tables import noise_table

WORDS = list(dict.fromkeys(word for sentence in SENTENCES for word in sentence))
IDS = [[WORDS.index(word) for word in sentence] for sentence in SENTENCES]
NEIGHBOURS = [row for sentence in IDS for row in skipgram_rows(sentence, 2)]
NEIGHBOURING = {row[:2] for row in NEIGHBOURS}
EVERY_PAIR = [(i, j, int((i, j) in NEIGHBOURING)) for i in range(len(WORDS)) for j in range(len(WORDS))]
KING, QUEEN, CAT, DOG = map(WORDS.index, ("king", "queen", "cat", "dog"))


def rows_with_noise(seed):
    table = noise_table(np.bincount(np.concatenate(IDS)), 0.75)
    keep = np.full(len(WORDS), 2**32 - 1, np.uint32)
    return list(negative_rows(IDS, 2, Draws(keep, table, 2, False, 2, int(epoch_key(seed, 0)))))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_negative_samples_all_vectors_become_alike(seed):
    model = train_neighbours(NEIGHBOURS, len(WORDS), seed=seed)
    assert model.accuracy(NEIGHBOURS) == 1
    assert model.losses[-1] < 0.01
    assert model.mean_similarity() > 0.95
    assert abs(model.similarity(KING, QUEEN) - model.similarity(KING, CAT)) < 0.02
    assert all(model.probability(word, other) > 0.9 for word, other, _ in EVERY_PAIR), "it predicts 1 for every pair"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_negative_samples_make_vectors_differ(seed):
    rows = rows_with_noise(seed)
    model = train_neighbours(rows, len(WORDS), seed=seed)
    assert model.accuracy(rows) < 0.9, "words drawn at random are neighbours now and then"
    assert model.accuracy(EVERY_PAIR) > 0.8
    assert model.similarity(KING, QUEEN) > model.similarity(KING, CAT) + 0.2
    assert model.similarity(CAT, DOG) > model.similarity(DOG, QUEEN) + 0.2
    assert model.mean_similarity() < 0.5


def test_a_step_is_that_of_the_loss():
    """One example, one epoch: both vectors move down the gradient of -log likelihood."""
    start = train_neighbours([(0, 1, 1)], 2, epochs=3, seed=4)
    moved = train_neighbours([(0, 1, 1)], 2, epochs=4, seed=4)
    error = 1 - start.probability(0, 1)
    np.testing.assert_allclose(moved.embedding[0], start.embedding[0] + 0.1 * error * start.context[1])
    np.testing.assert_allclose(moved.context[1], start.context[1] + 0.1 * error * start.embedding[0])
    np.testing.assert_array_equal(moved.embedding[1], start.embedding[1])
    assert moved.losses[3] == pytest.approx(-np.log(start.probability(0, 1)))


def test_what_a_model_reports():
    model = NeighbourModel(np.array([[1.0, 0], [0, 2]]), np.array([[0.0, 0], [np.log(3), 0]]), [])
    assert model.probability(0, 1) == pytest.approx(0.75)
    assert model.accuracy([(0, 1, 1), (0, 1, 0), (0, 0, 1), (1, 1, 0)]) == 0.5  # 0.5 counts as yes
    assert model.mean_similarity() == model.similarity(0, 1) == 0
