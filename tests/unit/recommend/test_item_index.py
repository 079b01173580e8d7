"""The index of a recommender: clusters of histories and the items that are best for them."""

import numpy as np
import pytest

from firth.errors import SettingError
from firth.kernels.arguments import EncodedIds
from firth.recommend import Recommender
from firth.recommend.item_index import IndexFacts, ItemIndex, clusters_of, k_means, nearest_centers
from firth.recommend.items import UNKNOWN
from firth.recommend.scorer import NEVER, Histories


@pytest.fixture(scope="module")
def model():
    """Items in a line, each of which is followed by the next one."""
    random = np.random.default_rng(3)
    starts = random.integers(0, 2000, 1500)
    sequences = [(start + np.arange(4)).tolist() for start in starts]
    return Recommender(vector_size=8, epochs=1, threads=1).fit(sequences, progress=False)


def test_clusters_list_the_best_items_of_their_histories():
    random = np.random.default_rng(1)
    middles = np.array([[8, 0], [-8, 0]], np.float32)
    groups = np.arange(24) % 2
    queries = middles[groups] + random.normal(size=(24, 2)).astype(np.float32) / 10
    best = np.stack([groups * 10, groups * 10 + np.arange(24) // 2 % 2, np.full(24, UNKNOWN)], axis=1).astype(np.int32)
    clusters = clusters_of(queries, best, np.random.default_rng(4))
    assert len(clusters.centers) == 2
    index = ItemIndex(clusters, IndexFacts(1, 1.0))
    for group, middle in enumerate(middles):
        lists, (near,) = index.lists_for(middle[np.newaxis])
        assert lists.ids[lists.sentence_offsets[near[0]] : lists.sentence_offsets[near[0] + 1]].tolist() == [
            group * 10,
            group * 10 + 1,
        ]
    (both,) = index.lists_for(middles[:1], read=2)[1]
    assert index.items_of(both).tolist() == [0, 1, 10, 11]


def test_k_means_finds_groups_and_lowers_the_distances():
    random = np.random.default_rng(2)
    rows = random.normal(size=(300, 5)).astype(np.float32)
    centers = k_means(rows, 12, np.random.default_rng(5))

    def distances(some):
        own = nearest_centers(rows, some, np.square(some).sum(axis=1), 1)[:, 0]
        exact = np.square(rows[:, None].astype(np.float64) - some).sum(axis=2)
        assert np.array_equal(own, exact.argmin(axis=1))
        return exact.min(axis=1).sum()

    assert distances(centers) < 0.8 * distances(rows[:12])
    near = nearest_centers(rows, centers, np.square(centers).sum(axis=1), 3)
    exact = np.square(rows[:, None] - centers).sum(axis=2).argsort(axis=1)[:, :3]
    assert np.array_equal(np.sort(near), np.sort(exact))


def test_the_index_finds_what_it_promises(model):
    with pytest.raises(SettingError, match="build one"):
        model.recommend([5], approximate=True)
    with pytest.raises(SettingError, match="above 0 and below 1"):
        model.build_index(recall=1)
    assert model.index_recall is None
    assert model.build_index(recall=0.9, progress=False).index_recall > 0.85
    histories = model.items.list_of(range(200))
    exact = model.recommend_many([[item] for item in histories], count=20)
    found = model.recommend_many([[item] for item in histories], count=20, approximate=True)
    shared = [len(set(a) & set(b)) / 20 for a, b in zip(exact.items, found.items, strict=True)]
    assert np.mean(shared) > 0.9
    never = model.recommend([histories[0]], 5, never=exact[0].items[:3], approximate=True)
    assert not set(never.items) & set(exact[0].items[:3]) and len(never) == 5


def test_lists_are_searched_as_all_items_are(model):
    """Every item in some list, some in two: what is found is what the exact search finds."""
    learned, random = model.learned, np.random.default_rng(6)
    n = len(model.items)
    parts = random.integers(0, 3, n)
    lists = [np.flatnonzero(parts == part) for part in range(3)]
    lists[1] = np.union1d(lists[1], lists[0][::2])
    ids, starts = np.concatenate(lists).astype(np.int32), np.cumsum([0, *map(len, lists)])
    queries = random.normal(size=(40, 8)).astype(np.float32)
    histories = Histories.of([random.integers(0, n, row % 4).astype(np.int32) for row in range(40)])
    base = np.where(random.random(n) < 0.1, NEVER, learned.search.base)
    exact = learned.search.best(queries, histories, 15, base, learned.weights)
    for _ in range(2):  # nothing is left of one search when the next one begins
        every = np.tile(np.arange(3), (40, 1))
        found = learned.search.best(queries, histories, 15, base, learned.weights, (EncodedIds(ids, starts), every))
        assert np.array_equal(found.items, exact.items) and np.array_equal(found.scores, exact.scores)
    few = learned.search.best(queries, histories, 15, base, learned.weights, (EncodedIds(ids, starts), every[:, :1]))
    nothing = np.diff(histories.offsets) == 0
    assert set(few.items[nothing].ravel()) <= {*lists[0], UNKNOWN}


def test_a_list_that_the_index_cannot_fill_is_found_exactly(model):
    model.build_index(recall=0.5, progress=False)
    history = [model.items.list_of([7])[0]]
    n = len(model.items)
    assert model.recommend(history, n, approximate=True) == model.recommend(history, n)


def test_more_is_read_where_more_is_to_be_found(model):
    facts = [model.build_index(recall=recall, progress=False).learned.index.facts for recall in (0.3, 0.99)]
    assert facts[0].read <= facts[1].read
    assert facts[0].recall <= facts[1].recall
