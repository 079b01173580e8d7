import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth import Neighbour, SettingError, UnknownWordError, WordVectors
from firth.vectors.exact_search import Sizes

N_WORDS, SIZE = 3000, 20
WORDS = [f"word{i}" for i in range(N_WORDS)]
MATRIX = np.random.default_rng(6).normal(size=(N_WORDS, SIZE)).astype(np.float32)
MATRIX *= np.random.default_rng(7).uniform(0.1, 9, size=(N_WORDS, 1)).astype(np.float32)


def assert_same(found, expected):
    assert [neighbour.word for neighbour in found] == [word for word, _ in expected]
    np.testing.assert_allclose(
        [neighbour.similarity for neighbour in found], [cosine for _, cosine in expected], atol=1e-6
    )


@pytest.mark.parametrize(
    ("positive", "negative"),
    [
        (["word1"], []),
        (["word1", "word2"], []),
        (["word1", "word2"], ["word3"]),
        ([], ["word4"]),
        (["word1"], ["word2", "word3", "word4"]),
        (["word1", "word1"], ["word2"]),
        ([("word1", 0.5), ("word2", 2)], [("word3", 0.25)]),
    ],
)
def test_neighbours_are_gensims(ours, theirs, positive, negative):
    expected = theirs.most_similar(
        positive=positive, negative=[(w[0], -w[1]) if isinstance(w, tuple) else w for w in negative], topn=12
    )
    assert_same(ours.most_similar(positive=positive, negative=negative, count=12), expected)


def test_one_word_and_one_vector_like_gensim(ours, theirs):
    assert_same(ours.most_similar("word7"), theirs.most_similar("word7"))
    assert_same(ours.most_similar(positive="word7"), theirs.most_similar("word7"))
    assert_same(ours.most_similar(MATRIX[7], 5), theirs.similar_by_vector(MATRIX[7], topn=5))
    assert ours.most_similar(MATRIX[7], 1)[0].word == "word7"  # a vector leaves no word out


def test_similarity_and_odd_one_out_like_gensim(ours, theirs):
    assert ours.similarity("word1", "word2") == pytest.approx(theirs.similarity("word1", "word2"))
    rng = np.random.default_rng(8)
    for _ in range(50):
        words = [WORDS[i] for i in rng.choice(N_WORDS, 5, replace=False)]
        assert ours.odd_one_out(words) == theirs.doesnt_match(words)


def test_analogy_is_b_minus_a_plus_c(ours, theirs):
    expected = theirs.most_similar(positive=["word2", "word3"], negative=["word1"])
    assert_same(ours.analogy("word1", "word2", "word3"), expected)


def test_many_queries_are_the_same_as_one_by_one(ours):
    some = WORDS[::7]
    assert ours.most_similar(some, 6) == [ours.most_similar(word, 6) for word in some]
    assert ours.most_similar(MATRIX[:9], 3) == [ours.most_similar(row, 3) for row in MATRIX[:9]]
    a, b, c = WORDS[:40], WORDS[40:80], WORDS[80:120]
    assert ours.analogy(a, b, c) == [ours.analogy(*three) for three in zip(a, b, c, strict=True)]
    positive = [["word1", "word2"], ["word3"], []]
    negative = [[], ["word4"], ["word5"]]
    assert ours.most_similar(positive=positive, negative=negative) == [
        ours.most_similar(positive=plus, negative=minus) for plus, minus in zip(positive, negative, strict=True)
    ]
    assert ours.most_similar(positive=positive[:2]) == [ours.most_similar(positive=plus) for plus in positive[:2]]
    groups = [WORDS[i : i + 4] for i in range(0, 40, 4)]
    assert ours.odd_one_out(groups) == [ours.odd_one_out(group) for group in groups]
    np.testing.assert_array_equal(ours.similarity(a, b), [ours.similarity(x, y) for x, y in zip(a, b, strict=True)])
    assert ours.most_similar([]) == []


