"""3CosMul, and the table of cosines that it shares with the evaluation of analogies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth import SettingError, WordVectors
from firth.vectors.analogy_search import WordSums, best_scores
from firth.vectors.exact_search import ExactSearch, Sizes
from firth.vectors.query import unit

pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`:DeprecationWarning")

N_WORDS, SIZE = 1500, 21
WORDS = [f"word{i}" for i in range(N_WORDS)]
MATRIX = np.random.default_rng(26).normal(size=(N_WORDS, SIZE)).astype(np.float32)


@pytest.mark.parametrize(
    ("positive", "negative"),
    [
        (["word1", "word2"], ["word3"]),
        (["word1"], []),
        (["word1", "word2", "word3"], []),
        (["word5"], ["word1", "word2"]),
        (["word1", "word1"], ["word2"]),
    ],
)
@pytest.mark.parametrize("compiled", [False, True])
def test_products_are_gensims(ours, theirs, positive, negative, compiled):
    ours.search.compiled = compiled
    found = ours.most_similar(positive=positive, negative=negative, count=15, method="3cosmul")
    expected = theirs.most_similar_cosmul(positive=positive, negative=negative, topn=15)
    assert [neighbour.word for neighbour in found] == [word for word, _ in expected]
    np.testing.assert_allclose([n.similarity for n in found], [score for _, score in expected], rtol=2e-5)


def test_analogy_by_products_is_gensims(ours, theirs):
    expected = theirs.most_similar_cosmul(positive=["word2", "word3"], negative=["word1"])
    found = ours.analogy("word1", "word2", "word3", method="3cosmul")
    assert [neighbour.word for neighbour in found] == [word for word, _ in expected]


def test_many_products_are_the_same_as_one_by_one():
    ours = WordVectors(WORDS, MATRIX)
    ours.search.sizes = Sizes(analogies_at_once=16, analogies_per_table=32)
    a, b, c = WORDS[:90], WORDS[90:180], WORDS[180:270]
    assert ours.analogy(a, b, c, 4, method="3cosmul") == [
        ours.analogy(*three, 4, method="3cosmul") for three in zip(a, b, c, strict=True)
    ]
    positive, negative = [["word1", "word2", "word9"], ["word3"]], [[], ["word4", "word5"]]
    assert ours.most_similar(positive=positive, negative=negative, method="3cosmul") == [
        ours.most_similar(positive=plus, negative=minus, method="3cosmul")
        for plus, minus in zip(positive, negative, strict=True)
    ]


@given(
    data=st.data(), n_words=st.integers(1, 30), count=st.integers(1, 30), method=st.sampled_from(["3cosadd", "3cosmul"])
)
def test_the_best_scores_are_found(data, n_words, count, method):
    """Against scores from the formula for every row; small whole numbers make ties and zeros."""
    row = st.lists(st.integers(-2, 2), min_size=3, max_size=3)
    matrix = np.array([data.draw(row) for _ in range(n_words)], np.float32)
    queries = np.array([data.draw(st.lists(st.integers(0, n_words - 1), min_size=3, max_size=3)) for _ in range(4)])
    search = ExactSearch(matrix, sizes=Sizes(analogy_rows=4, analogies_at_once=3))
    units = unit(matrix.astype(float))
    count = min(count, n_words)
    found = best_scores(search, WordSums(units, queries[:, 1:], queries[:, :1]), method, count, queries)
    for (a, b, c), rows, scores in zip(queries, found.rows, found.similarities, strict=True):
        cosines = units @ units.T
        if method == "3cosadd":
            expected = cosines[b] - cosines[a] + cosines[c]
        else:
            shifted = (1 + cosines) / 2
            expected = shifted[b] * shifted[c] / (shifted[a] + 1e-6)
        expected[[a, b, c]] = -np.inf
        np.testing.assert_allclose(scores, np.sort(expected)[::-1][:count], rtol=1e-5, atol=1e-7)
        real = np.isfinite(scores)
        np.testing.assert_allclose(scores[real], expected[rows[real]], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda v: v.analogy("word1", "word2", "word3", method="3cosdiv"), "3cosadd, 3cosmul"),
        (lambda v: v.most_similar(positive=[("word1", 2)], method="3cosmul"), "takes no weights"),
        (lambda v: v.most_similar(negative=["word1"], method="3cosmul"), "at least one positive"),
        (lambda v: v.most_similar(positive=[], method="3cosmul"), "empty query"),
    ],
)
def test_impossible_queries_are_errors(ours, call, problem):
    with pytest.raises(SettingError, match=problem):
        call(ours)
