"""Noise words come with their probabilities, and never twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from firth.illustrated.draws import Draws
from firth.kernels.arguments import Sampling
from firth.kernels.compile import kernel
from firth.kernels.cpu.training.random import draw
from firth.kernels.cpu.training.sampling import draw_targets, draw_word, fill_alias_table
from firth.training.sampling_tables import noise_probabilities, noise_table


@kernel
def draw_words(key, table, out):
    for i in range(len(out)):
        out[i] = draw_word(draw(key, i), table)


@kernel
def draw_many_targets(centers, sampling, out):
    for i in range(len(centers)):
        draw_targets(centers[i], draw(sampling.key, i), sampling, out[i])


def alias_table(weights):
    packed = np.empty(len(weights), np.uint64)
    fill_alias_table(np.array(weights, np.float64), packed)
    return packed


def distribution(table):
    """The probability of each word: that of its slot's acceptance, and of each slot that names it as its alias."""
    accepted = ((table >> np.uint64(32)).astype(np.float64) + 1) / 2**32
    aliases = (table & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return (accepted + np.bincount(aliases, 1 - accepted, len(table))) / len(table)


def assert_reproduced(table, probabilities):
    # An acceptance threshold has 32 bits: no slot is off by more than 2 ** -32, nor is their mean.
    np.testing.assert_allclose(distribution(table), probabilities, atol=2**-31)
    assert ((table & np.uint64(0xFFFFFFFF)) < len(table)).all()


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=60))
def test_the_table_is_its_distribution(weights):
    assert_reproduced(alias_table(weights), np.array(weights) / np.sum(weights))


@pytest.mark.parametrize(
    "weights",
    [[1.0], [7e-300], [1, 0], [0, 0, 3, 0], [1] * 1000, [1] * 999 + [1e9], [1e-300, 1, 1e300], range(1, 50_001)],
)
def test_lopsided_and_even_weights(weights):
    assert_reproduced(alias_table(weights), np.array(weights, float) / np.sum(weights))


@pytest.mark.parametrize("exponent", [-10, -1, -0.5, 0, 0.75, 1, 10])
@pytest.mark.parametrize("counts", [[5], [10**12, 10**6, 1], [9, 9, 9, 1], list(range(1000, 0, -1))])
def test_the_table_of_any_exponent(exponent, counts):
    probabilities = noise_probabilities(np.array(counts), exponent)
    assert probabilities.sum() == pytest.approx(1)
    assert_reproduced(noise_table(np.array(counts), exponent), probabilities)


@pytest.mark.parametrize("exponent", [0.75, -0.5])
def test_drawn_words_follow_the_counts(exponent):
    counts = np.array([5000, 2500, 900, 900, 420, 100, 33, 10, 3, 1])
    words = np.empty(200_000, np.int64)
    draw_words(np.uint64(11), noise_table(counts, exponent), words)
    expected = counts**exponent / (counts**exponent).sum() * len(words)
    assert chisquare(np.bincount(words, minlength=len(counts)), expected).pvalue > 1e-3


@given(st.lists(st.sampled_from([0.0, 1e-9, 1.0, 2.0, 3.0, 1e9]), min_size=1, max_size=40).filter(any))
def test_words_that_are_never_drawn_are_recognised(weights):
    thresholds = alias_table(weights) >> np.uint64(32)
    assert ((thresholds == 0) == (np.array(weights) == 0)).all()


def test_words_without_a_count_are_not_noise_nor_the_next_word_to_it():
    counts = np.array([9, 0, 5, 0, 0, 4, 1, 0])
    table, keep, centers = (
        noise_table(counts, 0.75),
        np.zeros(8, np.uint32),
        np.tile([0, 2, 5, 6], 500).astype(np.int32),
    )
    assert noise_probabilities(counts, 0.75)[counts == 0].sum() == 0
    assert noise_probabilities(counts, 0).tolist() == pytest.approx((counts > 0) / 4)
    for negative_samples in (1, 3):
        found = np.empty((len(centers), 1 + negative_samples), np.int64)
        draw_many_targets(centers, Sampling(keep, table, (5, 5), True, negative_samples, np.uint64(9)), found)
        assert all(len(set(row)) == len(row) for row in found.tolist())
        assert set(np.unique(found)) == {0, 2, 5, 6}
        reference = Draws(keep, table, 5, True, negative_samples, 9)
        assert found[:, 1:].tolist() == [reference.noise_words(int(word), i) for i, word in enumerate(centers)]


@pytest.mark.parametrize("words", [1, 2, 3, 7, 50])
def test_targets_differ_and_are_those_of_the_reference_implementation(words):
    rng = np.random.default_rng(words)
    counts = np.sort(rng.integers(1, 1000, words))[::-1]
    table, keep = noise_table(counts, 0.75), np.zeros(words, np.uint32)
    for negative_samples in sorted({0, 1, words // 2, words - 1} & set(range(words))):
        centers = rng.integers(0, words, 300).astype(np.int32)
        found = np.empty((len(centers), 1 + negative_samples), np.int64)
        draw_many_targets(centers, Sampling(keep, table, 5, True, negative_samples, np.uint64(9)), found)
        assert (found[:, 0] == centers).all()
        assert all(len(set(row)) == len(row) for row in found.tolist())
        reference = Draws(keep, table, 5, True, negative_samples, 9)
        assert found[:, 1:].tolist() == [reference.noise_words(int(word), i) for i, word in enumerate(centers)]
