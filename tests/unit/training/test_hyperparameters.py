"""What can be chosen, what cannot, and that it survives a model file."""

import dataclasses
import inspect
import json
import math

import numpy as np
import pytest

from firth import SettingError, Word2Vec
from firth.training.hyperparameters import Hyperparameters, available_cores

IMPOSSIBLE = [
    ("architecture", "glove", "'skipgram' or 'cbow'"),
    ("architecture", 1, "'skipgram' or 'cbow'"),
    ("objective", "hinge", "'negative_sampling' or 'hierarchical_softmax' or 'softmax' or 'nce'"),
    ("vector_size", 0, "at least 1"),
    ("vector_size", -3, "at least 1"),
    ("vector_size", 2.5, "a whole number"),
    ("vector_size", True, "a whole number"),
    ("vector_size", "100", "a whole number"),
    ("vector_size", None, "a whole number"),
    ("vector_size", 1_000_000, "at most 65536"),
    ("window", 0, "at least 1"),
    ("window", 100_000, "at most 10000"),
    ("shrink_window", 1, "True or False"),
    ("shrink_window", None, "True or False"),
    ("min_count", 0, "at least 1"),
    ("max_vocabulary", 0, "at least 1"),
    ("max_vocabulary", 1.5, "a whole number"),
    ("subsample_threshold", -1e-3, "at least 0"),
    ("subsample_threshold", 1.5, "at most 1"),
    ("subsample_threshold", "none", "a number"),
    ("negative_samples", 0, "at least 1"),
    ("negative_samples", 1_001, "at most 1000"),
    ("noise_exponent", 11, "at most 10"),
    ("noise_exponent", math.nan, "a number"),
    ("noise_exponent", math.inf, "a number"),
    ("cbow_gradient", "mean", "'word2vec' or 'exact'"),
    ("learning_rate", 0, "greater than 0"),
    ("learning_rate", -0.1, "greater than 0"),
    ("learning_rate", math.nan, "a number"),
    ("final_learning_rate", -1e-9, "at least 0"),
    ("final_learning_rate", 0.5, "not be above learning_rate=0.025"),
    ("epochs", 0, "at least 1"),
    ("threads", 0, "at least 1"),
    ("threads", -1, "at least 1"),
    ("threads", 5_000, "at most 1024"),
    ("seed", 1.0, "a whole number"),
    ("seed", None, "a whole number"),
    ("seed", 2**64, "at most"),
    ("tokenizer", "letters", "'words', 'whitespace' or a function"),
    ("tokenizer", None, "'words', 'whitespace' or a function"),
]


@pytest.mark.parametrize(("name", "value", "wanted"), IMPOSSIBLE)
def test_impossible_values_are_named_with_what_is_possible(name, value, wanted):
    with pytest.raises(SettingError) as error:
        Word2Vec(**{name: value})
    assert str(error.value).startswith(f"{name}={value!r}: must ")
    assert wanted in str(error.value)


def test_every_hyperparameter_has_an_impossible_value_above():
    assert {name for name, _, _ in IMPOSSIBLE} == {spec.name for spec in dataclasses.fields(Hyperparameters)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vector_size", 1),
        ("subsample_threshold", 0),
        ("subsample_threshold", 1),
        ("noise_exponent", -10),
        ("noise_exponent", 0),
        ("final_learning_rate", 0),
        ("final_learning_rate", 0.025),
        ("max_vocabulary", None),
        ("seed", -(2**63)),
        ("seed", 2**64 - 1),
        ("tokenizer", str.split),
    ],
)
def test_the_ends_of_the_ranges_are_possible(name, value):
    assert getattr(Hyperparameters(**{name: value}), name) == value


def test_each_architecture_has_its_own_learning_rate():
    assert Hyperparameters().rate == 0.025
    assert Hyperparameters(architecture="cbow").rate == 0.05
    assert Hyperparameters(architecture="cbow", learning_rate=0.3).rate == 0.3


@pytest.mark.parametrize("objective", ["negative_sampling", "nce"])
def test_noise_words_have_defaults_where_there_are_any(objective):
    settings = Hyperparameters(objective=objective)
    assert (settings.negative_samples, settings.noise_exponent) == (5, 0.75)
    assert (settings.noise_words, settings.noise_power) == (5, 0.75)
    chosen = Hyperparameters(objective=objective, negative_samples=2, noise_exponent=0)
    assert (chosen.noise_words, chosen.noise_power) == (2, 0)


@pytest.mark.parametrize("objective", ["hierarchical_softmax", "softmax"])
def test_noise_words_cannot_be_chosen_where_there_are_none(objective):
    settings = Hyperparameters(objective=objective)
    assert settings.negative_samples is settings.noise_exponent is None
    assert settings.noise_words == 0
    for name, value in (("negative_samples", 5), ("noise_exponent", 0.0)):
        with pytest.raises(SettingError, match=f"{name}={value}: must be left out with objective='{objective}'"):
            Hyperparameters(objective=objective, **{name: value})


def test_threads():
    assert Hyperparameters().worker_threads == available_cores() >= 1
    assert Hyperparameters(threads=7).worker_threads == 7


def test_hyperparameters_do_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Hyperparameters().window = 7


def test_the_model_takes_the_same_names_with_the_same_defaults():
    signature = inspect.signature(Word2Vec)
    defaults = {name: parameter.default for name, parameter in signature.parameters.items()}
    assert defaults == {spec.name: spec.default for spec in dataclasses.fields(Hyperparameters)}


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"objective": "hierarchical_softmax"},
        {"objective": "nce", "negative_samples": 9},
        {"architecture": "cbow", "cbow_gradient": "exact", "threads": 3, "max_vocabulary": 9, "seed": 2**64 - 1},
    ],
)
def test_json_gives_the_same_back(chosen):
    hyperparameters = Hyperparameters(**chosen)
    assert Hyperparameters.from_json(json.loads(json.dumps(hyperparameters.to_json()))) == hyperparameters


def test_a_function_is_noted_as_custom():
    values = Hyperparameters(tokenizer=lambda line: line.split(",")).to_json()
    assert values["tokenizer"] == "custom"
    assert Hyperparameters.from_json(json.loads(json.dumps(values))).tokenizer == "custom"


def test_names_of_newer_versions_are_an_error():
    values = Hyperparameters().to_json()
    with pytest.raises(SettingError, match="unknown hyperparameters: alpha, subwords"):
        Hyperparameters.from_json({**values, "subwords": True, "alpha": 1})


def test_numbers_of_numpy_are_numbers():
    """What np.arange or a search over settings gives."""
    assert Hyperparameters(vector_size=np.int64(50)).vector_size == 50
    assert Hyperparameters(learning_rate=np.float32(0.5)).rate == 0.5
    assert json.dumps(Hyperparameters(vector_size=np.int64(50), learning_rate=np.float32(0.5)).to_json())
