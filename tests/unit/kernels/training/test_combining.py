"""The compiled meeting of copies, compared with firth.illustrated.combining."""

import numpy as np
import pytest

from firth.illustrated import combining as illustrated
from firth.kernels.cpu.training.arguments import Copies, DrawnRows, Spectrum, Updates
from firth.kernels.cpu.training.combining import (
    DIRECTIONS,
    add_curvature,
    combine_rows,
    count_words,
    find_directions,
)
from firth.kernels.cpu.training.sampling import fill_alias_table
from firth.simd.lanes import LANES
from firth.simd.memory import CACHE_LINE, aligned_zeros
from firth.simd.rows import BLOCK_ROWS

SIZES = [1, 7, 17, 100]


def padded(matrix):
    """Rows on cache lines, zero beyond their numbers."""
    rows = aligned_zeros(len(matrix), -(-matrix.shape[1] // CACHE_LINE) * CACHE_LINE)
    rows[:, : matrix.shape[1]] = matrix
    return rows


def spectrum_of(vector_size, seed=1):
    """A spectrum with random directions to start from."""
    start = padded(np.random.default_rng(seed).normal(size=(DIRECTIONS, vector_size)))
    stride, columns = start.shape[1], -(-vector_size // LANES) * LANES
    empty = np.zeros(columns * DIRECTIONS, np.float32), np.zeros(DIRECTIONS + 1, np.float32)
    return Spectrum(start.reshape(-1), *empty, stride, columns)


def decomposed(moment, calls=1):
    """What find_directions makes of a curvature (D, D)."""
    vector_size = len(moment)
    spectrum = spectrum_of(vector_size)
    rows = np.zeros((spectrum.columns, spectrum.stride), np.float32)
    rows[:vector_size, :vector_size] = moment
    for _ in range(calls):
        find_directions(rows.reshape(-1), vector_size, spectrum, np.zeros(DIRECTIONS * spectrum.stride, np.float32))
    return spectrum


def directions_of(spectrum, vector_size):
    return spectrum.rows.reshape(DIRECTIONS, -1)[:, :vector_size].astype(np.float64)


def random_moment(vector_size, decay=0.7):
    vectors = np.linalg.qr(np.random.default_rng(vector_size).normal(size=(vector_size, vector_size)))[0]
    return vectors @ np.diag(decay ** np.arange(vector_size)) @ vectors.T


@pytest.mark.parametrize("vector_size", SIZES)
def test_directions_are_the_leading_eigenvectors(vector_size):
    moment = random_moment(vector_size)
    spectrum = decomposed(moment, calls=3)
    expected = illustrated.leading_directions(moment, DIRECTIONS)
    known = len(expected.values)
    np.testing.assert_allclose(spectrum.values[:known], expected.values, rtol=2e-3, atol=1e-6)
    assert spectrum.values[DIRECTIONS] == pytest.approx(expected.rest, rel=1e-2, abs=1e-6)
    found = directions_of(spectrum, vector_size)
    np.testing.assert_allclose(found[:known] @ found[:known].T, np.eye(known), atol=1e-4)
    assert not found[known:].any(), "there are no more directions than numbers"
    few = min(known, 5)
    np.testing.assert_allclose(np.abs(found[:few] @ expected.directions[:few].T), np.eye(few), atol=0.02)


def test_the_rows_are_also_there_number_by_number():
    spectrum = decomposed(random_moment(20))
    rows = spectrum.rows.reshape(DIRECTIONS, -1)[:, : spectrum.columns]
    np.testing.assert_array_equal(spectrum.transposed.reshape(-1, DIRECTIONS), rows.T)


def test_where_nothing_curves_all_values_are_zero_and_directions_live_on():
    spectrum = decomposed(np.zeros((20, 20)))
    assert not spectrum.values.any()
    assert directions_of(spectrum, 20).any(axis=1).all()


def drawn_rows(matrix, shares, mean_of=1):
    rows = padded(matrix)
    table = np.empty(len(matrix), np.uint64)
    fill_alias_table(np.array(shares, np.float64), table)
    columns = -(-matrix.shape[1] // LANES) * LANES
    return DrawnRows(rows.reshape(-1), table, mean_of, rows.shape[1], columns)


def measured(mine, theirs, pairs, vector_size):
    """add_curvature as a matrix (D, D)."""
    stride, columns = mine.stride, mine.columns
    scratch = np.empty((BLOCK_ROWS + 1) * stride + BLOCK_ROWS * columns, np.float32)
    curvature = np.zeros((columns, stride), np.float32)
    offsets = tuple(row * stride for row in range(BLOCK_ROWS))
    add_curvature(mine, theirs, np.uint64(5), pairs, offsets, scratch, curvature.reshape(-1))
    assert not curvature[vector_size:].any()
    assert not curvature[:, vector_size:].any()
    return curvature[:vector_size, :vector_size]


@pytest.mark.parametrize("vector_size", SIZES)
def test_the_curvature_of_equal_rows_is_exact(vector_size):
    row, other = np.random.default_rng(1).normal(size=(2, vector_size)) / np.sqrt(vector_size)
    mine, theirs = (drawn_rows(np.tile(one, (3, 1)), [1, 1, 1]) for one in (row, other))
    expected = illustrated.curvature(row[None], other[None])
    np.testing.assert_allclose(measured(mine, theirs, 16, vector_size), expected, atol=1e-6)


def test_the_curvature_is_a_mean_over_rows_by_their_shares():
    rng = np.random.default_rng(2)
    rows, others = rng.normal(size=(2, 6, 4))
    shares, other_shares = rng.random((2, 6))
    pairs = np.array([(i, j, shares[i] * other_shares[j]) for i in range(6) for j in range(6)])
    weights = pairs[:, 2] / pairs[:, 2].sum()
    expected = sum(
        weight * illustrated.curvature(rows[[int(i)]], others[[int(j)]])
        for (i, j, _), weight in zip(pairs, weights, strict=True)
    )
    found = measured(drawn_rows(rows, shares), drawn_rows(others, other_shares), 100_000, 4)
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_vectors_can_be_means_of_rows():
    row, other = np.random.default_rng(3).normal(size=(2, 5))
    expected = illustrated.curvature(row[None], other[None])
    mine, theirs = (drawn_rows(one[None], [1], mean_of=count) for one, count in ((row, 4), (other, 3)))
    np.testing.assert_allclose(measured(mine, theirs, 8, 5), expected, atol=1e-6)


def meeting(words, vector_size, count, seed=0):
    """Random copies and updates, as the kernel wants them and as the reference does."""
    rng = np.random.default_rng(seed)
    common = padded(rng.normal(size=(words, vector_size)))
    further = 3  # rows that threads keep behind those of the words
    everything = aligned_zeros(count * (words + further), common.shape[1]).reshape(count, words + further, -1)
    everything[:, :words] = common
    everything[:, :words, :vector_size] += rng.normal(size=(count, words, vector_size)) / 5
    everything[:, words:] = 99
    columns = -(-vector_size // LANES) * LANES
    copies = Copies(everything.reshape(-1), everything[0].size, count, common.reshape(-1), common.shape[1], columns)
    updates = Updates(
        rng.integers(0, 50, (count, words)).astype(np.int32),
        np.full(words, 20, np.float32),
        rng.random(words).astype(np.float32) * 4,
        rng.random(words).astype(np.float32),
    )
    return common, everything, copies, updates


@pytest.mark.parametrize("count", [1, 2, 8])
@pytest.mark.parametrize("vector_size", SIZES)
@pytest.mark.parametrize("rate", [1e-6, 0.01, 1.0, 1e3])
def test_rows_are_combined_as_in_the_reference(vector_size, count, rate):
    words = 9
    common, everything, copies, updates = meeting(words, vector_size, count)
    updates.reads[1:, 3] = 0  # a word that only one copy has met
    updates.factors[3], updates.noise[3] = 1, 0
    spectrum = decomposed(random_moment(vector_size))
    expected = illustrated.combined(
        common[:, :vector_size].astype(np.float64),
        everything[:, :words, :vector_size].astype(np.float64),
        updates.factors * updates.reads + updates.noise * updates.words,
        illustrated.Spectrum(
            directions_of(spectrum, vector_size), spectrum.values[:DIRECTIONS], spectrum.values[DIRECTIONS]
        ),
        rate,
    )
    scratch = np.zeros(copies.stride + DIRECTIONS, np.float32)
    for first in (0, 4):  # in parts
        combine_rows(first, (4, words)[first > 0], copies, updates, spectrum, np.float32(rate), scratch)
    np.testing.assert_allclose(common[:, :vector_size], expected, atol=2e-4)
    assert not common[:, vector_size:].any()
    for copy in everything:
        np.testing.assert_array_equal(copy[:words], common)
        assert (copy[words:] == 99).all()
    assert not updates.words.any()


def test_rows_that_have_not_moved_stay_as_they_are():
    common, everything, copies, updates = meeting(5, 19, 3)
    everything[:, 2] = common[2]
    before = common[2].copy()
    spectrum = decomposed(random_moment(19))
    combine_rows(0, 5, copies, updates, spectrum, np.float32(0.1), np.zeros(copies.stride + DIRECTIONS, np.float32))
    np.testing.assert_array_equal(common[2], before)
    np.testing.assert_array_equal(everything[:, 2], [before] * 3)


def test_words_are_counted_and_added():
    counts = np.array([5, 0, 1, 0], np.int32)
    count_words(np.array([2, 3, 2, 0, 2], np.int32), counts)
    np.testing.assert_array_equal(counts, [6, 0, 4, 1])
