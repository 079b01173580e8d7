"""An explorer without a browser: a small model, and requests to it."""

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient

from firth.errors import FirthError
from firth.illustrated.neighbours import SENTENCES
from firth.models.word2vec import Word2Vec
from firth.server.explorer.app import add_explorer
from firth.server.explorer.opened import Opened


@pytest.fixture(scope="session")
def small_model():
    """Rulers and hunters in 10 numbers."""
    model = Word2Vec(vector_size=10, min_count=1, epochs=20, threads=1, subsample_threshold=0)
    return model.fit([" ".join(words) for words in SENTENCES], progress=False)


@pytest.fixture
def opened(small_model):
    """The small model, opened anew for each test."""
    return Opened(small_model.vectors, name="small")


@pytest.fixture
def client(opened):
    """Requests to an explorer, from its start to its end."""
    app = FastAPI()
    app.add_exception_handler(
        FirthError, lambda request, error: JSONResponse({"error": {"message": str(error)}}, status_code=422)
    )
    add_explorer(app, opened)
    with TestClient(app) as client:
        yield client
