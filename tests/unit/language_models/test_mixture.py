"""Interpolated language models."""

import random

import numpy as np
import pytest

from firth.errors import SettingError
from firth.language_models.load import load_language_model
from firth.language_models.mixture import MixtureModel
from firth.language_models.ngram import NgramModel


def phrases(n, seed=1):
    """The last word follows from the word before the last: bigrams cannot predict it, trigrams can."""
    rng = random.Random(seed)
    ends = {"red": "wine", "black": "tea", "cold": "water"}
    return [[colour, rng.choice(["and", "then", "or"]), ends[colour]] for colour in rng.choices(list(ends), k=n)]


@pytest.fixture(scope="module")
def trigrams():
    return NgramModel(order=3, min_count=1).fit(phrases(300), progress=False)


@pytest.fixture(scope="module")
def bigrams():
    return NgramModel(order=2, min_count=1).fit(phrases(300), progress=False)


def test_a_distribution_is_the_weighted_mean(trigrams, bigrams):
    mixture = MixtureModel([trigrams, bigrams], [3, 1])
    expected = 0.75 * trigrams.distribution("red") + 0.25 * bigrams.distribution("red")
    np.testing.assert_allclose(mixture.distribution("red"), expected)
    assert MixtureModel([trigrams, bigrams]).weights.tolist() == [0.5, 0.5]


def test_the_better_model_gets_the_larger_weight(trigrams, bigrams):
    mixture = MixtureModel([bigrams, trigrams]).fit(phrases(100, seed=4), progress=False)
    assert mixture.weights[1] > 0.9
    assert mixture.weights.sum() == pytest.approx(1)


def test_no_other_weights_have_a_lower_perplexity(trigrams, bigrams):
    held_out = phrases(20, seed=4) + [["red", "wine", "wine"], ["tea", "or", "water", "cold"]] * 3
    fitted = MixtureModel([trigrams, bigrams]).fit(held_out, progress=False)
    others = [MixtureModel([trigrams, bigrams], [w, 1 - w]).perplexity(held_out) for w in np.linspace(0, 1, 21)]
    assert fitted.perplexity(held_out) <= min(others) + 1e-4


def test_a_mixture_can_be_part_of_another(tmp_path, trigrams, bigrams):
    nested = MixtureModel([MixtureModel([trigrams, bigrams], [1, 3]), bigrams], [4, 1])
    expected = 0.2 * trigrams.distribution("red and") + 0.8 * bigrams.distribution("red and")
    np.testing.assert_allclose(nested.distribution("red and"), expected)
    nested.save(tmp_path / "nested.lm")
    again = load_language_model(tmp_path / "nested.lm")
    np.testing.assert_array_equal(again.distribution("red and"), nested.distribution("red and"))


def test_models_must_have_the_same_words_and_tokenizer(trigrams):
    with pytest.raises(SettingError, match="different words"):
        MixtureModel([trigrams, NgramModel(min_count=1).fit([["an", "other"]], progress=False)])
    other_tokenizer = NgramModel(order=3, min_count=1, tokenizer="whitespace").fit(phrases(300), progress=False)
    with pytest.raises(SettingError, match="tokenizers"):
        MixtureModel([trigrams, other_tokenizer])


@pytest.mark.parametrize("weights", [[1], [0, 0], [1, -1], [1, float("nan")]], ids=str)
def test_impossible_weights_are_errors(trigrams, bigrams, weights):
    with pytest.raises(SettingError, match="weights"):
        MixtureModel([trigrams, bigrams], weights)


def test_one_model_is_no_mixture(trigrams):
    with pytest.raises(SettingError, match="at least two"):
        MixtureModel([trigrams])
