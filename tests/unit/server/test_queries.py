"""What each endpoint returns is what the library returns."""

import importlib.util
import json

import msgpack
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from firth import WordVectors
from firth.server.app import create_app
from firth.server.arrow_responses import neighbours_as_arrow
from firth.server.models import Models
from firth.vectors.neighbours import Neighbour


def records(neighbours):
    return [{"word": word, "similarity": round(similarity, 6)} for word, similarity in neighbours]


@pytest.mark.parametrize("approximate", [False, True])
def test_similar_words_of_many_words_in_one_request(post, vectors, approximate):
    results = post("similar", words=["king", "wörter"], count=2, approximate=approximate)
    assert [one["word"] for one in results] == ["king", "wörter"]
    for one in results:
        assert one["neighbours"] == records(vectors.most_similar(one["word"], 2))


def test_candidates_of_similar_words(post, vectors):
    (result,) = post("similar", words=["king"], restrict=4, exclude=["queen", "no such word"])
    assert result["neighbours"] == records(vectors.most_similar("king", restrict=4, exclude=["queen"]))


def test_more_neighbours_and_more_words_than_are_searched_together(post, vectors):
    results = post("similar", words=["king"] * 50, count=200)
    assert len(results) == 50
    assert results[7]["neighbours"] == records(vectors.most_similar("king", 200))


@pytest.mark.parametrize("method", ["3cosadd", "3cosmul"])
def test_analogies(post, vectors, method):
    sums = [{"positive": ["king", "woman"], "negative": ["man"]}, {"positive": ["water"], "negative": []}]
    first, second = post("analogy", sums=sums, method=method, count=1)
    assert first["neighbours"][0]["word"] == "queen"
    assert first["neighbours"] == records(vectors.analogy("man", "king", "woman", 1, method=method))
    assert second["negative"] == []
    assert len(second["neighbours"]) == 1


def test_words_between(post, vectors):
    (result,) = post("between", pairs=[["man", "queen"]], count=2)
    assert [one["word"] for one in result["between"]] == [one.word for one in vectors.between("man", "queen", 2)]
    assert set(result["between"][0]) == {"word", "similarity", "position"}


def test_similarity(post, vectors):
    first, second = post("similarity", pairs=[["king", "queen"], ["king", "king"]])
    assert first["similarity"] == round(vectors.similarity("king", "queen"), 6)
    assert second == {"pair": ["king", "king"], "similarity": 1.0}


def test_odd_one_out(post):
    (result,) = post("odd-one-out", groups=[["king", "queen", "man", "water"]])
    assert result["odd_one_out"] == "water"


def test_vectors_have_every_digit_that_float32_needs(post, vectors):
    results = post("vectors", words=["wörter", "king"])
    assert [one["word"] for one in results] == ["wörter", "king"]
    for one in results:
        assert np.array(one["vector"], np.float32).tolist() == vectors[one["word"]].tolist()
    assert results[0]["vector"] == [-1.0, 0.2, 0.4]


def test_sentence_vectors(post, vectors):
    sentences = ["king queen", "nothing known", ""]
    results = post("sentence-vectors", sentences=sentences)
    assert [one["vector"] for one in results[1:]] == [[0.0] * 3] * 2
    assert np.allclose(results[0]["vector"], vectors.mean_vector(["king", "queen"]))
    weighted = post("sentence-vectors", sentences=sentences, sif=1e-3)
    wanted = vectors.sentence_vectors(sentences, sif=1e-3, common=False)
    assert np.allclose([one["vector"] for one in weighted], wanted)


def test_next_words(post):
    first, second = post("next-words", model="next", texts=["the", ""], count=2)
    assert [one["word"] for one in first["next_words"]] == ["king", "queen"]
    assert second["next_words"][0]["word"] == "the"
    assert 0 < first["next_words"][0]["probability"] < 1


