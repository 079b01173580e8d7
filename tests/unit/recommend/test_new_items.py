"""New items, users as vectors, and the index."""

import copy

import numpy as np
import pytest

from firth.errors import FirthWarning, SettingError
from firth.recommend import Attributes, Recommender
from firth.recommend.new_items import Similarities, parse_attributes
from firth.recommend.user_vectors import decayed_mean

ATTRIBUTES = Attributes(
    ["tea", "cup", "oil", "pan", "jug", "nowhere"],
    np.array([0, 2, 4, 5, 6, 8, 9]),
    np.array([0, 2, 0, 3, 1, 1, 0, 3, 2], np.int32),
    [("kind", "drink"), ("kind", "cook"), ("brand", "Acme"), ("brand", "Bolt")],
)


@pytest.fixture
def model():
    """A model whose attributes are known: pairs of cooking and of drinking."""
    visits = [["tea", "cup"], ["tea", "cup", "jug"], ["oil", "pan"], ["pan", "oil"], ["cup", "jug"]] * 20
    return Recommender(vector_size=8, epochs=3, threads=1).fit(visits, ATTRIBUTES, progress=False)


def test_rare_values_make_items_more_alike():
    items = Recommender(epochs=1, threads=1).fit([["tea", "cup", "oil", "pan", "jug"]], progress=False).items
    similarities = Similarities(ATTRIBUTES, items)
    drink, cook, acme, bolt = 0, 1, 2, 3
    weights = np.log(6 / (1 + np.array([3, 2, 1, 2]))) + 1e-6  # of the five items that are known
    cup = weights[[drink, bolt]] @ weights[[drink, bolt]] / np.linalg.norm(weights[[drink, bolt]])
    tea = weights[drink] ** 2 / np.linalg.norm(weights[[drink, acme]])
    assert cup > tea
    assert [items.item(i) for i in similarities.nearest([drink, bolt], 5)] == ["cup", "jug", "tea"]
    assert [items.item(i) for i in similarities.nearest([acme], 5)] == ["tea"]
    assert similarities.nearest([cook], 1).shape == (1,)


def test_values_are_parsed_by_column():
    assert parse_attributes({"kind": ["drink", "cook"], "brand": "Bolt"}, ATTRIBUTES.names) == [0, 1, 3]
    with pytest.raises(SettingError, match="'size': there is no such attribute; there are kind, brand"):
        parse_attributes({"size": "7"}, ATTRIBUTES.names)
    with pytest.raises(SettingError, match="near spellings: Bolt"):
        parse_attributes({"brand": "Bolz"}, ATTRIBUTES.names)
    with pytest.warns(FirthWarning, match="brand 'Zeta'"):
        assert parse_attributes({"kind": "cook", "brand": "Zeta"}, ATTRIBUTES.names) == [1]


def test_vectors_of_a_new_item_are_the_mean_of_its_neighbours(model):
    cold = model.cold_start({"kind": "cook"}, method="neighbours", neighbours=2)
    assert np.allclose(cold.item_vector, model.item_vectors[["oil", "pan"]].mean(axis=0))
    assert np.allclose(cold.next_vector, model.next_vectors[["oil", "pan"]].mean(axis=0))
    one = model.cold_start({"brand": "Acme"}, method="neighbours")
    assert np.allclose(one.item_vector, model.item_vectors["tea"])
    composed = model.cold_start({"kind": "cook", "brand": "Acme"})
    expected = model.learned.vectors.cold_vectors(np.array([1, 2], np.int32))
    assert np.array_equal(composed.item_vector, expected[0]) and np.array_equal(composed.next_vector, expected[1])
    with pytest.raises(SettingError, match="method"):
        model.cold_start({"kind": "cook"}, method="ridge")


def test_new_items_have_places_of_their_own(model):
    before = model.recommend(["oil"], count=4)
    wok, mug = {"kind": "cook"}, {"kind": "drink", "brand": "Bolt"}
    model.add_items({"wok": wok, "mug": mug, "tea": {"kind": "cook"}}, method="neighbours")
    found = model.recommend(["oil"], count=4, new_items=1)
    assert found.items == [*before.items[:3], "wok"] and found.new == 1
    assert model.recommend(["oil"], count=3, new_items=2).items[1:] == ["wok", "mug"]
    assert set(model.recommend(["oil"], only=["wok", "pan"]).items) == {"wok", "pan"}
    assert "wok" not in model.recommend(["oil"], never=["wok"], new_items=1).items
    assert model.recommend(["oil"], count=50).items != before.items  # where their scores put them
    many = model.recommend_many([["oil"], ["tea"]], count=3, new_items=1)
    assert [items[-1] for items in many.items] == ["wok", "mug"]