@pytest.mark.parametrize("few", [2, 0], ids=["one by one", "as a batch"])
@pytest.mark.parametrize("compiled", [False, True])
@given(
    data=st.data(),
    n_words=st.integers(1, 40),
    size=st.integers(1, 4),
    n_queries=st.integers(1, 6),
    count=st.integers(1, 50),
)
def test_the_nearest_are_those_of_sorting_everything(few, compiled, data, n_words, size, n_queries, count):
    """Small whole numbers make many ties, zeros and repeated rows."""
    row = st.lists(st.integers(-2, 2), min_size=size, max_size=size)
    matrix = np.array([data.draw(row) for _ in range(n_words)], np.float32)
    queries = np.array([data.draw(row) for _ in range(n_queries)], np.float32)
    words = [str(i) for i in range(n_words)]
    vectors = WordVectors(words, matrix)
    vectors.search.compiled = compiled
    vectors.search.sizes = Sizes(few=few, block_rows=3, queries_at_once=2)
    found = vectors.most_similar(queries, count)
    doubles = matrix.astype(float)
    norms = np.linalg.norm(doubles, axis=1)
    for query, neighbours in zip(queries.astype(float), found, strict=True):
        length = np.linalg.norm(query)
        cosines = np.divide(doubles @ query, norms * length, out=np.zeros(n_words), where=norms * length > 0)
        best = np.sort(cosines)[::-1][:count]
        np.testing.assert_allclose([n.similarity for n in neighbours], best, atol=1e-7)
        for neighbour in neighbours:
            assert neighbour.similarity == pytest.approx(cosines[int(neighbour.word)], abs=1e-7)
        assert len({n.word for n in neighbours}) == len(neighbours)


@pytest.mark.parametrize(("n_queries", "compiled"), [(1, False), (3, False), (1, True), (3, True), (100, True)])
def test_large_vocabularies_one_query_or_many(n_queries, compiled):
    """Enough words that groups and blocks are skipped; the best are planted everywhere."""
    rng = np.random.default_rng(9)
    matrix = rng.normal(size=(50_000, 4)).astype(np.float32)
    planted = np.concatenate((np.arange(0, 50_000, 997), [49_999]))
    matrix[planted] = [9, 9, 9, 9]
    vectors = WordVectors([str(i) for i in range(50_000)], matrix)
    vectors.search.compiled = compiled
    for count in (len(planted), 20):
        for neighbours in vectors.most_similar(np.ones((n_queries, 4)), count):
            assert [int(neighbour.word) for neighbour in neighbours] == planted[:count].tolist()  # ties in row order
            assert all(neighbour.similarity == pytest.approx(1) for neighbour in neighbours)


def test_zeros_are_similar_to_nothing_and_warn_about_nothing():
    vectors = WordVectors(["zero", "a", "b"], [[0, 0], [1, 0], [0, 2]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert vectors.most_similar("zero") == [Neighbour("a", 0), Neighbour("b", 0)]
        assert vectors.most_similar("a") == [Neighbour("zero", 0), Neighbour("b", 0)]
        assert vectors.most_similar(positive=["a"], negative=["a"])[0].similarity == 0
        assert vectors.similarity("zero", "a") == 0
        assert vectors.similarity("zero", "zero") == 0


def test_very_long_and_very_short_vectors():
    vectors = WordVectors(["long", "short", "plain"], [[1e17, 0], [1e-20, 1e-20], [0, 1]])
    assert vectors.most_similar("long")[0] == ("short", pytest.approx(0.5**0.5))
    assert vectors.similarity("short", "plain") == pytest.approx(0.5**0.5)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_vectors_that_cannot_be_compared_are_named(value):
    vectors = WordVectors(["a", "b"], np.array([[1, 0], [0, value]], np.float32))
    with pytest.raises(SettingError, match="row 1 of the matrix"):
        vectors.most_similar("a")


def test_count(ours):
    assert len(ours.most_similar("word1", count=N_WORDS + 5)) == N_WORDS - 1
    assert len(ours.most_similar(["word1", "word2"], N_WORDS)[1]) == N_WORDS - 1
    assert len(ours.most_similar("word1", np.int64(3))) == 3
    for count in (0, -1, 2.5, None, True, "3"):
        with pytest.raises(SettingError, match="count="):
            ours.most_similar("word1", count=count)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda v: v.most_similar(), "empty query"),
        (lambda v: v.most_similar(positive=[]), "empty query"),
        (lambda v: v.most_similar(positive=[["word1"], []]), "empty query"),
        (lambda v: v.most_similar("word1", positive=["word2"]), "not both"),
        (lambda v: v.most_similar(positive=[["word1"]], negative=[["word2"], ["word3"]]), "the same number"),
        (lambda v: v.most_similar(positive=[["word1"], "word2"]), "the same number"),
        (lambda v: v.most_similar(positive=[3]), "3 is not a query"),
        (lambda v: v.most_similar(positive=3), "3: must be a word, a vector or a list"),
        (lambda v: v.most_similar(positive=[("word1", "x")]), "is not a query"),
        (lambda v: v.most_similar(positive=[("word1", None)]), "finite number"),
        (lambda v: v.most_similar(positive=[("word1", float("nan"))]), "finite number"),
        (lambda v: v.most_similar(np.ones(3)), "must be 20 finite numbers"),
        (lambda v: v.most_similar(np.full(SIZE, np.nan)), "must be 20 finite numbers"),
        (lambda v: v.similarity("word1", ["word2"]), "two words, or two lists"),
        (lambda v: v.similarity(["word1"], ["word2", "word3"]), "two words, or two lists"),
        (lambda v: v.analogy("word1", "word2", ["word3"]), "three words, or three lists"),
        (lambda v: v.analogy(["word1"], ["word2"], []), "three words, or three lists"),
        (lambda v: v.odd_one_out(["word1", "word2"]), "at least 3"),
        (lambda v: v.odd_one_out("word1"), "at least 3"),
    ],
)  # fmt: skip
def test_impossible_queries_say_what_to_do(ours, call, problem):
    with pytest.raises(SettingError, match=problem):
        call(ours)


