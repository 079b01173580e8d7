"""fallback=: what replaces words outside the vocabulary."""

import dataclasses

import numpy as np
import pytest

import firth
from firth import SettingError, UnknownWordError, WordVectors
from firth.subwords.ngrams import Subwords

WORDS = ["king", "queen", "water", "bread", "waters"]
MATRIX = np.array([[2, 1, 0], [1, 1, 1], [-1, 3, 0], [0, 1, 4], [-1, 2, 1]], np.float32)
GRAMS = np.random.default_rng(56).normal(size=(50, 3)).astype(np.float32)


def plain(**options):
    return WordVectors(WORDS, MATRIX, [9, 8, 7, 6, 5], **options)


def with_subwords():
    return WordVectors.from_stored(dataclasses.replace(plain().stored(), subwords=Subwords(GRAMS, 3, 5)))


QUERIES = {
    "item": lambda v, word: v[word].tolist(),
    "items": lambda v, word: v[["bread", word]].tolist(),
    "most_similar": lambda v, word: v.most_similar(word),
    "many": lambda v, word: v.most_similar(["queen", word], restrict=5),
    "positive": lambda v, word: v.most_similar(positive=[word, "king"], negative=["bread"]),
    "analogy": lambda v, word: v.analogy("bread", "king", word),
    "3cosmul": lambda v, word: v.analogy("bread", "king", word, method="3cosmul"),
    "similarity": lambda v, word: v.similarity(word, "king"),
    "similarity_matrix": lambda v, word: v.similarity_matrix([word, "king"]).tolist(),
    "mean_vector": lambda v, word: v.mean_vector([word, "king"]).tolist(),
    "sentence_vectors": lambda v, word: v.sentence_vectors([[word, "king"], ["bread"]], sif=0.1).tolist(),
    "between": lambda v, word: v.between(word, "bread"),
    "rank": lambda v, word: v.rank(word, "king"),
    "rank of": lambda v, word: v.rank("king", word),
}


@pytest.mark.parametrize("call", QUERIES.values(), ids=QUERIES)
def test_the_nearest_spelling_replaces_a_misspelt_word(call):
    vectors = plain(fallback="spelling")
    assert call(vectors, "watr") == call(vectors, "water") == call(plain(), "water")


@pytest.mark.parametrize("call", QUERIES.values(), ids=QUERIES)
def test_a_vector_of_subwords_replaces_an_unseen_word(call):
    vectors = with_subwords()
    vectors.fallback = "subword"
    made = vectors.subwords.vector("watering")
    known = WordVectors([*WORDS, "watering"], np.vstack((MATRIX, made)), [9, 8, 7, 6, 5, 0])
    found = call(vectors, "watering")
    if isinstance(found, float):
        assert found == pytest.approx(call(known, "watering"))
    else:
        assert found == call(known, "watering")


def test_odd_one_out_with_fallbacks():
    vectors = plain(fallback="spelling")
    assert vectors.odd_one_out(["watr", "waters", "bread"]) == plain().odd_one_out(["water", "waters", "bread"])
    assert vectors.odd_one_out(["water", "waters", "bred"]) == "bred"


def test_fallback_does_not_change_lookup():
    vectors = plain(fallback="spelling")
    assert "watr" not in vectors
    with pytest.raises(UnknownWordError, match="near spellings: water"):
        vectors.word_id("watr")
    with pytest.raises(UnknownWordError):
        vectors.word_ids(["watr"])
    with pytest.raises(UnknownWordError):
        vectors.most_similar("king", restrict=["watr"])
    assert len(vectors.most_similar("king", exclude=["watr"])) == 4
    assert vectors.found_as("watr") == "water"
    assert vectors.found_as("king") == "king"


def test_words_without_a_replacement_are_errors():
    vectors = with_subwords()
    for fallback, word in (("spelling", "thermometer"), ("subword", ""), (None, "watr")):
        vectors.fallback = fallback
        for call in (vectors.most_similar, vectors.found_as, vectors.__getitem__):
            with pytest.raises(UnknownWordError, match=f"'{word}' is not among the 5 words"):
                call(word)
    vectors.fallback = "subword"
    assert vectors.found_as("watering") is None
    assert vectors.fallback == "subword"


def test_impossible_fallbacks_are_errors(tmp_path):
    with pytest.raises(SettingError, match="'guess': must be None, 'subword' or 'spelling'"):
        plain(fallback="guess")
    with pytest.raises(SettingError, match="no subwords"):
        plain(fallback="subword")
    plain().save(tmp_path / "a.firth")
    with pytest.raises(SettingError, match="no subwords"):
        firth.load(tmp_path / "a.firth", fallback="subword")
    assert firth.load(tmp_path / "a.firth", fallback="spelling").found_as("watr") == "water"
    assert firth.load(tmp_path / "a.firth").fallback is None
