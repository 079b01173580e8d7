"""The compiled means of n-grams against the reference implementation."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firth.kernels.arguments import FileMatrix, Ngrams, WordBytes
from firth.kernels.cpu.files import word_means as kernels
from firth.subwords.word_means import word_means_in_python

any_bytes = st.binary(max_size=30)
any_text = st.text(max_size=12).map(lambda word: word.encode("utf-8", "surrogatepass"))
end_of_sentence = st.sampled_from([b"</s>", b"</s", b"</s>>", b"<"])


def compiled_means(words, table, n_buckets, lengths, listed=0):
    """With as few rows listed at once as there may be."""
    n_words = len(words.ends)
    vectors = np.empty((n_words, table.shape[1]), np.float32)
    ngrams = Ngrams(n_words, n_buckets, *lengths)
    rows = np.empty(listed or lengths[1] - lengths[0] + 1, np.int64)
    kernels.average_ngrams(words, table, ngrams, 0, n_words, rows, vectors)
    return vectors


def table_at(start, rows, columns):
    """A matrix that begins at any byte of a file."""
    numbers = np.random.default_rng(rows).normal(size=rows * columns).astype("<f4")
    content = np.frombuffer(bytes(start) + numbers.tobytes(), np.uint8)
    return FileMatrix(content, start, (rows, columns))


def packed(words):
    ends = np.cumsum([len(word) for word in words], dtype=np.int64)
    return WordBytes(np.frombuffer(b"".join(words), np.uint8).copy(), ends)


@given(
    words=st.lists(st.one_of(any_bytes, any_text, end_of_sentence), min_size=1, max_size=6),
    start=st.integers(0, 5),
    columns=st.sampled_from([2, 3, 16, 37]),
    n_buckets=st.integers(1, 50),
    min_length=st.integers(1, 7),
    more=st.integers(0, 5),
)
def test_means_equal_the_reference_implementation(words, start, columns, n_buckets, min_length, more):
    words = packed(words)
    table = table_at(start, len(words.ends) + n_buckets, columns)
    lengths = (min_length, min_length + more)
    expected = word_means_in_python(words, table, Ngrams(len(words.ends), n_buckets, *lengths))
    assert compiled_means(words, table, n_buckets, lengths).tobytes() == expected.tobytes()


def test_more_ngrams_than_are_listed_at_once():
    words = packed([b"abcdefgh" * 100, "ñ東".encode() * 300])
    table = table_at(1, 502, 5)
    expected = word_means_in_python(words, table, Ngrams(2, 500, 3, 6))
    for listed in (4, 7, kernels.LISTED):
        np.testing.assert_array_equal(compiled_means(words, table, 500, (3, 6), listed), expected)
