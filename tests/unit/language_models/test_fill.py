"""The gap in a sentence, seen from the left, from both sides, and by CBOW."""

import numpy as np
import pytest

import firth
from firth.errors import SettingError
from firth.language_models.fill import fill, fill_from_left, fill_with_cbow
from firth.language_models.ngram import NgramModel

TEXT = [
    *["jay was hit by a bus"] * 6,
    *["jay was hit by a car"] * 2,
    *["jay was hit by a red bus in town"] * 3,
    *["she saw a red bus in town"] * 3,
    *["he drove a blue car in town"] * 3,
]


@pytest.fixture(scope="module")
def model():
    return NgramModel(order=3, min_count=1).fit(TEXT, progress=False)


def test_words_after_the_gap_change_the_answer(model):
    assert fill_from_left(model, "Jay was hit by a ___", 1)[0].word == "bus"
    assert fill_from_left(model, "Jay was hit by a ___ bus", 1)[0].word == "bus"  # it does not look there
    assert fill(model, "Jay was hit by a ___ bus", 1)[0].word == "red"
    assert fill(model, "Jay was hit by a ____", 1)[0].word == "bus"
    assert fill(model, "he drove a ___ car", 1)[0].word == "blue"


def test_probabilities_are_those_of_whole_sentences(model):
    found = fill(model, "a ___ bus", 100)
    assert len(found) == len(model.vocabulary.known)
    assert sum(p for _, p in found) == pytest.approx(1)
    joint = {}
    for word in model.vocabulary.known:
        sentence = ["a", word, "bus"]
        joint[word] = 1.0
        for i in range(4):
            outcome = model.vocabulary.end if i == 3 else model.vocabulary.id_of(sentence[i])
            joint[word] *= model.distribution(sentence[:i])[outcome]
    total = sum(joint.values())
    for word, probability in found:
        assert probability == pytest.approx(joint[word] / total, rel=1e-5)


def test_cbow_fills_gaps():
    cbow = firth.Word2Vec(
        architecture="cbow", vector_size=16, window=2, min_count=1, subsample_threshold=0, epochs=60, threads=1
    ).fit(TEXT, progress=False)
    found = fill_with_cbow(cbow, "Jay was hit by a ___ bus in town", 100)
    assert found[0].word == "red"
    assert sum(p for _, p in found) == pytest.approx(1)
    vectors, counts = cbow.vectors, cbow.vocabulary.counts
    mean = vectors[["by", "a", "bus", "in"]].mean(axis=0)
    expected = counts**0.75 * np.exp(cbow.context_vectors @ mean)
    word, probability = found[3]
    assert probability == pytest.approx((expected / expected.sum())[vectors.word_id(word)], rel=1e-4)
    with pytest.raises(SettingError, match="none"):
        fill_with_cbow(cbow, "xyzzy ___ plugh")


def test_what_cannot_be_filled(model):
    for sentence in ("no gap", "two ___ gaps ___"):
        with pytest.raises(SettingError, match="gaps: must have exactly one"):
            fill(model, sentence)
    skipgram = firth.Word2Vec(vector_size=4, min_count=1, epochs=1, threads=1).fit(TEXT, progress=False)
    with pytest.raises(SettingError, match="cbow"):
        fill_with_cbow(skipgram, "a ___ bus")
