"""Models whose answers are known, and an app that serves them."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("fastapi")
pytest.importorskip("msgpack")

from starlette.testclient import TestClient

from firth import NgramModel, WordVectors
from firth.server.app import create_app
from firth.server.models import Models

# Gender is one direction and rank another, so that every analogy holds exactly.
WORDS = {
    "man": (1, 0, 1),
    "woman": (1, 1, 1),
    "king": (2, 0, 1.5),
    "queen": (2, 1, 1.5),
    "water": (-1, 0.3, 0.2),
    "wörter": (-1, 0.2, 0.4),
}
COUNTS = [6, 5, 4, 3, 2, 1]
TEXT = ["the king drinks water", "the queen drinks water", "the king sleeps"] * 5


def save_vectors(path: Path, words=None, scale=1.0) -> WordVectors:
    words = words or WORDS
    matrix = scale * np.array(list(words.values()), np.float32)
    vectors = WordVectors(list(words), matrix, COUNTS[: len(words)])
    vectors.save(path)
    return vectors


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Files of models that no test changes."""
    folder = tmp_path_factory.mktemp("served")
    save_vectors(folder / "plane.firth").build_index(folder / "plane.firth.index", progress=False)
    save_vectors(folder / "bare.firth")
    NgramModel(order=2, min_count=1).fit(TEXT, progress=False).save(folder / "next.firth")
    return folder


@pytest.fixture(scope="session")
def vectors():
    return WordVectors(list(WORDS), np.array(list(WORDS.values()), np.float32), COUNTS)


@pytest.fixture(scope="session")
def app(folder):
    return create_app(Models({name: folder / f"{name}.firth" for name in ("plane", "bare", "next")}))


@pytest.fixture(scope="session")
def client(app):
    with TestClient(app, base_url="http://localhost:8000", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def post(client):
    """The results of a request to one endpoint of a model."""

    def post(endpoint, model="plane", **body):
        response = client.post(f"/v1/models/{model}/{endpoint}", json=body)
        assert response.status_code == 200, response.text
        content = json.loads(response.content)
        assert content["model"] == model
        return content["results"]

    return post


@pytest.fixture
def refused(client):
    """The status and the error of a request that fails."""

    def refused(endpoint, model="plane", **body):
        response = client.post(f"/v1/models/{model}/{endpoint}", json=body)
        error = response.json()["error"]
        assert error["code"]
        assert error["message"]
        return response.status_code, error

    return refused
