"""Names of gensim's KeyedVectors are answered with those of WordVectors."""

import copy
import inspect
import pickle

import pytest

from firth import SettingError, WordVectors
from firth.vectors.gensim_names import GENSIM_ATTRIBUTES

VECTORS = WordVectors(["tea", "cup", "mug"], [[1, 2], [3, 4], [5, 1]])


@pytest.mark.parametrize("name", GENSIM_ATTRIBUTES)
def test_attributes(name):
    with pytest.raises(AttributeError, match=f"no attribute '{name}'; gensim's {name} is .+ here"):
        getattr(VECTORS, name)
    assert not hasattr(VECTORS, name)


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (lambda: VECTORS.most_similar("tea", topn=2), "topn= is gensim's name: it is count= here"),
        (lambda: VECTORS.most_similar("tea", restrict_vocab=2), "it is restrict= here"),
        (lambda: VECTORS.nearest_to_vector([1, 2], topn=2), "it is count= here"),
        (lambda: VECTORS.most_similar(["tea"], ["cup"]), "count=.*must be a whole number"),
    ],
)
def test_parameters(call, answer):
    with pytest.raises(SettingError, match=answer):
        call()


def test_they_are_names_of_gensims():
    keyed_vectors = pytest.importorskip("gensim.models").KeyedVectors(2)
    assert [name for name in GENSIM_ATTRIBUTES if not hasattr(keyed_vectors, name)] == ["wv"]
    parameters = set(inspect.signature(keyed_vectors.most_similar).parameters)
    assert {"topn", "restrict_vocab", "indexer"} <= parameters


def test_other_names_are_ordinary_errors_and_copies_work():
    with pytest.raises(AttributeError, match="'WordVectors' object has no attribute 'colour'$"):
        _ = VECTORS.colour
    assert copy.deepcopy(VECTORS).most_similar("tea") == VECTORS.most_similar("tea")
    assert pickle.loads(pickle.dumps(VECTORS)).most_similar("tea") == VECTORS.most_similar("tea")
    assert list(inspect.signature(WordVectors.most_similar).parameters)[:3] == ["self", "word", "count"]