@pytest.mark.parametrize(
    "call",
    [
        lambda v: v.most_similar("wort1"),
        lambda v: v.most_similar(["word1", "wort1"]),
        lambda v: v.most_similar(positive=["word1"], negative=["wort1"]),
        lambda v: v.similarity("word1", "wort1"),
        lambda v: v.analogy("word1", "word2", "wort1"),
        lambda v: v.odd_one_out(["word1", "word2", "wort1"]),
    ],
)
def test_unknown_words_are_named_everywhere(ours, call):
    with pytest.raises(UnknownWordError, match="'wort1'.*word1") as caught:
        call(ours)
    assert caught.value.suggestions[0] == "word1"


@pytest.mark.parametrize("n_queries", [1, 95, 97, 300])
@pytest.mark.parametrize("size", [1, 3, 16, 50])
def test_compiled_and_numpy_search_agree(n_queries, size):
    rng = np.random.default_rng(size)
    vectors = WordVectors([str(i) for i in range(5003)], rng.normal(size=(5003, size)))
    queries = rng.normal(size=(n_queries, size))
    both = []
    for compiled in (True, False):
        vectors.search.compiled = compiled
        both.append(vectors.most_similar(queries, 7))
    similarities = [[[n.similarity for n in neighbours] for neighbours in results] for results in both]
    np.testing.assert_allclose(*similarities, atol=3e-7)  # float32 may swap rows that are as near
    if size > 1:
        assert sum(a != b for a, b in zip(*both, strict=True)) <= n_queries // 50


@pytest.mark.parametrize("compiled", [False, True])
def test_rows_that_float32_confuses_are_ranked_correctly(compiled):
    """Three rows that differ in the last digit of a number or two: the best of them by the formula in float64."""
    rng = np.random.default_rng(10)
    for _ in range(100):
        matrix = rng.normal(size=(40, 50)).astype(np.float32)
        matrix[30:33] = matrix[5]
        for row in (30, 31, 32):
            matrix[row, rng.integers(0, 50, 2)] *= 1 + 2.0**-22
        matrix[5] = -matrix[5]
        query = matrix[30] + rng.normal(size=50)
        cosines = matrix.astype(float) @ query / np.linalg.norm(matrix.astype(float), axis=1)
        vectors = WordVectors([str(i) for i in range(40)], matrix)
        vectors.search.compiled = compiled
        found = vectors.most_similar(query, 1)
        assert int(found[0].word) == np.argmax(cosines)


@pytest.mark.parametrize(
    "call",
    [
        lambda v, some: v.most_similar(some, 5),
        lambda v, some: v.most_similar(some, 5, exclude=["7"]),
        lambda v, some: v.analogy(some, some[::-1], some[7:] + some[:7], 5, method="3cosmul"),
        lambda v, some: v.analogy(["1"] * 400, ["2"] * 400, ["3"] * 400, 5, method="3cosmul"),
        lambda v, some: v.rank(some, some[::-1]),
        lambda v, some: v.between(some[:4], some[4:8]),
    ],
)
def test_memory_stays_bounded(call):
    """All cosines of 400 queries with 60,000 words would take 96 MB."""
    vectors = WordVectors([str(i) for i in range(60_000)], np.random.default_rng(3).normal(size=(60_000, 4)))
    vectors.most_similar("1")  # computes the norms
    tracemalloc.start()
    call(vectors, [str(i) for i in range(400)])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 32e6


def test_memory_of_the_first_query_does_not_depend_on_rows_of_zeros():
    """A copy of the zeros in float64 would take 32 MB."""
    matrix = np.zeros((40_000, 100), np.float32)
    matrix[::1000] = 1
    vectors = WordVectors([str(i) for i in range(40_000)], matrix)
    _ = vectors.words
    tracemalloc.start()
    found = vectors.most_similar("0", 2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [near.word for near in found] == ["1000", "2000"]
    assert peak < 16e6
