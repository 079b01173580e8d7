"""Ranks among the neighbours, and words on the line from one to another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth import SettingError, UnknownWordError, WordVectors
from firth.vectors.exact_search import Sizes
from firth.vectors.query import unit

N_WORDS, SIZE = 800, 5
WORDS = [f"word{i}" for i in range(N_WORDS)]
MATRIX = np.random.default_rng(36).normal(size=(N_WORDS, SIZE)).astype(np.float32)


def test_rank_is_gensims(ours, theirs):
    for word, other in np.random.default_rng(37).choice(WORDS, (40, 2)).tolist():
        assert ours.rank(word, other) == theirs.rank(word, other)


def test_rank_is_the_position_among_the_neighbours(ours):
    for rank, neighbour in enumerate(ours.most_similar("word5", 300), 1):
        assert ours.rank("word5", neighbour.word) == rank
    assert ours.rank("word5", "word5") == 1
    restricted = ours.most_similar("word5", 20, restrict=200, exclude=["word9"])
    for rank, neighbour in enumerate(restricted, 1):
        assert ours.rank("word5", neighbour.word, restrict=200, exclude=["word9"]) == rank


@given(data=st.data(), n_words=st.integers(2, 30), restricted=st.booleans())
def test_many_ranks_are_counted_exactly(data, n_words, restricted):
    """Against counting; small whole numbers make many equal cosines, which share a rank."""
    row = st.lists(st.integers(-2, 2), min_size=3, max_size=3)
    matrix = np.array([data.draw(row) for _ in range(n_words)], np.float32)
    index = st.integers(0, n_words - 1)
    pairs = data.draw(st.lists(st.tuples(index, index), min_size=1, max_size=5))
    rows = data.draw(st.lists(index, min_size=1, unique=True)) if restricted else list(range(n_words))
    vectors = WordVectors([str(i) for i in range(n_words)], matrix)
    vectors.search.sizes = Sizes(block_rows=4, queries_at_once=2)
    ranks = vectors.rank(
        [str(a) for a, _ in pairs],
        [str(b) for _, b in pairs],
        restrict=[str(i) for i in rows] if restricted else None,
    )
    units = unit(matrix.astype(float))
    cosines = (units @ units.T).round(9)
    for rank, (word, other) in zip(ranks, pairs, strict=True):
        assert rank == 1 + sum(cosines[word, i] > cosines[word, other] for i in rows if i != word)


def test_between_finds_what_is_on_the_line():
    start, end = np.array([3.0, 0, 0]), np.array([0, 0.5, 0])
    points = {
        "quarter": 0.75 * unit(start) + 0.25 * unit(end),
        "half": 7 * (unit(start) + unit(end)),
        "above the half": unit(start) + unit(end) + [0, 0, 1],
        "behind the start": unit(start) - 0.1 * unit(end),
        "away": -unit(start) - unit(end),
        "nothing": np.zeros(3),
    }
    vectors = WordVectors(["start", "end", *points], np.array([start, end, *points.values()]))
    found = vectors.between("start", "end")
    assert [one.word for one in found] == ["quarter", "half", "above the half"]
    assert [one.position for one in found] == pytest.approx([0.25, 0.5, 0.5], abs=1e-6)
    assert [one.similarity for one in found] == pytest.approx([1, 1, (2 / 3) ** 0.5])
    back = vectors.between("end", "start", 1, restrict=["quarter"])
    assert back[0].position == pytest.approx(0.75)
    assert vectors.between("start", "end", 1) == found[:1]


def test_between_is_the_largest_cosine_to_a_point_of_the_line(ours):
    """Against trying many points."""
    steps = np.linspace(0, 1, 2001)[:, None]
    a, b = unit(ours[["word1", "word2"]].astype(float))
    cosines = unit((1 - steps) * a + steps * b) @ unit(MATRIX.astype(float)).T
    best = cosines.argmax(axis=0)
    inside = {WORDS[i]: (cosines[best[i], i], steps[best[i], 0]) for i in range(N_WORDS) if 0 < best[i] < 2000}
    found = ours.between("word1", "word2", N_WORDS)
    assert {one.word for one in found} >= {w for w in inside if 0.001 < inside[w][1] < 0.999}
    assert [one.similarity for one in found] == sorted((one.similarity for one in found), reverse=True)
    for word, similarity, position in found:
        if word in inside:
            assert (similarity, position) == (pytest.approx(inside[word][0]), pytest.approx(inside[word][1], abs=5e-4))


def test_between_from_either_end(ours):
    there, back = ours.between("word1", "word2", 50), ours.between("word2", "word1", 50)
    assert [one.word for one in there] == [one.word for one in back]
    assert [one.position for one in there] == pytest.approx([1 - one.position for one in back])


def test_many_lines_are_the_same_as_one_by_one(ours):
    a, b = WORDS[:9], WORDS[9:18]
    assert ours.between(a, b, 3) == [ours.between(x, y, 3) for x, y in zip(a, b, strict=True)]
    assert ours.between([], []) == []
    assert ours.rank([], []).tolist() == []


def test_ends_in_one_direction_have_nothing_between_them():
    vectors = WordVectors(["a", "longer", "opposite", "zero", "b"], [[1, 0], [2, 0], [-1, 0], [0, 0], [1, 1]])
    for other in ("a", "longer", "opposite", "zero"):
        assert vectors.between("a", other) == []


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda v: v.between("word1", ["word2"]), "two words, or two lists"),
        (lambda v: v.between(["word1"], ["word2", "word3"]), "two words, or two lists"),
        (lambda v: v.between("word1", "word2", 0), "count=0"),
        (lambda v: v.rank("word1", ["word2"]), "two words, or two lists"),
        (lambda v: v.rank(["word1"], []), "two words, or two lists"),
        (lambda v: v.nearest_to_vector("word1"), "must be numbers"),
        (lambda v: v.nearest_to_vector([1, 2]), "must be 5 finite numbers"),
    ],
)
def test_impossible_queries_are_errors(ours, call, problem):
    with pytest.raises(SettingError, match=problem):
        call(ours)


@pytest.mark.parametrize(
    "call",
    [lambda v: v.between("word1", "wort1"), lambda v: v.rank("word1", "wort1"), lambda v: v.rank("wort1", "word1")],
)
def test_unknown_words_are_errors(ours, call):
    with pytest.raises(UnknownWordError, match="'wort1'"):
        call(ours)


def test_numbers_in_lists_are_vectors_too(ours):
    assert ours.nearest_to_vector(MATRIX[3].tolist(), 2) == ours.most_similar(MATRIX[3], 2)
    assert ours.nearest_to_vector(MATRIX[:3].tolist(), 2) == ours.most_similar(MATRIX[:3], 2)
