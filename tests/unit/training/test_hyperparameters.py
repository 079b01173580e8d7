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
    ("objective", "hinge", "'negative_sampling', 'hierarchical_softmax', 'softmax' or 'nce'"),
    ("vector_size", 0, "from 1 to 65,536"),
    ("vector_size", -3, "from 1 to 65,536"),
    ("vector_size", 2.5, "a whole number"),
    ("vector_size", True, "a whole number"),
    ("vector_size", "100", "a whole number"),
    ("vector_size", None, "a whole number"),
    ("vector_size", 1_000_000, "from 1 to 65,536"),
    ("window", 0, "from 1 to 10,000"),
    ("window", 100_000, "from 1 to 10,000"),
    ("shrink_window", 1, "True or False"),
    ("shrink_window", None, "True or False"),
    ("min_count", 0, "at least 1"),
    ("window", (0, 0), "two from 0 to 10,000 that are not both 0"),
    ("window", (5, -1), "two from 0 to 10,000"),
    ("window", (5, 2, 1), "two from 0 to 10,000"),
    ("subwords", (6, 3), "the smaller first"),
    ("subwords", (0, 3), "from 1 to 1,000"),
    ("subwords", 3, "two whole numbers"),
    ("max_vocabulary", 0, "at least 1"),
    ("max_vocabulary", 1.5, "a whole number"),
    ("subsample_threshold", -1e-3, "at least 0"),
    ("subsample_threshold", 1.5, "at most 1"),
    ("subsample_threshold", "none", "a number"),
    ("negative_samples", 0, "from 1 to 1,000"),
    ("negative_samples", 1_001, "from 1 to 1,000"),
    ("noise_exponent", 11, "at most 10"),
    ("noise_exponent", math.nan, "a number"),
    ("noise_exponent", math.inf, "a number"),
    ("cbow_gradient", "mean", "'word2vec' or 'exact'"),
    ("learning_rate", 0, "greater than 0"),
    ("learning_rate", -0.1, "greater than 0"),
    ("learning_rate", math.nan, "a number"),
    ("final_learning_rate", -1e-9, "at least 0"),
    ("final_learning_rate", 0.5, "at most learning_rate=0.025"),
    ("epochs", 0, "at least 1"),
    ("backend", "gpu", "'auto', 'cpu' or 'cuda'"),
    ("threads", 0, "from 1 to 1,024"),
    ("threads", -1, "from 1 to 1,024"),
    ("threads", 5_000, "from 1 to 1,024"),
    ("seed", 1.0, "a whole number"),
    ("seed", None, "a whole number"),
    ("seed", 2**64, "of 64 bits"),
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
    names = {name for name, _, _ in IMPOSSIBLE} | {"subword_buckets"}  # it is tested with subwords
    assert names == {spec.name for spec in dataclasses.fields(Hyperparameters)}


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
        ("window", (5, 0)),
        ("window", (0, 10_000)),
        ("subwords", (1, 1_000)),
        ("subwords", (4, 4)),
    ],
)
def test_the_ends_of_the_ranges_are_possible(name, value):
    assert getattr(Hyperparameters(**{name: value}), name) == value


def test_each_architecture_has_its_own_learning_rate():
    assert Hyperparameters().rate == 0.025
    assert Hyperparameters(architecture="cbow").rate == 0.05
    assert Hyperparameters(architecture="cbow", learning_rate=0.3).rate == 0.3


def test_subwords_have_defaults_of_their_own():
    assert Hyperparameters().subword_buckets is None
    for architecture in ("skipgram", "cbow"):
        settings = Hyperparameters(architecture=architecture, subwords=(3, 6))
        rates = (0.05, 0.5) if architecture == "skipgram" else (0.1, 0.75)
        assert (settings.subword_buckets, settings.rate, settings.noise_power) == (2_000_000, *rates)
        others = Hyperparameters(architecture=architecture, subwords=(3, 6), objective="hierarchical_softmax")
        assert others.rate == 0.05
    assert Hyperparameters(subwords=(3, 6), objective="softmax").noise_exponent is None
    chosen = Hyperparameters(subwords=[2, 4], subword_buckets=9, learning_rate=0.1)
    assert (chosen.subwords, chosen.subword_buckets, chosen.rate) == ((2, 4), 9, 0.1)
    assert Hyperparameters.from_json(json.loads(json.dumps(chosen.to_json()))) == chosen


