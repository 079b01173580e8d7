"""Explorers without a browser: small models, and requests to them."""

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from firth.errors import FirthError
from firth.illustrated.neighbours import SENTENCES
from firth.models.word2vec import Word2Vec
from firth.server.explorer.app import add_explorer
from firth.server.explorer.opened import Opened
from firth.vectors.word_vectors import WordVectors

GROUPS = """
cat dog horse cow goat sheep
bread cheese butter milk soup cake
king queen man woman boy girl
river hill sea lake town road
"""


@pytest.fixture(scope="session")
def small_model():
    """Rulers and hunters in 10 numbers."""
    model = Word2Vec(vector_size=10, min_count=1, epochs=20, threads=1, subsample_threshold=0)
    return model.fit([" ".join(words) for words in SENTENCES], progress=False)


@pytest.fixture
def opened(small_model):
    """The small model, opened anew for each test."""
    return Opened(small_model.vectors, name="small")


@pytest.fixture(scope="session")
def explore():
    """Explorers of models of one's own: a context manager around one, which takes requests."""
    return requests_to


@pytest.fixture
def client(opened):
    """Requests to an explorer, from its start to its end."""
    with requests_to(opened) as client:
        yield client


@pytest.fixture(scope="session")
def vectors():
    """24 words × 8 numbers, in four groups that have a direction each: animals, foods, people, places."""
    rows = np.repeat(np.eye(4, 8), 6, axis=0) + np.random.default_rng(2).normal(0, 0.15, (24, 8))
    return WordVectors(GROUPS.split(), rows, counts=np.arange(24, 0, -1))


@pytest.fixture
def two_models(vectors):
    """These, and a second model of the animals and foods alone."""
    few = Opened(WordVectors(vectors.words[:12], vectors.matrix[:12, :5]), name="few", file="few.firth")
    return Opened(vectors, name="many", file="many.firth", others=[few])


@pytest.fixture
def explorer(two_models):
    """Requests to an explorer of two models."""
    with requests_to(two_models) as client:
        yield client


def requests_to(opened):
    app = FastAPI()
    app.add_exception_handler(
        FirthError, lambda request, error: JSONResponse({"error": {"message": str(error)}}, status_code=422)
    )
    add_explorer(app, opened)
    return TestClient(app)
