"""An explorer of vectors whose neighbours are known: words in four groups, each near a corner of its own."""

import numpy as np
import pytest

pytest.importorskip("fastapi")

from fastapi import FastAPI
from fastapi.testclient import TestClient

from firth import WordVectors
from firth.server.explorer.app import add_explorer
from firth.server.explorer.opened import Opened

GROUPS = {
    "animals": ["cat", "dog", "horse", "cow", "goat", "sheep"],
    "foods": ["bread", "cheese", "butter", "milk", "soup", "cake"],
    "people": ["king", "queen", "man", "woman", "boy", "girl"],
    "places": ["river", "hill", "sea", "lake", "town", "road"],
}


@pytest.fixture(scope="session")
def vectors():
    """24 words × 8 numbers."""
    random = np.random.default_rng(2)
    words = [word for group in GROUPS.values() for word in group]
    rows = np.repeat(np.eye(4, 8), 6, axis=0) + random.normal(0, 0.15, (24, 8))
    return WordVectors(words, rows, counts=np.arange(24, 0, -1))


@pytest.fixture
def opened(vectors):
    """Two models; the second has the animals and foods alone."""
    other = Opened(WordVectors(vectors.words[:12], vectors.matrix[:12, :5]), name="few", file="few.firth")
    return Opened(vectors, name="many", file="many.firth", others=[other])


@pytest.fixture
def client(opened):
    """Requests to an explorer of them; errors are raised."""
    app = FastAPI()
    add_explorer(app, opened)
    with TestClient(app) as client:
        yield client
