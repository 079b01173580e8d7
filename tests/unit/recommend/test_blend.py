"""Weights of components, fitted to questions; and the questions that are held out."""

import numpy as np
import pytest

from firth.kernels.cpu.recommend.logit import likelihood_of_answers
from firth.recommend import Sequences
from firth.recommend.blend import Candidates, default_weights, fit_weights
from firth.recommend.held_out import compare, hold_out, largest_products, without
from firth.recommend.training_events import TrainingEvents


def questions(weights, count, seed=1):
    """Questions of 8 candidates whose answers are drawn with the softmax of given weights."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(count, 8, 9)).astype(np.float32)
    scores = features @ weights + random.gumbel(size=(count, 8))
    answers = scores.argmax(axis=1)
    rows = np.arange(count)
    features[rows, 0], features[rows, answers] = features[rows, answers].copy(), features[rows, 0].copy()
    return Candidates(features.reshape(-1, 9), np.arange(0, 8 * count + 1, 8))


def penalised(candidates, weights):
    strengths = np.array([1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1])
    total = -(strengths * (weights - default_weights()) ** 2).sum()
    for first, stop in zip(candidates.offsets[:-1], candidates.offsets[1:], strict=True):
        scores = candidates.features[first:stop].astype(float) @ weights
        total += scores[0] - np.log(np.exp(scores).sum())
    return total


def test_the_weights_that_made_the_answers_are_found():
    wanted = np.array([1, 0.5, 2, 0, -0.5, 1, -1, 0, 3.0])
    assert np.allclose(fit_weights(questions(wanted, 20_000)), wanted, atol=0.1)


def test_no_other_weights_are_likelier():
    candidates = questions(np.linspace(-1, 1, 9), 60)
    weights = fit_weights(candidates).astype(float)
    best = penalised(candidates, weights)
    random = np.random.default_rng(2)
    for _ in range(30):
        assert penalised(candidates, weights + random.normal(scale=0.03, size=9)) < best


def test_few_questions_change_little_and_none_nothing():
    none = Candidates(np.empty((0, 9), np.float32), np.zeros(1, np.int64))
    assert (fit_weights(none) == default_weights()).all()
    one = fit_weights(questions(np.zeros(9), 1))
    assert np.abs(one - default_weights())[:5].max() < 1


@pytest.fixture
def sequences():
    random = np.random.default_rng(4)
    return Sequences.of([random.integers(0, 50, n).tolist() for n in random.integers(1, 40, 100)])


def test_ends_of_at_most_a_fifth_of_the_sequences_are_held_out(sequences):
    for most in (0, 1, 30, 10_000):
        held_out = hold_out(sequences, most, seed=3)
        assert held_out.sum() <= most
        cut = 0
        for first, stop in zip(sequences.offsets[:-1], sequences.offsets[1:], strict=True):
            part = held_out[first:stop]
            assert not part[0] and (np.diff(part.astype(int)) >= 0).all() and part.sum() <= 20
            cut += part.any()
        assert cut <= 20
    assert held_out.sum() > 50
    assert (hold_out(sequences, 30, seed=3) != hold_out(sequences, 30, seed=4)).any()


def test_the_latest_sequences_are_held_out(sequences):
    times = np.arange(sequences.n_events, 0, -1).astype(float)  # the first sequence is the latest
    timed = Sequences(sequences.items, sequences.ids, sequences.offsets, times=times)
    assert hold_out(timed, 10_000, seed=1)[sequences.offsets[25] :].sum() == 0
    assert hold_out(sequences, 10_000, seed=1)[: sequences.offsets[75]].sum() == 0


def test_what_is_held_out_is_gone(sequences):
    weights = np.arange(sequences.n_events, dtype=np.float32)
    weighted = Sequences(sequences.items, sequences.ids, sequences.offsets, weights=weights)
    held_out = hold_out(weighted, 100, seed=1)
    rest = without(weighted, held_out)
    assert len(rest) == len(sequences) and rest.n_events == sequences.n_events - held_out.sum()
    assert (rest.ids == sequences.ids[~held_out]).all() and (rest.weights == weights[~held_out]).all()


def likelihood(candidates, weights):
    gradient, curvature = np.empty(9), np.empty((9, 9))
    longest = np.diff(candidates.offsets).max()
    total = likelihood_of_answers(*candidates, weights, np.empty(longest), np.empty(9), gradient, curvature)
    return total, gradient, curvature


def test_the_likelihood_of_answers_and_its_slopes():
    features, _ = questions(np.zeros(9), 5)
    candidates = Candidates(features, np.array([0, 1, 9, 20, 40]))
    weights = np.linspace(-1, 1, 9)
    total, gradient, curvature = likelihood(candidates, weights)
    expected = 0.0
    for first, stop in zip(candidates.offsets[:-1], candidates.offsets[1:], strict=True):
        scores = features[first:stop].astype(float) @ weights
        expected += scores[0] - np.log(np.exp(scores).sum())
    assert total == pytest.approx(expected)
    for f, small in enumerate(1e-5 * np.eye(9)):
        above, below = likelihood(candidates, weights + small), likelihood(candidates, weights - small)
        assert (above[0] - below[0]) / 2e-5 == pytest.approx(gradient[f], abs=1e-6)
        np.testing.assert_allclose((below[1] - above[1]) / 2e-5, curvature[f], atol=1e-6)


@pytest.mark.parametrize(
    ("n_queries", "n_items", "size", "count"), [(1, 5, 3, 5), (100, 1500, 20, 50), (30, 1024, 8, 1)]
)
def test_the_largest_products_are_those_of_a_sorted_table(n_queries, n_items, size, count):
    random = np.random.default_rng(n_items)
    queries, vectors = random.normal(size=(n_queries, size)), random.normal(size=(n_items, size))
    found = largest_products(queries.astype(np.float32), vectors.astype(np.float32), count)
    expected = np.argsort(-(queries @ vectors.T), axis=1)[:, :count]
    assert np.sort(found, axis=1).tolist() == np.sort(expected, axis=1).tolist()


def test_questions_have_their_answer_first_and_the_features_of_each_candidate(sequences):
    held_out = hold_out(sequences, 40, seed=2)
    n = len(sequences.items)  # at most 50, all of which are candidates
    random = np.random.default_rng(5)
    inputs, outputs = random.normal(size=(2, n, 6)).astype(np.float32)

    def vectors_of(histories):
        return np.stack([inputs[histories.some(q, q + 1).ids].sum(axis=0) for q in range(len(histories))])

    candidates = compare(sequences, held_out, outputs, vectors_of)
    known = TrainingEvents(without(sequences, held_out)).items
    assert len(known) == n and np.diff(candidates.offsets).tolist() == [n] * held_out.sum()
    begins = sequences.offsets[np.searchsorted(sequences.offsets, np.flatnonzero(held_out), side="right") - 1]
    for q, (begin, position) in enumerate(zip(begins, np.flatnonzero(held_out), strict=True)):
        features = candidates.features[candidates.offsets[q] : candidates.offsets[q + 1]]
        history = sequences.ids[begin:position]
        products = outputs @ inputs[history].sum(axis=0)
        answer = sequences.ids[position]
        assert features[0, 0] == pytest.approx(products[answer], rel=1e-4, abs=1e-5)
        np.testing.assert_allclose(np.sort(features[:, 0]), np.sort(products), rtol=1e-4, atol=1e-5)
        assert features[0, 4] == pytest.approx(np.log(known.counts[known.number(sequences.items.item(answer))]))
        assert features[:, 5:].sum() == len(set(history.tolist()))
        assert features[0, 5:].any() == (answer in history)
