"""The dictionary version of Kneser-Ney smoothing, computed by hand for two sentences."""

import pytest

from firth.illustrated.kneser_ney import KneserNey, padded

OUTCOMES = ["a", "b", "<unk>", "</s>"]


@pytest.fixture
def model():
    return KneserNey([["a", "b"], ["a"]], 2, OUTCOMES, [(0.5, 0.5, 0.5)] * 2)


def test_sentences_are_padded_for_the_longest_history():
    assert padded(["a"], 3) == ("<s>", "<s>", "a", "</s>")


def test_single_words_count_by_how_many_words_they_follow(model):
    # a follows <s>, b follows a, </s> follows a and b: 4 in all; 3 discounts of 0.5 go to the uniform distribution.
    uniform = 3 * 0.5 / 4 / 4
    assert model.probability("a", ()) == pytest.approx((1 - 0.5) / 4 + uniform), "though it occurs twice"
    assert model.probability("</s>", ()) == pytest.approx((2 - 0.5) / 4 + uniform)
    assert model.probability("<unk>", ()) == pytest.approx(uniform)


def test_bigrams_count_by_occurrences_and_are_interpolated(model):
    assert model.probability("b", ("a",)) == pytest.approx((1 - 0.5) / 2 + 2 * 0.5 / 2 * model.probability("b", ()))
    assert model.probability("a", ("<s>",)) == pytest.approx((2 - 0.5) / 2 + 0.5 / 2 * model.probability("a", ()))


def test_unseen_histories_fall_back_to_shorter_ones(model):
    assert model.probability("b", ("<unk>",)) == model.probability("b", ())


@pytest.mark.parametrize("history", [(), ("a",), ("b",), ("<s>",), ("<unk>",)])
def test_probabilities_sum_to_one(model, history):
    assert sum(model.probability(word, history) for word in OUTCOMES) == pytest.approx(1)