@pytest.mark.parametrize("buckets", [0, -1, 2**32, 1.5])
def test_impossible_numbers_of_buckets(buckets):
    with pytest.raises(SettingError, match=r"subword_buckets=.*must be a whole number from 1 to"):
        Hyperparameters(subwords=(3, 6), subword_buckets=buckets)


def test_buckets_without_subwords_are_refused():
    with pytest.raises(SettingError, match=r"subword_buckets=7: applies only with subwords"):
        Word2Vec(subword_buckets=7)


def test_the_sides_of_a_window():
    assert Hyperparameters(window=3).window_sides == (3, 3)
    assert Hyperparameters(window=(5, 0)).window_sides == (5, 0)


@pytest.mark.parametrize("objective", ["negative_sampling", "nce"])
def test_noise_words_have_defaults_where_there_are_any(objective):
    settings = Hyperparameters(objective=objective)
    assert (settings.negative_samples, settings.noise_exponent) == (5, 0.75)
    assert (settings.noise_words, settings.noise_power) == (5, 0.75)
    chosen = Hyperparameters(objective=objective, negative_samples=2, noise_exponent=0)
    assert (chosen.noise_words, chosen.noise_power) == (2, 0)


@pytest.mark.parametrize("objective", ["hierarchical_softmax", "softmax"])
def test_other_objectives_draw_no_noise_words(objective):
    settings = Hyperparameters(objective=objective)
    assert settings.negative_samples is settings.noise_exponent is None
    assert settings.noise_words == 0


@pytest.mark.parametrize(
    ("name", "value", "other", "needed"),
    [
        ("negative_samples", 5, {"objective": "softmax"}, "objective='negative_sampling' or 'nce'"),
        ("negative_samples", 5, {"objective": "hierarchical_softmax"}, "objective='negative_sampling' or 'nce'"),
        ("noise_exponent", 0.0, {"objective": "softmax"}, "objective='negative_sampling' or 'nce'"),
        ("noise_exponent", 0.75, {"objective": "hierarchical_softmax"}, "objective='negative_sampling' or 'nce'"),
        ("cbow_gradient", "exact", {"architecture": "skipgram"}, "architecture='cbow'"),
        ("cbow_gradient", "word2vec", {}, "architecture='cbow'"),
    ],
)
def test_a_setting_that_does_not_apply_is_refused(name, value, other, needed):
    """Even with its default value: whoever gives it expects an effect."""
    with pytest.raises(SettingError) as error:
        Word2Vec(**{name: value}, **other)
    assert str(error.value).startswith(f"{name}={value!r}: applies only with {needed}, but here ")
    assert f"leave {name} out" in str(error.value)
    assert not Hyperparameters(**other).applies(name)
    assert name not in Hyperparameters(**other).to_json()


def test_the_default_gradient_of_cbow_is_that_of_word2vec():
    assert Hyperparameters(architecture="cbow").cbow_gradient == "word2vec"
    assert Hyperparameters().cbow_gradient is None


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


def test_settings_given_again_are_the_same():
    for chosen in ({}, {"objective": "softmax"}, {"architecture": "cbow", "tokenizer": str.split, "learning_rate": 2}):
        settings = Hyperparameters(**chosen)
        assert Hyperparameters(**settings.values()) == settings


def test_names_of_newer_versions_are_an_error():
    values = Hyperparameters().to_json()
    with pytest.raises(SettingError, match="unknown settings: alpha, gamma"):
        Hyperparameters.from_json({**values, "gamma": True, "alpha": 1})


def test_numbers_of_numpy_are_numbers():
    """What np.arange or a search over settings gives."""
    assert Hyperparameters(vector_size=np.int64(50)).vector_size == 50
    assert Hyperparameters(learning_rate=np.float32(0.5)).rate == 0.5
    assert json.dumps(Hyperparameters(vector_size=np.int64(50), learning_rate=np.float32(0.5)).to_json())
