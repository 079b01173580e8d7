import numpy as np
import pytest

from firth import WordVectors
from firth.errors import SettingError
from firth.formats.stored import StoredVectors
from firth.subwords.ngrams import Subwords, ngram_hashes

MATRIX = np.random.default_rng(6).normal(size=(11, 4)).astype(np.float32)


def fnv(ngram):
    """The hash as fastText's source writes it: 32-bit FNV-1a over bytes with a sign."""
    value = np.uint32(2166136261)
    with np.errstate(over="ignore"):
        for byte in np.frombuffer(ngram.encode(), np.int8):
            value = (value ^ byte.astype(np.uint32)) * np.uint32(16777619)
    return int(value)


def ngrams(word, shortest, longest):
    """Every n-gram as a string, by position and length."""
    marked = f"<{word}>"
    found = []
    for start in range(len(marked)):
        for length in range(shortest, longest + 1):
            ngram = marked[start : start + length]
            marker_alone = length == 1 and start in (0, len(marked) - 1)
            if len(ngram) == length and not marker_alone:
                found.append(ngram)
    return found


@pytest.mark.parametrize("word", ["where", "naïve", "東京", "😀x", "a", "", "<>", "a>b"])
@pytest.mark.parametrize("lengths", [(3, 6), (1, 1), (1, 3), (2, 2), (5, 40)])
def test_hashes_are_those_of_all_ngrams_between_markers(word, lengths):
    expected = [fnv(ngram) for ngram in ngrams(word, *lengths)]
    assert list(ngram_hashes(f"<{word}>".encode(), *lengths)) == expected


def test_the_ngrams_of_the_paper():
    assert ngrams("where", 3, 3) == ["<wh", "whe", "her", "ere", "re>"]
    assert Subwords(MATRIX, 3, 3).rows("where") == [fnv(ngram) % 11 for ngram in ("<wh", "whe", "her", "ere", "re>")]


def test_an_unseen_word_is_the_mean_of_its_ngrams():
    subwords = Subwords(MATRIX, 2, 5)
    expected = np.mean([MATRIX[fnv(ngram) % 11] for ngram in ngrams("größte", 2, 5)], axis=0)
    vector = subwords.vector("größte")
    assert vector.dtype == np.float32
    np.testing.assert_allclose(vector, expected, atol=1e-6)


def test_no_ngram_no_vector():
    subwords = Subwords(MATRIX, 4, 6)
    assert subwords.vector("a") is None
    assert subwords.vector("") is None
    assert subwords.vector("ab") is not None
    assert Subwords(MATRIX, 1, 6).vector("</s>") is None  # the one word without n-grams


def test_a_string_that_has_no_utf8_has_a_vector_too():
    assert Subwords(MATRIX, 1, 3).vector("\ud800").shape == (4,)


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_numbers_that_are_not_finite_are_an_error(value):
    with pytest.raises(SettingError, match="'word' are not finite"):
        Subwords(np.full((5, 2), [value, -value], np.float32), 3, 6).vector("word")


@pytest.mark.parametrize(("shape", "lengths"), [((0, 3), (3, 6)), ((3,), (3, 6)), ((3, 3), (0, 6)), ((3, 3), (4, 3))])
def test_impossible_subwords(shape, lengths):
    with pytest.raises(SettingError, match="must be"):
        Subwords(np.zeros(shape, np.float32), *lengths)


def test_word_vectors_keep_subwords():
    stored = StoredVectors(["a"], MATRIX[:1], subwords=Subwords(MATRIX, 3, 6))
    vectors = WordVectors.from_stored(stored)
    assert vectors.subwords is stored.subwords
    assert vectors.stored().subwords is stored.subwords
    assert WordVectors(["a"], [[1]]).subwords is None


def test_subwords_of_another_length_are_refused():
    with pytest.raises(SettingError, match="subwords with 4 numbers per n-gram: must be 3"):
        StoredVectors(["a"], np.zeros((1, 3), np.float32), subwords=Subwords(MATRIX, 3, 6))
