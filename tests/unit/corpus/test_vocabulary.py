"""The vocabulary and the encoded corpus as objects."""

import numpy as np
import pytest

from firth.corpus import EncodedCorpus, Vocabulary, encode
from firth.errors import CorpusError, SettingError, UnknownWordError


@pytest.fixture
def vocabulary():
    return Vocabulary(["the", "king", "kings", "Paris"], np.array([50, 7, 6, 5]), min_count=5, total_words=100)


def test_lookups(vocabulary):
    assert len(vocabulary) == 4
    assert list(vocabulary) == ["the", "king", "kings", "Paris"]
    assert "king" in vocabulary
    assert "queen" not in vocabulary
    assert 3 not in vocabulary
    assert vocabulary.id_of("kings") == 2
    assert vocabulary.ids_of(["Paris", "the"]) == [3, 0]
    assert (vocabulary.get("the"), vocabulary.get("queen"), vocabulary.get("queen", -1)) == (0, None, -1)
    assert (vocabulary.count_of("king"), vocabulary.count_of("queen")) == (7, 0)
    assert vocabulary.unknown_words == 32


def test_unknown_word_suggests_near_spellings(vocabulary):
    with pytest.raises(UnknownWordError, match="'kingz' is not among the 4 words; near spellings: king, kings"):
        vocabulary.id_of("kingz")
    with pytest.raises(UnknownWordError) as caught:
        vocabulary.id_of("paris")
    assert caught.value.suggestions == ["Paris"]
    with pytest.raises(UnknownWordError):
        vocabulary.id_of("")


def test_repr(vocabulary):
    assert repr(vocabulary) == "Vocabulary(4 words: 'the', 'king', 'kings', …; 68 of 100 occurrences)"
    corpus = encode([["a", "b"], ["a"]], min_count=2)
    assert repr(corpus) == "EncodedCorpus(2 words in 2 sentences, in memory; 1 distinct, 1 unknown)"


def test_words_and_counts_must_fit():
    with pytest.raises(SettingError, match=r"2 words with counts of shape \(1,\)"):
        Vocabulary(["a", "b"], np.array([1]))
    with pytest.raises(SettingError, match="'a' is in the vocabulary more than once"):
        Vocabulary(["a", "b", "a"], np.array([1, 1, 1])).get("a")


def test_encoded_corpus_checks_its_arrays(vocabulary):
    ids, offsets = np.array([0, 1, 0], np.int32), np.array([0, 2, 3])
    corpus = EncodedCorpus(vocabulary, ids, offsets)
    assert (corpus.sentence(1), corpus.total_words, corpus.unknown_words) == (["the"], 3, 0)
    for number in (2, -1):
        with pytest.raises(IndexError, match="there are 2"):
            corpus.sentence(number)
    with pytest.raises(CorpusError, match="must be int32"):
        EncodedCorpus(vocabulary, ids.astype(np.int64), offsets)
    for wrong in ([1, 3], [0, 2], []):
        with pytest.raises(CorpusError, match="must start at 0 and end at the 3 ids"):
            EncodedCorpus(vocabulary, ids, np.array(wrong, np.int64))
