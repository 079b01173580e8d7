import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@st.composite
def compact_subwords(draw):
    """N-grams of which only some have a row, and the same with a row of zeros for each of the others."""
    n_buckets = draw(st.integers(1, 40))
    buckets = np.array(sorted(draw(st.sets(st.integers(0, n_buckets - 1)))), np.uint32)
    columns = draw(st.integers(2, 5))
    matrix = np.random.default_rng(n_buckets).normal(size=(len(buckets), columns)).astype(np.float32)
    shortest = draw(st.integers(1, 4))
    lengths = shortest, shortest + draw(st.integers(0, 3))
    table = np.zeros((n_buckets, columns), np.float32)
    table[buckets] = matrix
    return Subwords(matrix, *lengths, buckets, n_buckets), Subwords(table, *lengths)


@given(both=compact_subwords(), word=st.text(max_size=9))
def test_ngrams_without_a_row_count_as_zeros(both, word):
    compact, expanded = both
    assert compact.buckets[compact.rows(word)].tolist() == [
        bucket for bucket in expanded.rows(word) if bucket in compact.buckets
    ]
    ours, theirs = compact.vector(word), expanded.vector(word)
    assert (ours is None) == (theirs is None)
    if ours is not None:
        assert ours.dtype == np.float32
        assert ours.tobytes() == theirs.tobytes()


@given(both=compact_subwords(), data=st.data())
def test_vectors_of_buckets(both, data):
    compact, expanded = both
    wanted = np.array(data.draw(st.lists(st.integers(0, compact.n_buckets - 1), max_size=8)), np.uint32)
    found = compact.vectors_of(wanted)
    assert found.tobytes() == expanded.vectors_of(wanted).tobytes() == expanded.matrix[wanted].tobytes()
    found[:] = 7  # a copy


def test_buckets_may_be_as_many_as_there_are_hashes():
    hashes = sorted({fnv(ngram) for ngram in ngrams("größte", 3, 6)})
    matrix = np.random.default_rng(2).normal(size=(len(hashes), 4)).astype(np.float32)
    subwords = Subwords(matrix, 3, 6, np.array(hashes, np.uint32), 2**32 - 1)
    np.testing.assert_allclose(subwords.vector("größte"), matrix.mean(axis=0), atol=1e-6)
    assert not subwords.vector("xxxx").any()


@pytest.mark.parametrize(
    ("buckets", "n_buckets", "problem"),
    [
        ([0, 1], 11, r"must be \(11,\) uint32"),
        (np.arange(11)[::-1], 11, "must be ascending"),
        (np.full(11, 3), 11, "must be ascending"),
        (np.arange(11) + 1, 11, "less than 11"),
        (np.arange(11), 0, "0 buckets"),
        (np.arange(11), 2**32, "4294967296 buckets"),
        (None, 12, "must be a row for each"),
    ],
)
def test_buckets_that_do_not_fit(buckets, n_buckets, problem):
    with pytest.raises(SettingError, match=problem):
        Subwords(MATRIX, 3, 6, buckets if buckets is None else np.array(buckets, np.uint32), n_buckets)
    with pytest.raises(SettingError, match="type int64"):
        Subwords(MATRIX, 3, 6, np.arange(11), 11)


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


def test_compact_subwords_replace_unknown_words():
    subwords = Subwords(MATRIX, 2, 3, np.arange(0, 33, 3, dtype=np.uint32), 33)
    vectors = WordVectors.from_stored(StoredVectors(["a"], MATRIX[:1], subwords=subwords))
    vectors.fallback = "subword"
    assert vectors["unseen"].tobytes() == subwords.vector("unseen").tobytes()
    assert np.isfinite(vectors.similarity("unseen", "a"))


def test_subwords_of_another_length_are_refused():
    with pytest.raises(SettingError, match="subwords with 4 numbers per n-gram: must be 3"):
        StoredVectors(["a"], np.zeros((1, 3), np.float32), subwords=Subwords(MATRIX, 3, 6))
