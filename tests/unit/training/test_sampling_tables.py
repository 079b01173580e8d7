"""Which occurrences are read and which words are noise, against gensim's tables and the formulas."""

import numpy as np
import pytest

from firth.backends.plan import epoch_key
from firth.training.sampling_tables import (
    keep_probabilities,
    keep_thresholds,
    noise_probabilities,
    noise_table,
)

COUNTS = np.array([6000, 2500, 900, 430, 120, 33, 10, 9, 3, 2, 1])


def gensims(**settings):
    model = pytest.importorskip("gensim.models").Word2Vec(vector_size=1, min_count=1, **settings)
    model.build_vocab_from_freq({f"w{i}": int(count) for i, count in enumerate(COUNTS)})
    assert [model.wv.get_vecattr(f"w{i}", "count") for i in range(len(COUNTS))] == COUNTS.tolist()
    return model


@pytest.mark.parametrize("threshold", [1e-1, 1e-3, 1e-5, 0])
def test_occurrences_are_kept_as_gensim_keeps_them(threshold):
    model = gensims(sample=threshold)
    theirs = [model.wv.get_vecattr(f"w{i}", "sample_int") for i in range(len(COUNTS))]
    # both are 32-bit fractions, cut off after a last digit that rounding may turn
    np.testing.assert_allclose(keep_thresholds(COUNTS, threshold).astype(float), np.array(theirs, float), atol=1)


def test_the_formula_of_word2vec_c():
    share = COUNTS / COUNTS.sum()
    expected = np.minimum(1, (np.sqrt(share / 1e-3) + 1) * (1e-3 / share))  # as the C code writes it
    np.testing.assert_allclose(keep_probabilities(COUNTS, 1e-3), expected, rtol=1e-12)
    assert (keep_probabilities(COUNTS, 0) == 1).all()
    assert (np.diff(keep_probabilities(COUNTS, 1e-3)) >= 0).all(), "rarer words are kept more often"


@pytest.mark.parametrize("exponent", [0.75, 1, 0, -0.5])
def test_noise_is_distributed_as_gensims(exponent):
    theirs = gensims(ns_exponent=exponent).cum_table / (2**31 - 1)
    np.testing.assert_allclose(np.cumsum(noise_probabilities(COUNTS, exponent)), theirs, atol=1e-9)


@pytest.mark.parametrize("exponent", [-10, -2.5, -1, 0, 0.75, 1, 10])
def test_the_noise_distribution_is_the_counts_to_a_power(exponent):
    expected = COUNTS.astype(float) ** exponent
    np.testing.assert_allclose(noise_probabilities(COUNTS, exponent), expected / expected.sum(), rtol=1e-9)


@pytest.mark.parametrize("exponent", [-10, 10])
def test_no_exponent_overflows(exponent):
    probabilities = noise_probabilities(np.array([2**62, 2**40, 1]), exponent)
    assert np.isfinite(probabilities).all()
    assert probabilities.sum() == pytest.approx(1)
    assert noise_table(np.array([2**62, 2**40, 1]), exponent).shape == (3,)


def test_every_epoch_of_every_seed_has_its_own_key():
    seeds = [0, 1, 2, -1, 2**63, 2**64 - 2]
    assert len({int(epoch_key(seed, epoch)) for seed in seeds for epoch in range(50)}) == 50 * len(seeds)
