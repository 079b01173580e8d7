"""Which rows make up each word, in compiled code, against the reference implementation."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firth.errors import SettingError
from firth.kernels.arguments import FileMatrix, Ngrams, WordBytes
from firth.subwords import parts as parts_module
from firth.subwords.ngrams import ngram_hashes, ngram_rows
from firth.subwords.parts import WordParts, composed, with_words_alone, word_parts
from firth.subwords.word_means import word_means_in_python

MOST = 2**32 - 1

any_bytes = st.binary(max_size=30)
any_text = st.text(max_size=12).map(lambda word: word.encode("utf-8", "surrogatepass"))
some_words = st.lists(st.one_of(any_bytes, any_text, st.sampled_from([b"</s>", b"</s", b"<", b"a"])), max_size=6)
lengths = st.tuples(st.integers(1, 7), st.integers(0, 5)).map(lambda two: (two[0], sum(two)))


def packed(words):
    ends = np.cumsum([len(word) for word in words], dtype=np.int64)
    return WordBytes(np.frombuffer(b"".join(words), np.uint8).copy(), ends)


def word_parts_in_python(words, min_length, max_length, n_buckets):
    """The reference implementation: word by word."""
    text, ends = words.text.tobytes(), words.ends.tolist()
    hashed = [
        ngram_rows(text[begin:end], min_length, max_length, n_buckets)
        for begin, end in zip([0, *ends], ends, strict=False)
    ]
    buckets = sorted({bucket for some in hashed for bucket in some})
    row_of = {bucket: len(ends) + p for p, bucket in enumerate(buckets)}
    parts = [[word, *(row_of[bucket] for bucket in some)] for word, some in enumerate(hashed)]
    starts = np.cumsum([0, *map(len, parts)], dtype=np.int64)
    listed = np.array([part for some in parts for part in some], np.int32)
    return WordParts(starts, listed, np.array(buckets, np.uint32))


def composed_in_python(parts, rows):
    """The reference implementation: word by word."""
    means = np.empty((len(parts.starts) - 1, rows.shape[1]), np.float32)
    for word in range(len(means)):
        mine = parts.parts[parts.starts[word] : parts.starts[word + 1]]
        means[word] = np.add.reduce(rows[mine]) * np.float32(1 / len(mine))
    return means


def assert_equal(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


@given(words=some_words, lengths=lengths, n_buckets=st.sampled_from([1, 2, 7, 2_000_000, MOST]))
@example(words=[], lengths=(3, 6), n_buckets=5)
@example(words=[b"\x80\x80a"], lengths=(1, 2), n_buckets=5)
def test_parts_equal_the_reference_implementation(words, lengths, n_buckets):
    words = packed(words)
    assert_equal(word_parts(words, *lengths, n_buckets), word_parts_in_python(words, *lengths, n_buckets))


def test_the_parts_of_two_words():
    found = word_parts(packed([b"ab", b"</s>", b"b"]), 3, 3, MOST)
    buckets = {ngram: next(ngram_hashes(ngram, 3, 3)) for ngram in (b"<ab", b"ab>", b"<b>")}
    assert found.buckets.tolist() == sorted(buckets.values())
    rows = {ngram: 3 + found.buckets.tolist().index(bucket) for ngram, bucket in buckets.items()}
    assert found.starts.tolist() == [0, 3, 4, 6]
    assert found.parts.tolist() == [0, rows[b"<ab"], rows[b"ab>"], 1, 2, rows[b"<b>"]]


def test_a_table_that_grows_and_several_threads():
    words = packed([f"{i * 7919 % 100_003:05d}".encode() for i in range(100_003)])
    found = word_parts(words, 5, 6, MOST)
    assert len(found.buckets) > parts_module.WORDS_AT_ONCE
    assert len(found.buckets) > 1 << 16
    some = slice(99_000, 99_100)
    expected = word_parts_in_python(
        packed([f"{i * 7919 % 100_003:05d}".encode() for i in range(100_003)][some]), 5, 6, MOST
    )
    listed = found.parts[found.starts[some.start] : found.starts[some.stop]].astype(np.int64)
    own = np.isin(np.arange(len(listed)), found.starts[some] - found.starts[some.start])
    np.testing.assert_array_equal(listed[own], np.arange(99_000, 99_100))
    hashed = found.buckets[listed[~own] - 100_003]
    reference = expected.buckets[expected.parts[~own] - 100]
    np.testing.assert_array_equal(hashed, reference)
    assert (np.diff(found.buckets.astype(np.int64)) > 0).all()


@pytest.mark.parametrize(
    ("arguments", "named"), [((0, 3, 5), "0 to 3"), ((4, 3, 5), "4 to 3"), ((3, 6, 0), "0 buckets")]
)
def test_impossible_ngrams(arguments, named):
    with pytest.raises(SettingError, match=named):
        word_parts(packed([b"a"]), *arguments)


@given(words=some_words, lengths=lengths, n_buckets=st.integers(1, 40), columns=st.sampled_from([2, 3, 17]))
def test_composed_vectors_are_those_of_a_file_with_all_buckets(words, lengths, n_buckets, columns):
    words = packed(words)
    n_words = len(words.ends)
    parts = word_parts(words, *lengths, n_buckets)
    table = np.random.default_rng(columns).normal(size=(n_words + n_buckets, columns)).astype(np.float32)
    rows = np.concatenate([table[:n_words], table[n_words + parts.buckets.astype(np.int64)]])
    vectors = composed(parts, rows)
    assert vectors.tobytes() == composed_in_python(parts, rows).tobytes()
    of_file = word_means_in_python(words, FileMatrix.of(table), Ngrams(n_words, n_buckets, *lengths))
    assert vectors.tobytes() == of_file.tobytes()


def test_rows_that_do_not_fit_the_parts():
    parts = word_parts(packed([b"a"]), 3, 3, 5)
    with pytest.raises(SettingError, match=r"must be \(2, D\)"):
        composed(parts, np.zeros((3, 4), np.float32))


@given(some_words, st.data())
def test_words_alone_have_their_own_row(words, data):
    parts = word_parts(packed(words), 2, 3, 1000)
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words))), np.bool_)
    alone = with_words_alone(parts, chosen)
    for word in range(len(words)):
        before, after = (one.parts[one.starts[word] : one.starts[word + 1]].tolist() for one in (parts, alone))
        assert after == ([word] if chosen[word] else before)
    assert alone.buckets is parts.buckets
    assert alone.starts[-1] == len(alone.parts)
