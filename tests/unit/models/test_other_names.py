"""Names that are no settings or attributes, gensim's above all, are answered with those that are."""

import copy
import inspect
import re

import pytest

import firth
from firth import NeuralModel, NgramModel, SettingError, Word2Vec
from firth.experiments import Sweep
from firth.models import gensim_names
from firth.training.hyperparameters import Hyperparameters


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        ({"size": 100}, "size: there is no such setting; it is vector_size here"),
        ({"sg": 1}, "architecture='skipgram'"),
        ({"workers": 4}, "threads"),
        ({"sentences": [["a", "b"]]}, r"Word2Vec\(\).fit\(corpus\)"),
        ({"windw": 5}, "near spellings: window"),
        ({"colour": "red"}, "the settings are architecture, objective, vector_size"),
    ],
)
def test_settings(settings, answer):
    with pytest.raises(SettingError, match=answer):
        Word2Vec(**settings)
    with pytest.raises(
        SettingError, match=answer.replace("architecture, objective", "architecture, cbow_gradient")[:30]
    ):
        Sweep({name: [value] for name, value in settings.items()})


def test_a_text_instead_of_settings():
    with pytest.raises(SettingError, match=r"settings are given by name.*; a text to fit\(\)"):
        Word2Vec([["a", "b"]])


@pytest.mark.parametrize("model", [NgramModel, NeuralModel])
def test_settings_of_language_models(model):
    with pytest.raises(SettingError, match="ordr: there is no such setting; near spellings: order"):
        model(ordr=3)


def test_every_setting_of_gensim_is_answered_or_the_same():
    gensim = pytest.importorskip("gensim.models")
    theirs = set(inspect.signature(gensim.Word2Vec).parameters)
    ours = set(Hyperparameters().values())
    assert theirs - ours <= set(gensim_names.SETTINGS)
    assert not ours & set(gensim_names.SETTINGS)
    assert set(gensim_names.SETTINGS) - {"size", "iter"} <= theirs, "the two of gensim 3, all others of gensim 4"


@pytest.mark.parametrize(
    ("model", "remedy"),
    [
        (
            Word2Vec(),
            "'Word2Vec' object is not subscriptable; the word vectors are model.vectors: model.vectors['gold'",
        ),
        (firth.Doc2Vec(), "'Doc2Vec' object is not subscriptable; model.documents[tag] is the vector of a document"),
    ],
)
def test_a_word_in_brackets_is_answered_with_the_vectors(model, remedy):
    with pytest.raises(TypeError, match="^" + re.escape(remedy)):
        model["gold"]
    with pytest.raises(TypeError):
        iter(model)
    with pytest.raises(TypeError):
        _ = "gold" in model


def test_attributes():
    model = Word2Vec()
    with pytest.raises(
        AttributeError, match=r"'Word2Vec' object has no attribute 'wv'; the word vectors are model.vect"
    ):
        _ = model.wv
    with pytest.raises(AttributeError, match="no attribute 'train'; fit"):
        model.train([["a"]])
    with pytest.raises(AttributeError, match="has no attribute 'colour'$"):
        _ = model.colour
    assert not hasattr(model, "wv")
    assert copy.deepcopy(model).hyperparameters == model.hyperparameters
    for name in gensim_names.ATTRIBUTES:
        assert not hasattr(firth.Word2Vec, name)
