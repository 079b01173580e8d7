"""Chapter 12: sessions, reasons, and new items."""

import pytest

from firth.recommend import Recommender
from firth.recommend.attributes import Attributes
from firth.server.explorer.opened import Opened

KINDS = {"tea": "hot", "cup": "hot", "spoon": "hot", "beer": "cold", "mug": "cold", "mat": "cold"}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("recommenders") / "shop.firth"
    attributes = Attributes.read({item: {"kind": kind} for item, kind in KINDS.items()})
    visits = [["tea", "cup", "spoon"], ["beer", "mug", "mat"], ["tea", "cup"]] * 40
    Recommender(vector_size=8, epochs=2, threads=1).fit(visits, attributes, progress=False).save(path)
    return path


@pytest.fixture(scope="module")
def shop(path, explore):
    with explore(Opened(recommender=Recommender.load(path), recommender_file=str(path))) as client:
        yield client


def test_the_chapter_is_there_only_with_a_recommender(shop, client):
    about = shop.get("/explorer/about").json()
    assert (about["chapters"][-1], about["start"]) == ("recommender", "recommender")
    assert about["recommender"]["items"] == 6
    without = client.get("/explorer/about").json()
    assert ("recommender" in without["chapters"], without["start"]) == (False, "people")
    assert client.post("/explorer/recommender/next", json={}).status_code == 422


def test_items_are_found_by_name_and_the_most_frequent_come_first(shop):
    first = shop.get("/explorer/recommender/items").json()
    assert [one["count"] for one in first["items"]] == sorted((one["count"] for one in first["items"]), reverse=True)
    assert {one["item"] for one in first["items"][:2]} == {"tea", "cup"}
    found = shop.get("/explorer/recommender/items", params={"text": "UG"}).json()
    assert ([one["item"] for one in found["items"]], found["is_near"]) == (["mug"], False)
    near = shop.get("/explorer/recommender/items", params={"text": "spoom"}).json()
    assert ([one["item"] for one in near["items"]], near["is_near"]) == (["spoon"], True)


def test_the_parts_of_each_score_are_those_of_the_library_and_sum_to_it(shop, path):
    model = Recommender.load(path)
    found = shop.post("/explorer/recommender/next", json={"history": ["tea", "cup", "coffee"], "count": 4}).json()
    assert [one["item"] for one in found["items"]] == model.recommend(["tea", "cup"], 4).items
    assert (found["items"][0]["item"], found["skipped"]) == ("spoon", ["coffee"])
    for one in found["items"]:
        assert sum(part["amount"] for part in one["parts"]) == pytest.approx(one["score"], abs=1e-4)
    parts = [(part["item"], part["component"]) for part in found["items"][0]["parts"]]
    assert parts == [tuple(part[:2]) for part in model.explain(["tea", "cup"], "spoon")]
    assert set(found["components"]) == {part["component"] for one in found["items"] for part in one["parts"]}


def test_without_a_session_the_most_frequent_items_have_no_reasons(shop):
    found = shop.post("/explorer/recommender/next", json={"count": 2}).json()
    assert found["is_popularity"]
    assert [one["parts"] for one in found["items"]] == [[], []]


def test_what_is_around_an_item(shop, path):
    found = shop.post("/explorer/recommender/item", json={"item": "tea", "count": 3}).json()
    model = Recommender.load(path)
    assert [(one["item"], one["value"]) for one in found["similar"]] == [
        (item, pytest.approx(score)) for item, score in model.similar_items("tea", 3)
    ]
    assert [one["item"] for one in found["goes_with"]] == model.goes_with("tea", 3).items
    assert (found["count"], found["values"]) == (80, {"kind": ["hot"]})
    assert shop.post("/explorer/recommender/item", json={"item": "tee"}).status_code == 422


def test_a_new_item_is_placed_by_its_attributes_and_changes_nothing(shop, path):
    (column,) = shop.get("/explorer/recommender/attributes").json()
    assert (column["name"], sorted(one["value"] for one in column["values"])) == ("kind", ["cold", "hot"])
    near = shop.post("/explorer/recommender/new", json={"values": {"kind": ["cold"]}, "count": 3}).json()["near"]
    vector = Recommender.load(path).cold_start({"kind": ["cold"]}).item_vector
    nearest = Recommender.load(path).item_vectors.nearest_to_vector(vector, 3)
    assert [one["item"] for one in near] == [word for word, _ in nearest]
    body = {"history": ["beer"], "count": 3, "new": {"kind": ["cold"]}}
    with_new = shop.post("/explorer/recommender/next", json=body).json()["items"]
    assert [one["is_new"] for one in with_new] == [False, False, True]
    without = shop.post("/explorer/recommender/next", json={"history": ["beer"], "count": 3}).json()["items"]
    assert not any(one["is_new"] for one in without)
