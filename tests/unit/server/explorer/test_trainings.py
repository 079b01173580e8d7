"""Trainings over HTTP: begun, followed by server-sent events, commanded, saved, opened."""

import json

import pytest

from firth.illustrated.neighbours import SENTENCES
from firth.models.word2vec import Word2Vec
from firth.server.explorer import texts

TEXT = "\n".join(" ".join(words) for words in SENTENCES)
SETTINGS = {"vector_size": 8, "min_count": 1, "epochs": 20}
FOREVER = {**SETTINGS, "epochs": 1000, "vector_size": 100}


def begin(client, settings=SETTINGS, **given):
    """The id of a new training."""
    answer = client.post("/explorer/trainings", json={"text": TEXT, "settings": settings, **given})
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def followed(client, id):
    """All events of a training, until it is at rest."""
    with client.stream("GET", f"/explorer/trainings/{id}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        return [json.loads(line.removeprefix("data: ")) for line in response.iter_lines() if line]


def test_events_lead_to_the_end(client):
    id = begin(client, words=["king", "taco"])
    last = followed(client, id)[-1]
    assert last == client.get(f"/explorer/trainings/{id}").json()
    assert last["state"] == "done"
    assert last["progress"]["epoch"] == 20
    assert last["watched"]["unknown"] == ["taco"]
    assert last["watched"]["words"][0]["word"] == "king"
    assert last["settings"]["threads"] == 1


def test_a_model_is_saved_and_opened_for_all_chapters(client, opened, tmp_path):
    assert opened.limit > 0  # of the model before
    before = opened.limit
    id = begin(client)
    followed(client, id)
    saved = client.get(f"/explorer/trainings/{id}/model")
    assert 'filename="model.firth"' in saved.headers["content-disposition"]
    path = tmp_path / "model.firth"
    path.write_bytes(saved.content)
    model = Word2Vec.load(path)
    assert model.vectors.vector_size == 8
    assert client.post(f"/explorer/trainings/{id}/open").json()["words"] == len(model.vocabulary)
    about = client.get("/explorer/about").json()["model"]
    assert (about["vector_size"], about["file"]) == (8, "model.firth")
    row = client.post("/explorer/words", json={"words": ["king"]}).json()["rows"][0]
    assert row["vector"] == pytest.approx(model.vectors["king"].tolist())
    assert opened.limit != before


def test_commands(client):
    id = begin(client, FOREVER, text=TEXT * 50)
    assert client.get(f"/explorer/trainings/{id}/model").status_code == 422
    client.post(f"/explorer/trainings/{id}/do/stop")
    assert followed(client, id)[-1]["state"] == "stopped"
    assert client.post(f"/explorer/trainings/{id}/do/resume").status_code == 422
    assert client.post(f"/explorer/trainings/{id}/do/jump").status_code == 422
    assert client.post("/explorer/trainings/none/do/stop").status_code == 422


def test_words_to_watch_can_be_changed(client):
    id = begin(client)
    followed(client, id)
    answer = client.post(f"/explorer/trainings/{id}/words", json={"words": ["cat"]}).json()
    assert [one["word"] for one in answer["watched"]["words"]] == ["cat"]


def test_a_file_is_trained_on(client):
    sent = client.post("/explorer/texts?name=my%20text.txt", content=TEXT.encode()).json()
    assert (sent["name"], sent["bytes"]) == ("my text.txt", len(TEXT))
    id = begin(client, text=None, file=sent["id"])
    last = followed(client, id)[-1]
    assert (last["state"], last["name"]) == ("done", "my text.txt")
    assert last["words"] == 13


@pytest.mark.parametrize("name", ["/etc/passwd", "../../x", "x\0y"])
def test_a_name_is_only_shown(client, name):
    sent = client.post("/explorer/texts", params={"name": name}, content=b"a b c")
    assert sent.json()["name"] == name
    assert client.post("/explorer/trainings", json={"file": name}).status_code == 422


def test_a_file_that_is_too_large_or_empty_is_not_kept(client, monkeypatch):
    monkeypatch.setattr(texts, "LARGEST_FILE", 1 << 20)
    for content in (b"", b"x" * (1 << 20) + b"x"):
        assert client.post("/explorer/texts", content=content).status_code == 422


@pytest.mark.parametrize(
    "given",
    [
        {"text": " "},
        {"text": "x" * 300_001},
        {"file": "unknown"},
        {"settings": {"epochs": 1001}},
        {"settings": {"vector_size": 301}},
        {"settings": {"window": 51}},
        {"settings": {"learning_rate": 0}},
        {"words": ["word"] * 13},
    ],
)
def test_what_is_out_of_bounds_is_refused(client, given):
    assert client.post("/explorer/trainings", json=given).status_code == 422


def test_requests_are_answered_while_models_are_trained(client):
    ids = [begin(client, FOREVER, text=TEXT * 50) for _ in range(2)]
    for _ in range(20):
        assert client.post("/explorer/words", json={"words": ["king"]}).status_code == 200
    for id in ids:
        client.post(f"/explorer/trainings/{id}/do/stop")
        assert followed(client, id)[-1]["state"] == "stopped"
