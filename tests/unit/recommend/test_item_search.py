"""Lists of the best items, where there are many blocks of them: against the scores of all items."""

import numpy as np
import pytest

from firth.recommend import Recommender
from firth.recommend.scorer import NEVER, Histories

ITEMS, COUNT = 900, 15


@pytest.fixture(scope="module")
def model():
    """Sessions of items that are near each other, and popular ones: more than a dozen blocks of them."""
    random = np.random.default_rng(3)
    starts = random.integers(0, ITEMS, 1200)
    steps = random.integers(-8, 9, (1200, 6))
    sessions = [((start + some) % ITEMS).tolist() for start, some in zip(starts, steps, strict=True)]
    sessions += [random.zipf(1.3, 5).clip(1, ITEMS).tolist() for _ in range(400)]
    return Recommender(vector_size=24, epochs=2, threads=1).fit(sessions, progress=False)


def some_histories(model, seed):
    random = np.random.default_rng(seed)
    return [model.items.list_of(random.integers(0, len(model.items), n)) for n in (1, 1, 2, 3, 5, 8, 13, 30)] * 8


def best_of(scores, count):
    """Numbers of the best items, ties by the smaller number; those with the score NEVER are none of them."""
    order = np.lexsort((np.arange(len(scores)), -scores))[:count]
    return order[scores[order] > NEVER]


@pytest.mark.parametrize("count", [1, COUNT, 300])
def test_lists_are_the_best_of_all_scores(model, count):
    histories = some_histories(model, count)
    found = model.recommend_many(histories, count)
    scores = model.scores(Histories.of([model.items.numbers(history) for history in histories]))
    for row, values, all_scores in zip(found.numbers, found.scores, scores, strict=True):
        best = best_of(all_scores, count)
        listed = row[row >= 0]
        assert len(listed) == len(best) == len(set(listed.tolist()))
        np.testing.assert_allclose(values[: len(best)], all_scores[best], rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(all_scores[listed], all_scores[best], rtol=1e-5, atol=1e-5)


def test_items_that_are_not_wanted_are_left_out(model):
    never = model.items.list_of(range(0, len(model.items), 2))
    for history in some_histories(model, 4)[:8]:
        found = model.recommend(history, COUNT, never=never)
        scores = model.scores(Histories.of([model.items.numbers(history)]))[0]
        scores[::2] = NEVER
        np.testing.assert_allclose([score for _, score in found], scores[best_of(scores, COUNT)], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("only", [3, 40])
def test_of_few_wanted_items_all_are_listed(model, only):
    wanted = model.items.list_of(range(0, len(model.items), len(model.items) // only))
    history = some_histories(model, 5)[0]
    assert set(model.recommend(history, len(model.items), only=wanted, exclude_seen=False).items) == set(wanted)


def test_vectors_in_place_of_histories_rank_by_products(model):
    learned = model.learned
    random = np.random.default_rng(6)
    vectors = random.normal(size=(20, 24)).astype(np.float32) * np.geomspace(1e-4, 10, 20)[:, None].astype(np.float32)
    found = model.recommend_many(list(vectors), COUNT)
    scores = learned.weights[0] * vectors @ learned.next_vectors.T + learned.weights[4] * learned.evidence.log_counts
    for listed, all_scores in zip(found.numbers, scores, strict=True):
        np.testing.assert_allclose(all_scores[listed], np.sort(all_scores)[::-1][:COUNT], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("count", [1, COUNT, 200])
def test_of_equal_scores_the_smaller_number_is_first(model, count):
    """After a vector of zeros scores are those of the counts alone, many of which are equal."""
    found = model.recommend_many([np.zeros(24, np.float32)], count)
    base = model.learned.search.base
    assert len(np.unique(base)) < len(base) // 4
    np.testing.assert_array_equal(found.numbers[0], best_of(base, count))