@pytest.mark.parametrize(
    ("endpoint", "body", "key"),
    [
        ("similar", {"words": ["kong", "king"]}, "neighbours"),
        ("analogy", {"sums": [{"positive": ["king", "kong"]}, {"positive": ["king"]}]}, "neighbours"),
        ("between", {"pairs": [["king", "kong"], ["man", "queen"]]}, "between"),
        ("similarity", {"pairs": [["king", "kong"], ["man", "queen"]]}, "similarity"),
        ("odd-one-out", {"groups": [["king", "kong", "man"], ["man", "queen", "water"]]}, "odd_one_out"),
        ("vectors", {"words": ["kong", "king"]}, "vector"),
    ],
)
def test_queries_with_unknown_words_fail_or_are_null(post, refused, endpoint, body, key):
    status, error = refused(endpoint, **body)
    assert (status, error["code"], error["word"]) == (422, "unknown_word", "kong")
    assert error["suggestions"] == ["king"]
    results = post(endpoint, **body, unknown="null")
    assert results[0][key] is None
    assert results[1][key] is not None


def test_message_pack_has_the_same_content(client, vectors):
    for endpoint, body in ("similar", {"words": ["king"]}), ("vectors", {"words": ["king", "no"], "unknown": "null"}):
        plain = client.post(f"/v1/models/plane/{endpoint}", json=body)
        packed = client.post(f"/v1/models/plane/{endpoint}", json=body, headers={"Accept": "application/msgpack"})
        assert packed.headers["content-type"] == "application/msgpack"
        content = msgpack.unpackb(packed.content)
        assert content["model"] == plain.json()["model"] == "plane"
        wanted, found = plain.json()["results"], content["results"]
        assert [one["word"] for one in found] == [one["word"] for one in wanted]
    assert found[0]["vector"] == vectors["king"].tolist()
    assert found[1]["vector"] is None


ARROW = {"Accept": "application/vnd.apache.arrow.stream"}


def arrow_table(client, endpoint, **body):
    pyarrow = pytest.importorskip("pyarrow")
    headers = {**ARROW, "Content-Type": "application/json"}
    response = client.post(f"/v1/models/plane/{endpoint}", content=json.dumps(body), headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (200, ARROW["Accept"]), response.text
    table = pyarrow.ipc.open_stream(response.content).read_all()
    assert table.schema.metadata == {b"model": b"plane"}
    return table


def test_arrow_has_the_vectors_bit_for_bit(client, vectors):
    table = arrow_table(client, "vectors", words=["king", "no", "wörter"], unknown="null")
    assert str(table.schema.field("vector").type) == "fixed_size_list<item: float>[3]"
    assert table.to_pylist() == [
        {"word": "king", "vector": vectors["king"].tolist()},
        {"word": "no", "vector": None},
        {"word": "wörter", "vector": vectors["wörter"].tolist()},
    ]
    half = arrow_table(client, "sentence-vectors", sentences=["king queen", ""]).to_pylist()
    assert half == [
        {"sentence": "king queen", "vector": [2.0, 0.5, 1.5]},
        {"sentence": "", "vector": [0.0, 0.0, 0.0]},
    ]


def test_half_a_surrogate_pair_of_a_file_becomes_an_escape():
    pyarrow = pytest.importorskip("pyarrow")
    response = neighbours_as_arrow("plane", [{"word": "a"}], [[Neighbour("\ud800", 0.5)]])
    assert pyarrow.ipc.open_stream(response.body).read_all().to_pylist() == [
        {"word": "a", "neighbours": [{"word": "\\ud800", "similarity": 0.5}]}
    ]


def test_arrow_has_the_neighbours_of_each_query(client, vectors):
    rows = arrow_table(client, "similar", words=["king", "no", "man"], count=2, unknown="null").to_pylist()
    assert [row["word"] for row in rows] == ["king", "no", "man"]
    assert rows[1]["neighbours"] is None
    for row in (rows[0], rows[2]):
        wanted = vectors.most_similar(row["word"], 2)
        assert [one["word"] for one in row["neighbours"]] == [one.word for one in wanted]
        assert [one["similarity"] for one in row["neighbours"]] == pytest.approx([one.similarity for one in wanted])
    sums = [{"positive": ["king", "woman"], "negative": ["man"]}, {"positive": ["no"]}, {"positive": ["king"]}]
    rows = arrow_table(client, "analogy", sums=sums, count=1, unknown="null").to_pylist()
    assert [row["positive"] for row in rows] == [["king", "woman"], ["no"], ["king"]]
    assert [row["negative"] for row in rows] == [["man"], [], []]
    assert [row["neighbours"] and row["neighbours"][0]["word"] for row in rows] == ["queen", None, "man"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (f"{ARROW['Accept']}, application/json", "application/json"),
        (f"application/msgpack;q=0.9, {ARROW['Accept']}", "application/msgpack"),
        ("text/html, */*", "application/json"),
        ("*/*", "application/json"),
    ],
)
def test_results_without_arrow_come_in_the_next_form_that_is_accepted(client, accept, kind):
    body = {"pairs": [["king", "queen"]]}
    response = client.post("/v1/models/plane/similarity", json=body, headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, kind)


