"""restrict= and exclude=: the candidates of a query."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth import SettingError, UnknownWordError, WordVectors
from firth.vectors.exact_search import Sizes

N_WORDS, SIZE = 500, 6
WORDS = [f"word{i}" for i in range(N_WORDS)]
MATRIX = np.random.default_rng(16).normal(size=(N_WORDS, SIZE)).astype(np.float32)


def words_of(neighbours):
    return [neighbour.word for neighbour in neighbours]


def brute_force(query, allowed, count):
    """Words by falling cosine with the query, among the allowed rows."""
    cosines = MATRIX[allowed].astype(float) @ query / np.linalg.norm(MATRIX[allowed], axis=1)
    return [WORDS[allowed[i]] for i in np.argsort(-cosines)[:count]]


@pytest.mark.parametrize("top", [1, 40, N_WORDS, N_WORDS + 7])
def test_a_number_restricts_as_gensims_restrict_vocab(ours, theirs, top):
    for word in ("word3", "word300"):
        expected = theirs.most_similar(word, topn=12, restrict_vocab=top)
        assert words_of(ours.most_similar(word, 12, restrict=top)) == [word for word, _ in expected]
    expected = theirs.most_similar(positive=["word1", "word2"], negative=["word450"], restrict_vocab=top)
    assert words_of(ours.analogy("word450", "word1", "word2", restrict=top)) == [word for word, _ in expected]
    expected = theirs.similar_by_vector(MATRIX[9], topn=5, restrict_vocab=top)
    assert words_of(ours.nearest_to_vector(MATRIX[9], 5, restrict=top)) == [word for word, _ in expected]


@pytest.mark.parametrize("few", [4, 0], ids=["one by one", "as a batch"])
@pytest.mark.parametrize("compiled", [False, True])
@given(data=st.data(), count=st.integers(1, 30), n_queries=st.integers(1, 4))
def test_every_restriction_gives_the_results_of_brute_force(few, compiled, data, count, n_queries):
    queries = data.draw(st.lists(st.integers(0, N_WORDS - 1), min_size=n_queries, max_size=n_queries))
    some = data.draw(st.lists(st.integers(0, N_WORDS - 1), min_size=1, max_size=60, unique=True))
    top = data.draw(st.integers(1, N_WORDS))
    excluded = data.draw(st.sets(st.integers(0, N_WORDS - 1), max_size=40))
    mask = np.zeros(N_WORDS, bool)
    mask[some] = True
    kinds = [(top, range(top)), ([WORDS[i] for i in some], some), (mask, some), (None, range(N_WORDS))]
    vectors = WordVectors(WORDS, MATRIX)
    vectors.search.compiled = compiled
    vectors.search.sizes = Sizes(few=few, block_rows=64, piece_numbers=100)
    for restrict, rows in kinds:
        found = vectors.most_similar(MATRIX[queries], count, restrict=restrict, exclude=[WORDS[i] for i in excluded])
        allowed = sorted(set(rows) - excluded)
        for query, neighbours in zip(queries, found, strict=True):
            assert words_of(neighbours) == brute_force(MATRIX[query].astype(float), allowed, count)


@pytest.mark.parametrize(
    "call",
    [
        lambda v, **options: v.most_similar("word1", **options),
        lambda v, **options: v.most_similar(["word1", "word2"], **options)[1],
        lambda v, **options: v.analogy("word1", "word2", "word3", **options),
        lambda v, **options: v.analogy("word1", "word2", "word3", method="3cosmul", **options),
        lambda v, **options: v.nearest_to_vector(MATRIX[5], **options),
        lambda v, **options: v.between("word1", "word2", **options),
    ],
)
def test_every_query_takes_both_options(ours, call):
    everything = [one.word for one in call(ours, count=N_WORDS)]
    banned = everything[1::2]
    assert [one.word for one in call(ours, count=N_WORDS, exclude=banned)] == everything[::2]
    assert [one.word for one in call(ours, count=N_WORDS, exclude=everything[0])] == everything[1:]
    assert [one.word for one in call(ours, count=N_WORDS, restrict=set(banned))] == banned
    assert [one.word for one in call(ours, count=3, restrict=np.isin(WORDS, banned))] == banned[:3]
    first = [word for word in everything if int(word[4:]) < 100]
    assert [one.word for one in call(ours, count=N_WORDS, restrict=100)] == first
    assert [one.word for one in call(ours, restrict=banned, exclude=banned[:1])] == banned[1:11]
    assert call(ours, restrict=["word7"], exclude=["word7"]) == []
    assert call(ours, restrict=[]) == []


def test_words_of_the_query_need_not_be_candidates(ours):
    assert words_of(ours.most_similar("word400", 5, restrict=["word400", "word401"])) == ["word401"]


def test_unknown_excluded_words_are_ignored(ours):
    assert ours.most_similar("word1", exclude=["no such word"]) == ours.most_similar("word1")


@pytest.mark.parametrize(
    ("restrict", "problem"),
    [
        (0, "at least 1"),
        (-3, "at least 1"),
        (True, "number, words or booleans"),
        (2.5, "number, words or booleans"),
        (np.ones(3, bool), r"one value per word, \(500,\)"),
        ([1, 2], "1 is not a word"),
    ],
)
def test_impossible_restrictions_are_errors(ours, restrict, problem):
    with pytest.raises(SettingError, match=problem):
        ours.most_similar("word1", restrict=restrict)


def test_unknown_words_in_restrict_are_errors(ours):
    with pytest.raises(UnknownWordError, match="'wort7'.*word7"):
        ours.most_similar("word1", restrict=["wort7"])
