"""Huffman's tree: as good as gensim's, equal to the reference implementation's, and the same every time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.illustrated.hierarchical_softmax import huffman_paths, word_probabilities
from firth.training.plan import huffman_tree

counts_of_words = st.lists(st.integers(1, 30) | st.integers(1, 10**12), min_size=1, max_size=60)


def paths_of(counts):
    """(nodes, codes) of every word."""
    tree = huffman_tree(np.array(counts, np.int64))
    turns = [tree.turns[begin:end] for begin, end in zip(tree.offsets[:-1], tree.offsets[1:], strict=True)]
    assert tree.longest == max(len(path) for path in turns)
    return [((path >> 1).tolist(), (path & 1).tolist()) for path in turns]


def gensims_codes(counts):
    word2vec = pytest.importorskip("gensim.models.word2vec")
    vectors = word2vec.KeyedVectors(vector_size=1)
    vectors.add_vectors([str(word) for word in range(len(counts))], np.zeros((len(counts), 1), np.float32))
    vectors.expandos["count"] = np.array(counts)
    word2vec._assign_binary_codes(vectors)
    return [np.atleast_1d(vectors.get_vecattr(word, "code")) for word in range(len(counts))]


@pytest.mark.parametrize("words", [2, 3, 10, 1000])
def test_codes_are_as_short_as_gensims(words):
    counts = sorted((np.random.default_rng(words).pareto(1, words) * 1000).astype(int) + 5, reverse=True)
    ours, theirs = [len(codes) for _, codes in paths_of(counts)], [len(code) for code in gensims_codes(counts)]
    assert np.dot(ours, counts) == np.dot(theirs, counts)


def test_without_equal_counts_the_tree_is_gensims():
    counts = 3 ** np.arange(30, -1, -1)  # no two sums of these are equal
    ours, theirs = paths_of(counts), gensims_codes(counts)
    assert [len(codes) for _, codes in ours] == [len(code) for code in theirs]
    assert [(1 - np.array(codes)).tolist() for _, codes in ours] == [code.tolist() for code in theirs]


@given(counts_of_words)
def test_it_is_the_tree_of_the_reference_implementation(counts):
    assert paths_of(counts) == [tuple(path) for path in huffman_paths(counts)]


@given(counts_of_words)
def test_it_is_a_tree_and_the_top_nodes_are_passed_most(counts):
    paths = paths_of(counts)
    codes = ["".join(map(str, codes)) for _, codes in paths]
    assert len(set(codes)) == len(counts)
    assert sum(2.0 ** -len(code) for code in codes) == 1, "every branch ends with a word"
    assert not any(a != b and b.startswith(a) for a in codes for b in codes), "no code begins another"
    passed = np.zeros(max(len(counts) - 1, 1), int)
    for (nodes, _), count in zip(paths, counts, strict=True):
        assert nodes == sorted(nodes)
        passed[nodes] += count
    assert (np.diff(passed) <= 0).all()


@given(counts_of_words, st.integers(0, 2**32 - 1))
def test_probabilities_of_all_words_add_up_to_one(counts, seed):
    hidden, *nodes = np.random.default_rng(seed).normal(size=(len(counts), 5)) * 3
    found = word_probabilities(hidden, np.array(nodes).reshape(-1, 5), huffman_paths(counts))
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()


def test_equal_counts_make_a_flat_tree():
    assert {len(codes) for _, codes in paths_of([7] * 64)} == {6}
    assert {len(codes) for _, codes in paths_of([7] * 65)} == {6, 7}