def test_arrow_alone_is_refused_where_there_is_none(client, monkeypatch):
    response = client.post("/v1/models/plane/similarity", json={"pairs": [["king", "queen"]]}, headers=ARROW)
    assert (response.status_code, response.json()["error"]["code"]) == (406, "not_acceptable")
    find = importlib.util.find_spec
    monkeypatch.setattr("firth.server.media_types.find_spec", lambda name: find(name) if name != "pyarrow" else None)
    response = client.post("/v1/models/plane/vectors", json={"words": ["king"]}, headers=ARROW)
    assert response.status_code == 406
    assert "pip install 'firth[parquet]'" in response.json()["error"]["message"]
    both = {"Accept": f"{ARROW['Accept']}, application/json"}
    assert client.post("/v1/models/plane/vectors", json={"words": ["king"]}, headers=both).json()["model"] == "plane"


def test_long_responses_are_compressed_for_those_who_accept_it(client):
    body = {"words": ["king"] * 100}
    headers = {"Accept-Encoding": "gzip"}
    long = client.post("/v1/models/plane/similar", json=body, headers=headers)
    short = client.post("/v1/models/plane/similar", json={"words": ["king"]}, headers=headers)
    assert long.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in short.headers
    assert long.json()["results"][99] == short.json()["results"][0]


def test_an_application_that_is_mounted_in_another_one_answers_the_same(client, app):
    outer = Starlette(routes=[Mount("/words", app)])
    with TestClient(outer, base_url="http://localhost:8000", raise_server_exceptions=False) as mounted:
        for body in (b'{"words": ["king"]}', b'{"words": []}', b"{", b'{"words": ["kinng"]}', b""):
            path, headers = "/v1/models/plane/similar", {"Content-Type": "application/json"}
            direct = client.post(path, content=body, headers=headers)
            through = mounted.post(f"/words{path}", content=body, headers=headers)
            assert (through.status_code, through.json()) == (direct.status_code, direct.json())


def test_words_are_quoted_and_similarities_have_six_decimals(tmp_path):
    words = {'"quoted"\\': (1, 0), "tab\t": (1, 0.5), "\udc80half": (0.5, 1)}
    vectors = WordVectors(list(words), np.array(list(words.values()), np.float32))
    vectors.save(tmp_path / "odd.firth")
    app = create_app(Models({"odd": tmp_path / "odd.firth"}))
    with TestClient(app, base_url="http://localhost:8000") as client:
        response = client.post("/v1/models/odd/similar", json={"words": ['"quoted"\\']})
    (result,) = json.loads(response.content)["results"]
    assert result == {"word": '"quoted"\\', "neighbours": records(vectors.most_similar('"quoted"\\'))}


def test_models_are_described(client):
    models = {one["name"]: one for one in client.get("/v1/models").json()["models"]}
    assert list(models) == ["plane", "bare", "next"]
    assert models["plane"]["kind"] == "word vectors"
    assert (models["plane"]["words"], models["plane"]["vector_size"]) == (6, 3)
    assert (models["plane"]["has_index"], models["bare"]["has_index"]) == (True, False)
    assert (models["next"]["kind"], models["next"]["vector_size"]) == ("language model", None)
    assert client.get("/v1/models/plane").json() == models["plane"]
