"""Similarities of lists, means of phrases, vectors of sentences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth import SettingError, UnknownWordError, WordVectors
from firth.vectors import comparisons, sentence_means
from firth.vectors.query import unit
from firth.vectors.sentence_means import common_component

N_WORDS, SIZE = 60, 7
WORDS = [f"word{i}" for i in range(N_WORDS)]
MATRIX = np.random.default_rng(46).normal(size=(N_WORDS, SIZE)).astype(np.float32)
COUNTS = np.arange(N_WORDS, 0, -1) ** 2


def test_similarity_of_words_and_vectors(ours, theirs):
    assert ours.similarity("word1", MATRIX[2]) == ours.similarity("word1", "word2")
    assert ours.similarity(MATRIX[:3], ["word4", "word5", "word6"]).tolist() == [
        ours.similarity(f"word{i}", f"word{i + 4}") for i in range(3)
    ]
    for word in WORDS:
        assert ours.similarity(word, word) == pytest.approx(1, abs=1e-15)


def test_similarity_matrix_is_every_pair(ours, theirs, monkeypatch):
    monkeypatch.setattr(comparisons, "ROWS_AT_ONCE", 4)
    square = ours.similarity_matrix(WORDS[:9])
    np.testing.assert_allclose(square, [[ours.similarity(a, b) for b in WORDS[:9]] for a in WORDS[:9]], atol=1e-15)
    np.testing.assert_allclose(np.diag(square), 1)
    assert np.abs(square).max() <= 1
    across = ours.similarity_matrix(["word3"], WORDS)
    assert across.shape == (1, N_WORDS)
    np.testing.assert_allclose(1 - across[0], theirs.distances("word3", WORDS), atol=1e-6)
    np.testing.assert_allclose(ours.similarity_matrix(MATRIX[:2], ["word8"]), square[:2, 8:], atol=1e-15)
    assert ours.similarity_matrix([]).shape == (0, 0)


def test_mean_vector_is_gensims(ours, theirs):
    words, weights = ["word1", "word2", "word2", "word9"], [1, -2, 0.5, 3]
    for given_weights in (None, weights):
        expected = theirs.get_mean_vector(words, given_weights, pre_normalize=False)
        np.testing.assert_allclose(ours.mean_vector(words, given_weights), expected, rtol=1e-5)
    assert ours.mean_vector(["word1"]).tolist() == MATRIX[1].tolist()
    both = ours.mean_vector([words, ["word3", "word4"]], [weights, [1, 2]])
    assert both.dtype == np.float32
    np.testing.assert_array_equal(
        both, [ours.mean_vector(words, weights), ours.mean_vector(["word3", "word4"], [1, 2])]
    )
    np.testing.assert_array_equal(ours.mean_vector([words, ["word3"]]), [ours.mean_vector(words), MATRIX[3]])


def test_similarity_of_means_is_gensims_n_similarity(ours, theirs):
    a, b = ["word1", "word2"], ["word5", "word6", "word7"]
    found = ours.similarity(ours.mean_vector(a), ours.mean_vector(b))
    assert found == pytest.approx(theirs.n_similarity(a, b), abs=1e-6)


def test_the_most_similar_of_given_words_is_gensims(ours, theirs):
    given_words = WORDS[10:30]
    assert ours.most_similar("word3", 1, restrict=given_words)[0].word == theirs.most_similar_to_given(
        "word3", given_words
    )


def plain_sif(sentences, a, share):
    """Algorithm 1 of Arora et al. 2017, word by word."""
    rows = []
    for sentence in sentences:
        known = [word for word in sentence if word in WORDS]
        weighted = [a / (a + share.get(word, 0)) * MATRIX[WORDS.index(word)].astype(float) for word in known]
        rows.append(sum(weighted) / len(known) if known else np.zeros(SIZE))
    matrix = np.array(rows)
    first = np.linalg.svd(matrix, full_matrices=False)[2][0]
    return matrix, matrix - np.outer(matrix @ first, first)


token = st.sampled_from([*WORDS[:12], "unknown"])


@given(
    sentences=st.lists(st.lists(token, max_size=6), min_size=2, max_size=12),
    a=st.sampled_from([1e-4, 1e-3, 0.1]),
    by_counts=st.booleans(),
    at_once=st.integers(1, 30),
)
def test_sif_is_the_plain_algorithm(ours, sentences, a, by_counts, at_once):
    share = {word: count / COUNTS.sum() for word, count in zip(WORDS, COUNTS.tolist(), strict=True)}
    if not by_counts:
        share = {word: share[word] for word in WORDS[::2]}
    if sum(any(word in WORDS for word in sentence) for sentence in sentences) < 2:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentence_means, "WORDS_AT_ONCE", at_once)
        frequencies = None if by_counts else share
        kept = ours.sentence_vectors(sentences, sif=a, frequencies=frequencies, common=False)
        found = ours.sentence_vectors(sentences, sif=a, frequencies=frequencies)
    expected_kept, expected = plain_sif(sentences, a, share)
    np.testing.assert_allclose(kept, expected_kept, atol=1e-5)
    gaps = np.linalg.svd(expected_kept, compute_uv=False)
    if gaps[0] > 1.01 * gaps[1]:  # otherwise any of several directions is the first
        np.testing.assert_allclose(found, expected, atol=1e-5 * max(1, gaps[0]))
    unknown = [i for i, sentence in enumerate(sentences) if not set(sentence) & set(WORDS)]
    assert not found[unknown].any()
    assert not kept[unknown].any()


def test_plain_sentences_are_means(ours):
    found = ours.sentence_vectors(["word1  word2 unknown", ["word3"], "", ["unknown"]])
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[0], ours.mean_vector(["word1", "word2"]))
    np.testing.assert_array_equal(found[1], MATRIX[3])
    assert not found[2:].any()
    assert ours.sentence_vectors([]).shape == (0, SIZE)
    assert not ours.sentence_vectors(["unknown"], sif=1e-3).any()


def test_the_common_component_of_other_sentences(ours):
    """With it a single sentence gets the vector that it has among them."""
    sentences = [WORDS[i : i + 4] for i in range(0, 40, 3)]
    common = common_component(ours.sentence_vectors(sentences, sif=1e-3, common=False))
    alone = ours.sentence_vectors(sentences[:1], sif=1e-3, common=common)
    np.testing.assert_allclose(alone[0], ours.sentence_vectors(sentences, sif=1e-3)[0], atol=1e-5)
    np.testing.assert_allclose(alone @ common, 0, atol=1e-6)
    np.testing.assert_allclose(ours.sentence_vectors(sentences[:1], common=5 * common) @ common, 0, atol=1e-6)
    assert unit(common) == pytest.approx(common)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda v: v.sentence_vectors("word1 word2"), "list of sentences"),
        (lambda v: v.sentence_vectors([["word1"], 3]), r"sentences\[1\] is 3"),
        (lambda v: v.sentence_vectors([["word1", 2]]), r"sentences\[0\]"),
        (lambda v: v.sentence_vectors(["word1", "word2"], sif=0), "sif=0"),
        (lambda v: v.sentence_vectors(["word1", "word2"], sif=True), "sif=True"),
        (lambda v: v.sentence_vectors(["word1", "word2"], sif=np.inf), "sif=inf"),
        (lambda v: v.sentence_vectors(["word1", "word2"], frequencies={}), "without sif= has no effect"),
        (lambda v: v.sentence_vectors(["word1"], sif=1, frequencies={"word1": 7}), r"\['word1'\] is 7.*by their total"),
        (lambda v: v.sentence_vectors(["word1"], sif=1e-3), "at least 2 sentences"),
        (lambda v: v.sentence_vectors(["word1"], common=[1, 2]), "must be 7 finite numbers"),
        (lambda v: WordVectors(WORDS, MATRIX).sentence_vectors(["word1"], sif=1e-3), "no counts: give frequencies="),
        (lambda v: WordVectors(["a"], [[1]], [0]).sentence_vectors(["a"], sif=1e-3), "no counts"),
        (lambda v: v.mean_vector([]), "at least one word"),
        (lambda v: v.mean_vector("word1"), "list of words"),
        (lambda v: v.mean_vector(["word1"], [1, 2]), "for each a finite weight"),
        (lambda v: v.mean_vector(["word1"], [0]), "not all of them 0"),
        (lambda v: v.mean_vector(["word1"], [np.nan]), "for each a finite weight"),
        (lambda v: v.mean_vector([["word1"]], [[1], [2]]), "must be the same number"),
        (lambda v: v.similarity_matrix("word1"), "list of words"),
        (lambda v: v.similarity_matrix([3]), "3 is not a query"),
        (lambda v: v.similarity("word1", np.ones(3)), "must be 7 finite numbers"),
    ],
)  # fmt: skip
def test_impossible_arguments_are_errors(ours, call, problem):
    with pytest.raises(SettingError, match=problem):
        call(ours)


def test_unknown_words_are_errors(ours):
    for call in (ours.mean_vector, ours.similarity_matrix):
        with pytest.raises(UnknownWordError, match="'wort1'"):
            call(["word1", "wort1"])


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_vectors_without_a_direction_are_named(number):
    vectors = WordVectors(["a", "b", "c", "d"], np.array([[1, 0], [0, 1], [1, 1], [1, number]], np.float32))
    for call in (
        lambda: vectors.similarity("a", "d"),
        lambda: vectors.similarity(["a", "d"], ["b", "c"]),
        lambda: vectors.similarity_matrix(["a", "d"]),
        lambda: vectors.odd_one_out(["a", "b", "d"]),
    ):
        with pytest.raises(SettingError, match="the vector of 'd' has numbers that are not finite"):
            call()
