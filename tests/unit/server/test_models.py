"""Names of models, and files that are replaced, damaged or removed while they are served."""

import threading
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from firth import FormatError, NgramModel, SettingError, WordVectors
from firth.server.app import create_app
from firth.server.models import Models, named_paths

WORDS = ["one", "two", "three"]
OTHERS = ["uno", "due", "tre"]


def save(path, words):
    vectors = WordVectors(words, np.eye(3, 4, dtype=np.float32) + 0.1)
    vectors.save(path)
    return vectors


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "numbers.firth"
    save(path, WORDS)
    return path


@pytest.fixture
def client(path):
    with TestClient(create_app(Models({"numbers": path})), base_url="http://localhost") as client:
        yield client


def neighbours(client, word, **options):
    response = client.post("/v1/models/numbers/similar", json={"words": [word], **options})
    return response.status_code, [
        one["word"] for one in response.json().get("results", [{"neighbours": []}])[0]["neighbours"]
    ]


def health(client):
    return client.get("/health").json()


def counter(client, name):
    return next(line.split()[1] for line in client.get("/metrics").text.splitlines() if line.startswith(name))


def test_names_come_from_files_or_are_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a=b.firth").touch()
    named = named_paths(["news.firth", "mine=other/news.firth", "glove.6B.50d.txt.gz", "c=a=b.firth"])
    assert list(named) == ["news", "mine", "glove.6B.50d", "c"]
    assert named["mine"] == tmp_path / "other" / "news.firth"
    with pytest.raises(SettingError, match="NAME=PATH"):
        named_paths(["a=b.firth"])  # exists, so that it is a path and no name
    with pytest.raises(SettingError, match="two models"):
        named_paths(["news.firth", "old/news.firth"])
    with pytest.raises(SettingError, match="no model"):
        Models({})


def test_what_cannot_be_opened_is_an_error_at_the_start(tmp_path):
    (tmp_path / "damaged.firth").write_bytes(b"\x10\0\0\0\0\0\0\0{")
    with pytest.raises(FormatError):
        Models({"damaged": tmp_path / "damaged.firth"})
    with pytest.raises(FileNotFoundError):
        Models({"missing": tmp_path / "missing.firth"})
    NgramModel(order=2, min_count=1, tokenizer=str.split).fit(["a b c"], progress=False).save(tmp_path / "own.firth")
    with pytest.raises(SettingError, match="tokenizer"):
        Models({"own": tmp_path / "own.firth"})


def test_a_replaced_file_is_opened_by_the_next_request(client, path):
    assert neighbours(client, "one")[1] == ["two", "three"]
    save(path, OTHERS)
    assert neighbours(client, "uno") == (200, ["due", "tre"])
    assert neighbours(client, "one") == (422, [])
    assert counter(client, "firth_reloads_total") == "1"


def test_a_damaged_file_changes_nothing_but_health(client, path):
    damaged = path.with_name("damaged")
    damaged.write_bytes(path.read_bytes()[:200])
    damaged.replace(path)
    assert neighbours(client, "one") == (200, ["two", "three"])
    state = health(client)
    assert state["status"] == "degraded"
    assert "still served" in state["models"][0]["problem"]
    assert str(path.parent) not in state["models"][0]["problem"]
    assert counter(client, "firth_failed_reloads_total") == "1"
    save(path, OTHERS)
    assert neighbours(client, "uno") == (200, ["due", "tre"])
    assert health(client)["status"] == "ok"


def test_a_removed_file_is_still_served(client, path):
    path.unlink()
    assert neighbours(client, "one") == (200, ["two", "three"])
    assert "no such file" in health(client)["models"][0]["problem"].lower()
    save(path, OTHERS)
    assert neighbours(client, "uno") == (200, ["due", "tre"])


def test_an_index_that_is_built_later_is_used(client, path):
    assert neighbours(client, "one", approximate=True)[0] == 409
    save(path.with_name("same.firth"), WORDS).build_index(f"{path}.index", progress=False)
    assert neighbours(client, "one", approximate=True) == (200, ["two", "three"])
    Path(f"{path}.index").write_bytes(b"no index")
    assert neighbours(client, "one", approximate=True)[0] == 409
    assert neighbours(client, "one")[0] == 200
    assert "index" in health(client)["models"][0]["problem"]


def test_requests_in_flight_end_with_the_model_that_they_began_with(client, path, monkeypatch):
    served = client.app.state.models["numbers"].current.vectors
    begun, may_end = threading.Event(), threading.Event()
    search = served.most_similar

    def slow(*arguments, **options):
        begun.set()
        may_end.wait(10)
        return search(*arguments, **options)

    monkeypatch.setattr(served, "most_similar", slow)
    found = []
    request = threading.Thread(target=lambda: found.append(neighbours(client, "one")))
    request.start()
    assert begun.wait(10)
    save(path, OTHERS)
    assert neighbours(client, "uno") == (200, ["due", "tre"])
    may_end.set()
    request.join()
    assert found == [(200, ["two", "three"])]


def test_unknown_words_may_have_a_fallback(path):
    with TestClient(create_app(Models({"numbers": path}, fallback="spelling")), base_url="http://localhost") as client:
        assert neighbours(client, "thre")[1] == neighbours(client, "three")[1]
        assert neighbours(client, "zzzzzz")[0] == 422
    with pytest.raises(SettingError, match="subword"):
        Models({"numbers": path}, fallback="subword")
