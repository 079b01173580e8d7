"""Recommenders behind the same server."""

import pytest
from starlette.testclient import TestClient

from firth.recommend import Recommender
from firth.server.app import create_app
from firth.server.models import Models


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("recommenders") / "shop.firth"
    model = Recommender(vector_size=8, epochs=2, threads=1)
    model.fit([["tea", "cup", "spoon"], ["beer", "mug", "mat"]] * 50, progress=False).save(path)
    return path


@pytest.fixture(scope="module")
def client(path):
    with TestClient(create_app(Models({"shop": path})), base_url="http://localhost") as client:
        yield client


def recommend(client, **body):
    response = client.post("/v1/models/shop/recommend", json=body)
    return response.status_code, response.json()


def test_recommendations_are_those_of_the_library(client, path):
    status, found = recommend(client, histories=[["tea", "cup"], ["nothing known"], ["beer", 7, "mug"]], count=2)
    assert status == 200
    first, unknown, third = found["results"]
    wanted = Recommender.load(path).recommend(["tea", "cup"], 2)
    assert [one["item"] for one in first["items"]] == wanted.items
    assert first["items"][0] == {"item": "spoon", "score": round(wanted[0].score, 6)}
    assert (first["skipped"], first["is_popularity"]) == (0, False)
    assert (unknown["skipped"], unknown["is_popularity"]) == (1, True)
    assert (third["items"][0]["item"], third["skipped"]) == ("mat", 1)


def test_candidates(client):
    status, found = recommend(client, histories=[["tea"]], only=["mug", "mat"], never=["mat"])
    assert [one["item"] for one in found["results"][0]["items"]] == ["mug"]
    status, found = recommend(client, histories=[["tea"]], only=["coffee"])
    assert (status, found["error"]["code"]) == (422, "unknown_word")


def test_it_is_described_and_has_no_other_endpoints(client):
    (model,) = client.get("/v1/models").json()["models"]
    assert (model["kind"], model["words"], model["vector_size"]) == ("recommender", 6, None)
    response = client.post("/v1/models/shop/vectors", json={"words": ["tea"]})
    assert (response.status_code, response.json()["error"]["code"]) == (409, "wrong_kind")
