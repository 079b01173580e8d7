"""The compiled means of n-grams against their slow twin, and the search for numbers that are none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.formats.byte_cursor import FileMatrix
from firth.formats.ngram_means import word_means_slowly
from firth.formats.packed_words import PackedWords
from firth.formats.subwords import Subwords
from firth.kernels.arguments import NgramTable
from firth.kernels.cpu.files import subwords as kernels

any_bytes = st.binary(max_size=30)
any_text = st.text(max_size=12).map(lambda word: word.encode("utf-8", "surrogatepass"))
end_of_sentence = st.sampled_from([b"</s>", b"</s", b"</s>>", b"<"])


def compiled_means(words, table, n_buckets, lengths):
    vectors = np.empty((len(words), table.shape[1]), np.float32)
    arguments = NgramTable(table.content, table.start, len(words), n_buckets, *lengths)
    rows = np.empty(kernels.ROOM, np.int64)
    kernels.average_ngrams(words.text, words.ends, arguments, 0, len(words), rows, vectors)
    return vectors


def table_at(start, rows, columns):
    """A matrix that begins at any byte of a file."""
    numbers = np.random.default_rng(rows).normal(size=rows * columns).astype("<f4")
    content = np.frombuffer(bytes(start) + numbers.tobytes(), np.uint8)
    return FileMatrix(content, start, (rows, columns))


def packed(words):
    ends = np.cumsum([len(word) for word in words], dtype=np.int64)
    return PackedWords(np.frombuffer(b"".join(words), np.uint8).copy(), ends)


@given(
    words=st.lists(st.one_of(any_bytes, any_text, end_of_sentence), min_size=1, max_size=6),
    start=st.integers(0, 5),
    columns=st.sampled_from([2, 3, 16, 37]),
    n_buckets=st.integers(1, 50),
    min_length=st.integers(1, 7),
    more=st.integers(0, 5),
)
def test_means_are_those_of_the_slow_twin(words, start, columns, n_buckets, min_length, more):
    words = packed(words)
    table = table_at(start, len(words) + n_buckets, columns)
    lengths = (min_length, min_length + more)
    slow = word_means_slowly(words, table, Subwords(table.array[len(words) :], *lengths))
    assert compiled_means(words, table, n_buckets, lengths).tobytes() == slow.tobytes()


def test_more_ngrams_than_wait_at_once():
    words = packed([b"abcdefgh" * 100, "ñ東".encode() * 300])
    table = table_at(1, 502, 5)
    slow = word_means_slowly(words, table, Subwords(table.array[2:], 3, 6))
    np.testing.assert_array_equal(compiled_means(words, table, 500, (3, 6)), slow)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("place", [0, 1, 4095, 4096, 9_998, 9_999])
def test_the_first_number_that_is_none_is_found(place, value):
    numbers = np.full(10_000, 3e38, "<f4")
    numbers[place] = value
    numbers[min(place + 1, 9_999)] = value
    content = np.frombuffer(b"odd" + numbers.tobytes(), np.uint8)
    assert kernels.first_not_finite(content, 3, 10_000) == place
    assert kernels.first_not_finite(content, 3, place) == kernels.NONE
