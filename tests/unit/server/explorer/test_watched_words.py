"""Words that are watched while a model is trained."""

import numpy as np
import pytest

from firth.server.explorer.watched_words import WatchedWords
from firth.vectors.word_vectors import WordVectors

WORDS = ["king", "queen", "cat", "dog", "land"]


@pytest.fixture
def vectors():
    rng = np.random.default_rng(1)
    return WordVectors(WORDS, rng.normal(size=(5, 4)))


def test_neighbours_are_those_of_the_vectors(vectors):
    seen = WatchedWords(["king", "taco", "king"]).look(vectors)
    assert [one.word for one in seen.words] == ["king"]
    assert seen.words[0].neighbours == vectors.most_similar("king", 4)
    assert seen.unknown == ["taco"]


def test_some_are_chosen_where_none_are_given(vectors):
    assert [one.word for one in WatchedWords([]).look(vectors).words] == WORDS[:4]


def test_a_map_is_turned_to_fit_the_one_before(vectors):
    watched = WatchedWords(["king"])
    first = watched.look(vectors).points
    turned = WordVectors(WORDS, vectors.matrix @ np.linalg.qr(np.random.default_rng(2).normal(size=(4, 4)))[0])
    second = watched.look(turned).points
    assert [one.word for one in second] == [one.word for one in first]
    assert [(one.x, one.y) for one in second] == pytest.approx(np.array([(one.x, one.y) for one in first]), abs=1e-5)
    assert [one.word for one in first if one.watched] == ["king"]


def test_vectors_in_one_direction_have_a_map():
    watched = WatchedWords([])
    same = WordVectors(["a", "b"], [[1, 0], [2, 0]])
    for _ in range(2):
        assert [(one.x, one.y) for one in watched.look(same).points] == [(0, 0), (0, 0)]


def test_one_word_has_no_neighbours():
    seen = WatchedWords([]).look(WordVectors(["a"], [[1, 0]]))
    assert seen.points == []
    assert [one.neighbours for one in seen.words] == [[]]
