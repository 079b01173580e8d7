"""Aligning two models: the rotation is the best one, and words that moved are found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes

import firth
from firth import SettingError, UnknownWordError, WordVectors
from firth.vectors.alignment import best_rotation
from firth.vectors.query import unit


def random_rotation(size, seed):
    rotated, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(size, size)))
    return rotated


def some_vectors(words=200, size=10, seed=0, counts=True):
    random = np.random.default_rng(seed)
    numbers = np.arange(words, 0, -1) * 10 if counts else None
    return WordVectors([f"word {i}" for i in range(words)], random.normal(size=(words, size)), numbers)


def rotated_copy(vectors, seed=1, order=None):
    """The same vectors after a rotation, in another order if one is given."""
    order = np.arange(len(vectors)) if order is None else order
    matrix = vectors.matrix.astype(np.float64) @ random_rotation(vectors.vector_size, seed)
    counts = None if vectors.counts is None else vectors.counts[order]
    return WordVectors([vectors.words[i] for i in order], matrix[order], counts, metadata={"source": "copy"})


@given(words=st.integers(40, 120), size=st.integers(2, 20), seed=st.integers(0, 1000))
def test_a_rotated_copy_is_rotated_back(words, size, seed):
    first = some_vectors(words, size, seed)
    order = np.random.default_rng(seed).permutation(words)
    alignment = firth.align(first, rotated_copy(first, seed + 1, order))
    np.testing.assert_allclose(alignment.aligned[list(first.words)], first.matrix, atol=1e-5)
    np.testing.assert_allclose(alignment.rotation @ alignment.rotation.T, np.eye(size), atol=1e-12)
    assert alignment.changes.max() < 1e-6


def test_the_rotation_is_that_of_scipy():
    random = np.random.default_rng(3)
    first, second = random.normal(size=(2, 50, 8))
    theirs, _ = orthogonal_procrustes(second, first)
    np.testing.assert_allclose(best_rotation(first, second), theirs, atol=1e-10)


def test_the_length_of_rows_has_no_effect():
    first = some_vectors()
    second = WordVectors(first.words, np.random.default_rng(5).normal(size=first.matrix.shape), first.counts)
    longer = WordVectors(first.words, second.matrix * np.linspace(0.1, 100, len(first))[:, None], first.counts)
    expected, _ = orthogonal_procrustes(unit(second.matrix.astype(float)), unit(first.matrix.astype(float)))
    for model in (second, longer):
        np.testing.assert_allclose(firth.align(first, model).rotation, expected, atol=1e-5)


def test_no_other_rotation_brings_the_anchors_nearer():
    first, second = some_vectors(seed=1), some_vectors(seed=2)
    alignment = firth.align(first, second)
    best = alignment.changes.sum()
    units = [unit(model.matrix.astype(float)) for model in (first, second)]
    for seed in range(50):
        assert np.sum(1 - np.einsum("sd,sd->s", units[0], units[1] @ random_rotation(10, seed))) >= best - 1e-9


def test_angles_and_lengths_of_the_second_model_do_not_change():
    first, second = some_vectors(seed=1), some_vectors(seed=2)
    aligned = firth.align(first, second).aligned
    words = list(second.words)
    assert list(aligned.words) == words
    np.testing.assert_allclose(
        aligned.similarity(words[1:], words[:-1]), second.similarity(words[1:], words[:-1]), atol=1e-5
    )
    np.testing.assert_allclose(np.linalg.norm(aligned.matrix, axis=1), np.linalg.norm(second.matrix, axis=1), rtol=1e-5)
    np.testing.assert_array_equal(aligned.counts, second.counts)


def moved_words():
    """A model and a rotated copy in which three words have new vectors."""
    first = some_vectors(300, 12, seed=4)
    second = rotated_copy(first)
    matrix = second.matrix.copy()
    moved = [7, 50, 120]
    matrix[moved] = np.random.default_rng(9).normal(size=(3, 12))
    return first, WordVectors(second.words, matrix, second.counts), {f"word {i}" for i in moved}


def test_words_that_moved_are_found():
    first, second, moved = moved_words()
    alignment = firth.align(first, second)
    assert {change.word for change in alignment.most_changed(3)} == moved
    assert not {change.word for change in alignment.least_changed(297)} & moved
    changes = [change.change for change in alignment.most_changed(300)]
    assert changes == sorted(changes, reverse=True)
    assert changes == [change.change for change in alignment.least_changed(300)][::-1]
    # word 0 is the most frequent, and its count 3000
    assert {change.word for change in alignment.most_changed(2, top=60)} == moved - {"word 120"}
    assert {change.word for change in alignment.most_changed(2, min_count=2000)} == moved - {"word 120"}


def test_given_anchors_do_not_move():
    first, second, moved = moved_words()
    anchors = [word for word in first.words if word not in moved]
    alignment = firth.align(first, second, anchors)
    assert alignment.anchors == anchors
    changes = dict(alignment.most_changed(300))
    assert max(changes[word] for word in anchors) < 1e-6
    assert len(firth.align(first, second, top=40).anchors) == 40
    assert firth.align(first, second, min_count=2500).anchors == [f"word {i}" for i in range(51)]


def test_the_rank_of_a_shared_word_is_that_where_it_is_rarer():
    first = some_vectors(20, 2)
    order = np.arange(20)[::-1]
    second = rotated_copy(first, order=order)
    assert firth.align(first, second).shared[:4] == ["word 9", "word 10", "word 8", "word 11"]


def test_only_vectors_can_be_aligned():
    with pytest.raises(SettingError, match="a NoneType where word vectors are needed"):
        firth.align(some_vectors(60, 4), None)


def test_words_of_one_model_have_no_overlap():
    first = some_vectors(60, 4)
    second = rotated_copy(first)
    second = WordVectors([*second.words[:50], *(f"new {i}" for i in range(10))], second.matrix)
    alignment = firth.align(first, second)
    assert len(alignment.shared) == 50
    assert "new 3" in alignment.aligned
    old, new = alignment.compare(["word 55", "new 3"])
    assert old.second is None and new.first is None
    assert old.overlap is None and new.cosine is None
    with pytest.raises(UnknownWordError, match="word 555"):
        alignment.compare(["word 555"])


def test_neighbours_of_a_word_in_both_models():
    first, second, moved = moved_words()
    alignment = firth.align(first, second)
    stayed, gone = alignment.compare(["word 3", "word 7"], 5)
    assert stayed.first == first.most_similar("word 3", 5)
    assert [near.word for near in stayed.second] == [near.word for near in second.most_similar("word 3", 5)]
    ours, theirs = ({near.word for near in side} for side in stayed[1:3])
    assert stayed.overlap == len(ours & theirs) / len(ours | theirs)
    assert stayed.cosine == pytest.approx(1.0, abs=1e-3)
    assert gone.cosine == pytest.approx(1 - dict(alignment.most_changed(3))["word 7"])
    assert gone.cosine < 0.9


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: firth.align(some_vectors(size=10), some_vectors(size=12)), "10 and of 12 numbers"),
        (lambda: firth.align(some_vectors(9), some_vectors(9)), "9 anchor words for vectors of 10"),
        (lambda: firth.align(some_vectors(), some_vectors(), top=9), "do not determine a rotation"),
        (lambda: firth.align(some_vectors(), some_vectors(), ["word 1"] * 50), "do not determine a rotation"),
        (lambda: firth.align(some_vectors(), WordVectors(["other"], np.ones((1, 10)))), "0 anchor words"),
        (lambda: firth.align(some_vectors(), some_vectors(counts=False), min_count=2), "have no counts"),
        (lambda: firth.align(some_vectors(), some_vectors(), top=0), "top=0"),
        (lambda: firth.align(some_vectors(), some_vectors(), min_count=-1), "min_count=-1"),
        (lambda: firth.align(some_vectors(), some_vectors(), ["word 1"], top=5), "not both"),
        (lambda: firth.align(some_vectors(), some_vectors()).most_changed(0), "count=0"),
        (lambda: firth.align(some_vectors(), some_vectors()).most_changed(top=True), "top=True"),
    ],
)
def test_models_that_cannot_be_aligned_are_errors(make, message):
    with pytest.raises(SettingError, match=message):
        make()


def test_an_unknown_anchor_is_an_error():
    with pytest.raises(UnknownWordError, match="'nowhere'"):
        firth.align(some_vectors(), some_vectors(), ["word 1", "nowhere"])


def test_repr_shows_the_number_of_words():
    assert repr(firth.align(some_vectors(), some_vectors(), top=50)) == "<Alignment of 200 shared words, fitted to 50>"
