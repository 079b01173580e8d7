"""Errors are JSON with a code and one sentence, whatever is wrong."""

import pytest

from firth.server import limits


@pytest.mark.parametrize(
    ("endpoint", "body", "field"),
    [
        ("similar", {}, "words"),
        ("similar", {"words": []}, "words"),
        ("similar", {"words": "king"}, "words"),
        ("similar", {"words": [3]}, "words[0]"),
        ("similar", {"words": ["king"] * (limits.MOST_WORDS + 1)}, "words"),
        ("similar", {"words": ["k" * (limits.LONGEST_WORD + 1)]}, "words[0]"),
        ("similar", {"words": ["king"], "count": 0}, "count"),
        ("similar", {"words": ["king"], "count": "3"}, "count"),
        ("similar", {"words": ["king"], "count": limits.MOST_NEIGHBOURS + 1}, "count"),
        ("similar", {"words": ["king"] * 1000, "count": 1000}, "count"),
        ("similar", {"words": ["king"], "cuont": 3}, "cuont"),
        ("analogy", {"sums": [{"negative": ["king"]}]}, "sums[0].positive"),
        ("between", {"pairs": [["king"]]}, "pairs[0]"),
        ("odd-one-out", {"groups": [["king", "queen"]]}, "groups[0]"),
        ("sentence-vectors", {"sentences": ["king"], "sif": -1}, "sif"),
        ("next-words", {"texts": ["a" * (limits.LONGEST_TEXT + 1)]}, "texts[0]"),
    ],
)
def test_a_wrong_value_is_named(refused, endpoint, body, field):
    status, error = refused(endpoint, **body)
    assert (status, error["code"], error["field"]) == (422, "invalid_request", field)
    assert error["message"].startswith(field) or field == "count"


def test_what_the_library_refuses_is_an_error_of_the_request(refused):
    status, error = refused("similar", words=["king"], approximate=True, restrict=3)
    assert (status, error["code"]) == (422, "invalid_request")
    status, error = refused("analogy", sums=[{"positive": ["king"]}], approximate=True, method="3cosmul")
    assert (status, error["code"]) == (422, "invalid_request")


def test_a_model_that_cannot_do_it(refused):
    assert refused("similar", model="nothing", words=["king"])[1]["message"].endswith("plane, bare, next")
    assert refused("similar", model="nothing", words=["king"])[0] == 404
    for endpoint, model, body, code in [
        ("similar", "next", {"words": ["king"]}, "wrong_kind"),
        ("next-words", "plane", {"texts": ["the"]}, "wrong_kind"),
        ("recommend", "plane", {"histories": [["king"]]}, "wrong_kind"),
        ("similar", "bare", {"words": ["king"], "approximate": True}, "no_index"),
    ]:
        status, error = refused(endpoint, model=model, **body)
        assert (status, error["code"]) == (409, code)


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "invalid_json"),
        (b"\xff\xfe", "application/json", 400, "invalid_json"),
        (b"[" * 100_000, "application/json", 400, "invalid_json"),
        (b'{"words": ["\\ud800"]}', "application/json", 422, "invalid_request"),
        (b'{"words": ["king"], "count": NaN}', "application/json", 422, "invalid_request"),
        (b'{"sentences": ["king"], "sif": Infinity}', "application/json", 422, "invalid_request"),
        (b'{"words": ["king"]}', "text/plain", 415, "unsupported_media_type"),
        (b'{"words": ["king"]}', "", 415, "unsupported_media_type"),
        (b" " * (limits.LONGEST_BODY + 1), "application/json", 413, "too_large"),
    ],
)
def test_bodies_that_are_no_requests(client, content, kind, status, code):
    response = client.post("/v1/models/plane/similar", content=content, headers={"Content-Type": kind})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_a_body_whose_length_is_not_announced_is_limited_too(client):
    parts = (b" " * 100_000 for _ in range(20))
    response = client.post("/v1/models/plane/similar", content=parts, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


def test_paths_and_methods(client):
    response = client.get("/v1/models/plane/similar")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["error"]["code"] == "method_not_allowed"
    for path in ("/nothing", "/v1/models/plane/nothing", "/v1/models/..%2f..%2fetc%2fpasswd", "/docs"):
        response = client.get(path)
        assert (response.status_code, response.json()["error"]["code"]) in [(404, "not_found"), (404, "unknown_model")]


def test_a_fault_of_the_server_shows_nothing_of_it(client, app, monkeypatch):
    def fail(name):
        raise RuntimeError("secret")

    monkeypatch.setattr(app.state.models, "vectors", fail)
    response = client.post("/v1/models/plane/similar", json={"words": ["king"]})
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "internal_error"
    assert "secret" not in response.text