def test_files_keep_attributes_new_items_and_the_index(model, tmp_path):
    model.add_items({"wok": {"kind": "cook"}}).build_index(progress=False).save(tmp_path / "shop.firth")
    loaded = Recommender.load(tmp_path / "shop.firth")
    assert loaded.recommend(["oil"], count=3, new_items=1) == model.recommend(["oil"], count=3, new_items=1)
    assert loaded.recommend(["oil"], approximate=True) == model.recommend(["oil"], approximate=True)
    assert loaded.index_recall == model.index_recall
    for method in ("composed", "neighbours"):
        before, after = (some.cold_start({"kind": "drink"}, method=method) for some in (model, loaded))
        assert np.array_equal(before.next_vector, after.next_vector)
    loaded.save(tmp_path / "again.firth")
    assert (tmp_path / "again.firth").read_bytes() == (tmp_path / "shop.firth").read_bytes()


def test_new_items_may_be_in_histories(model):
    model.add_items({"wok": {"kind": "cook"}}, method="neighbours")
    found = model.recommend(["wok"], count=2)
    assert set(found.items) == {"oil", "pan"} and not found.skipped and not found.is_popularity
    assert "wok" not in model.recommend(["oil", "wok"], count=10).items
    assert model.recommend(["oil", "wok"], count=1, only=["pan", "jug"]).items == ["pan"]


def test_what_is_no_new_item(model):
    with pytest.raises(SettingError, match="there are no new items"):
        model.recommend(["oil"], new_items=1)
    with pytest.raises(SettingError, match="no item is new"):
        model.add_items({"tea": {"kind": "drink"}})
    with pytest.raises(SettingError, match="must be strings"):
        model.add_items({7: {"kind": "drink"}})
    model.add_items(Attributes(["wok"], np.array([0, 1]), np.array([0], np.int32), [("kind", "cook")]))
    with pytest.raises(SettingError, match="at most count"):
        model.recommend(["oil"], count=1, new_items=2)
    model.learned.attributes = None
    with pytest.raises(SettingError, match="give them to fit"):
        model.cold_start({"kind": "cook"})


def test_old_items_count_less_in_the_vector_of_a_user(model):
    vectors = model.item_vectors
    weights = np.array([0.25, 0.5, 1])
    expected = weights @ vectors[["oil", "pan", "tea"]] / weights.sum()
    by_time = model.user_vector(["oil", "x", "pan", "tea"], times=[0, 1, 86400, 2 * 86400], half_life="1d")
    assert np.allclose(by_time, expected, atol=1e-6)
    dates = np.array(["2020-01-01", "2020-01-02", "2020-01-03"], "datetime64[D]")
    assert np.allclose(model.user_vector(["oil", "pan", "tea"], times=dates, half_life="1d"), expected, atol=1e-6)
    assert np.allclose(model.user_vector(["oil", "pan", "tea"], half_life=1), expected, atol=1e-6)
    assert np.allclose(decayed_mean(np.eye(2, dtype=np.float32), np.array([5.0, 5.0]), 1), 0.5)
    found = model.recommend(model.user_vector(["oil", "pan", "oil"]), count=2)
    assert not found.is_popularity and len(found) == 2
    for history, options, message in (
        (["x"], {}, "no item"),
        (["oil"], {"times": [1, 2]}, "one for each"),
        (["oil"], {"half_life": 0}, "half_life"),
        (["oil"], {"times": ["yesterday"]}, "times="),
    ):
        with pytest.raises((SettingError, ValueError), match=message):
            model.user_vector(history, **options)
    with pytest.raises(SettingError, match="finite numbers"):
        model.recommend(np.zeros(3))


def test_items_that_a_copy_gets_leave_the_original_as_it_is(model):
    copied = copy.copy(model).add_items({"pot": {"kind": "cook"}})
    assert "pot" in copied.recommend(["oil"], 3, new_items=1).items
    assert copied.recommend(["oil"], 3).items[:1] == model.recommend(["oil"], 3).items[:1]
    with pytest.raises(SettingError, match="there are no new items"):
        model.recommend(["oil"], 3, new_items=1)
