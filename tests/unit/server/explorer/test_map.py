"""The points of the map, its clusters, neighbours and axes."""

import numpy as np
import pytest

from firth.plots.projection import project


def points_of(answer):
    assert answer.headers["content-type"] == "application/octet-stream"
    return np.frombuffer(answer.content, "<f4").reshape(-1, 2)


def finished(explorer, url):
    """The answer to a request that may have to be repeated."""
    for _ in range(60):
        answer = explorer.get(url)
        if answer.status_code != 202:
            return answer
        assert answer.json()["waiting"]
    raise AssertionError(f"{url} is never done")


def test_words_are_the_first_of_the_model(explorer, vectors):
    found = explorer.get("/explorer/map/words?count=10").json()
    assert found["words"] == vectors.words[:10]
    assert found["counts"] == list(range(24, 14, -1))
    assert found["most"] == 24
    assert found["methods"][0] == "pca"
    assert len(explorer.get("/explorer/map/words?count=50000").json()["words"]) == 24


def test_points_are_principal_components(explorer, vectors):
    found = points_of(finished(explorer, "/explorer/map/points?count=20"))
    expected = project(vectors.matrix[:20].astype(np.float64), "pca", 1).points
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_clusters_are_groups_of_alike_words_with_names(explorer, vectors):
    found = finished(explorer, "/explorer/map/clusters?count=24").json()
    assert len(found["labels"]) == 24
    assert len(found["names"]) == 8
    for cluster, names in enumerate(found["names"]):
        assert all(found["labels"][vectors.word_id(word)] == str(cluster) for word in names)
    groups = [set(found["labels"][first : first + 6]) for first in range(0, 24, 6)]
    assert not set.intersection(*groups)  # no cluster is of all groups


def test_neighbours_are_among_the_words_of_the_map(explorer, vectors):
    found = explorer.post("/explorer/map/neighbours", json={"word": "cat", "among": 10, "count": 3}).json()
    expected = vectors.most_similar("cat", 3, restrict=10)
    assert [(one["word"], one["similarity"]) for one in found] == expected
    assert [vectors.words[one["index"]] for one in found] == [word for word, _ in expected]
    unknown = explorer.post("/explorer/map/neighbours", json={"word": "taco", "among": 10})
    assert "taco" in unknown.json()["error"]["message"]


def test_axes_are_cosines_with_differences_of_words(explorer, vectors):
    body = {"x": ["man", "woman"], "y": ["cat", "river"], "count": 24}
    found = points_of(explorer.post("/explorer/map/axes", json=body))
    for axis, (low, high) in enumerate((("man", "woman"), ("cat", "river"))):
        expected = dict(vectors.most_similar(positive=[high], negative=[low], count=22))
        for word, cosine in expected.items():
            assert found[vectors.word_id(word), axis] == pytest.approx(cosine, abs=1e-6)
    refused = explorer.post("/explorer/map/axes", json=body | {"x": ["cat", "cat"]})
    assert "same direction" in refused.json()["error"]["message"]


@pytest.mark.parametrize("query", ["count=5", "count=50001", "method=tsne", "count=x"])
def test_what_is_out_of_bounds_is_refused(explorer, query):
    assert explorer.get(f"/explorer/map/points?{query}").status_code == 422
