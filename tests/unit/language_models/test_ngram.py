"""N-gram models, compared with the reference implementation and with NLTK."""

import math
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from firth.errors import SettingError
from firth.illustrated.kneser_ney import KneserNey, padded
from firth.language_models.kneser_ney import FALLBACK, estimate_discounts
from firth.language_models.ngram import NgramModel
from firth.language_models.sentences import read_text

TEXT = [
    ["thou", "shalt", "not", "make", "a", "machine", "in", "the", "likeness", "of", "a", "human", "mind"],
    ["thou", "shalt", "not", "kill"],
    ["thou", "shalt", "not", "steal", "a", "machine"],
    ["a", "human", "mind", "shalt", "not", "steal"],
    ["in", "the", "likeness", "of", "a", "machine"],
    ["the", "human"],
]
ANY_TEXT = pytest.mark.filterwarnings("ignore::firth.FirthWarning")  # sentences of one word, a vocabulary of one word
sentences = st.lists(st.lists(st.sampled_from("abcde"), min_size=1, max_size=8), min_size=1, max_size=12)


def all_histories(model, length):
    words = ["<s>", *model.vocabulary.known, "<unk>"]
    if length == 0:
        return [[]]
    return [[*before, word] for before in all_histories(model, length - 1) for word in words]


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_probabilities_sum_to_one_after_every_history(order):
    model = NgramModel(order=order, min_count=2).fit(TEXT, progress=False)
    for history in all_histories(model, min(order - 1, 3)):
        found = model.probabilities_after(
            [model.vocabulary.start if w == "<s>" else model.vocabulary.id_of(w) for w in history]
        )
        assert found.shape == (len(model.vocabulary),)
        assert found.min() > 0
        assert found.sum() == pytest.approx(1, abs=1e-6)


@ANY_TEXT
@given(sentences, st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_every_probability_is_that_of_the_reference(text, order, min_count):
    counts = Counter(word for sentence in text for word in sentence)
    assume(max(counts.values()) >= min_count)
    model = NgramModel(order=order, min_count=min_count).fit(text, progress=False)
    known = set(model.vocabulary.known)
    merged = [[word if word in known else "<unk>" for word in sentence] for sentence in text]
    exact = KneserNey(merged, order, model.vocabulary.words, model.discounts)
    rng = random.Random(1)
    histories = [[], *([rng.choice([*known, "<unk>"]) for _ in range(rng.randint(1, 4))] for _ in range(10))]
    for history in histories:
        context = padded(history, order)[:-1]
        context = context[len(context) - order + 1 :]
        expected = [exact.probability(word, tuple(context)) for word in model.vocabulary.words]
        np.testing.assert_allclose(model.distribution(history), expected, rtol=2e-6)


def test_discounts_are_estimated_from_counts_of_counts():
    # n1 = 6, n2 = 4, n3 = 2, n4 = 1: Y = 6 / 14
    counts = np.array([1] * 6 + [2] * 4 + [3] * 2 + [4] + [9] + [0] * 5)
    y = 6 / 14
    found = estimate_discounts(counts)
    assert tuple(found) == pytest.approx((1 - 2 * y * 4 / 6, 2 - 3 * y * 2 / 4, 3 - 4 * y * 1 / 2))
    assert estimate_discounts(np.array([1, 1, 1])) == FALLBACK  # nothing occurs twice
    assert estimate_discounts(np.array([*[1] * 10, 2, *[3] * 50, 4])) == FALLBACK  # a discount below 0


@pytest.mark.parametrize("order", [2, 3])
def test_equal_to_nltk_with_its_single_discount(order):
    lm = pytest.importorskip("nltk.lm")
    d = 0.4
    # NLTK subtracts one discount from every count, and none from those of single words.
    model = NgramModel(order=order, min_count=1, discounts=[(0, 0, 0)] + [(d, d, d)] * (order - 1)).fit(
        TEXT, progress=False
    )
    peer = lm.KneserNeyInterpolated(order, discount=d)
    grams = []
    for sentence in TEXT:
        text = padded(sentence, order)
        spans = [text[i : i + k] for k in range(1, order + 1) for i in range(len(text) - k + 1)]
        grams.append([gram for gram in spans if gram[-1] != "<s>"])  # the start of a sentence is never predicted
    peer.fit(grams, vocabulary_text=[word for sentence in TEXT for word in ["<s>", *sentence, "</s>"]])
    held_out = [["thou", "shalt", "not", "steal", "the", "likeness"], ["a", "machine", "shalt", "make", "a", "mind"]]
    logs = []
    for sentence in held_out:
        text = padded(sentence, order)
        for i in range(order - 1, len(text)):
            context = text[i - order + 1 : i]
            while context and not peer.counts[len(context) + 1][context].N():
                context = context[1:]  # NLTK does not back off from a history it has not seen
            logs.append(math.log(peer.score(text[i], context)))
    ours = model.log_probabilities(sentences_of(model, held_out))
    np.testing.assert_allclose(ours, logs, rtol=1e-5)
    assert model.perplexity(held_out) == pytest.approx(math.exp(-np.mean(logs)), rel=1e-5)


def sentences_of(model, text):
    return read_text(text, "whitespace", model.vocabulary)


@ANY_TEXT
@given(sentences, sentences, st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_log_probabilities_are_those_of_single_distributions(text, held_out, order):
    model = NgramModel(order=order, min_count=1).fit(text, progress=False)
    one_by_one = []
    for sentence in held_out:
        for i in range(len(sentence) + 1):
            outcome = model.vocabulary.end if i == len(sentence) else model.vocabulary.id_of(sentence[i])
            one_by_one.append(math.log(model.distribution(sentence[:i])[outcome]))
    np.testing.assert_allclose(model.log_probabilities(sentences_of(model, held_out)), one_by_one, rtol=1e-5, atol=1e-6)


def test_the_documents_keyboard():
    model = NgramModel(order=3, min_count=1).fit(
        ["thou shalt not make a machine", "thou shalt not kill", "thou shalt love"], progress=False
    )
    best = model.next_words("Thou shalt", count=3)
    assert best[0].word == "not"
    assert best[0].probability > 0.4


def test_rare_words_are_counted_as_one_unknown_word():
    model = NgramModel(order=2, min_count=2).fit([["a", "b"], ["a", "c"], ["a", "d"]], progress=False)
    assert model.distribution(["a"])[model.vocabulary.unknown] > 0.5


def test_orders_above_five_are_errors():
    with pytest.raises(SettingError, match="order"):
        NgramModel(order=6)


@pytest.mark.parametrize("discounts", [[(0.5, 1, 1.5)], [(2, 0, 0)] * 2, "abc", [(0.5, 1)] * 2])
def test_impossible_discounts_are_errors(discounts):
    with pytest.raises(SettingError, match="discounts"):
        NgramModel(order=2, discounts=discounts)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_a_file_keeps_the_levels_of_any_order(tmp_path, order):
    text = [["né", "東京", "a\nb"], ["né", "c"], *TEXT]
    model = NgramModel(order=order, min_count=1, tokenizer="whitespace").fit(text, progress=False)
    model.save(tmp_path / "model.lm")
    again = NgramModel.load(tmp_path / "model.lm")
    assert again.discounts == model.discounts
    assert again.n_ngrams == model.n_ngrams
    for history in ([], ["né"], ["thou", "shalt"], ["thou", "shalt", "not", "make"]):
        np.testing.assert_array_equal(again.distribution(history), model.distribution(history))
