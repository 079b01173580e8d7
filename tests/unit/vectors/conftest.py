"""The same vectors for us and for gensim, whose results are the reference."""

import pytest

from firth import WordVectors


@pytest.fixture(scope="module")
def ours(request):
    """The WORDS and the MATRIX of a test module, and its COUNTS if it has some."""
    return WordVectors(request.module.WORDS, request.module.MATRIX, getattr(request.module, "COUNTS", None))


@pytest.fixture(scope="module")
def theirs(request):
    """The same words and matrix as gensim has them."""
    vectors = pytest.importorskip("gensim.models").KeyedVectors(request.module.MATRIX.shape[1])
    vectors.add_vectors(request.module.WORDS, request.module.MATRIX)
    return vectors
