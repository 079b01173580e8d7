"""Compiled random numbers against Python's whole numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy import uint64

from firth.illustrated.draws import random_bits
from firth.kernels.compile import kernel
from firth.kernels.cpu.training.random import below, draw_many

keys = st.integers(0, 2**64 - 1)
counters = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20)


@kernel
def numbers_below(bits32, n, out):
    for i in range(len(bits32)):
        out[i] = below(bits32[i], n)


def drawn(key, counters):
    out = np.empty(len(counters), np.uint64)
    draw_many(np.uint64(key), np.array(counters, np.int64), out)
    return out


@given(key=keys, counters=counters)
def test_draws_are_those_of_the_twin(key, counters):
    assert drawn(key, counters).tolist() == [random_bits(key, counter) for counter in counters]


def test_every_bit_is_set_half_the_time():
    bits = drawn(3, range(40_000)).view(np.uint8)
    shares = np.unpackbits(bits).reshape(-1, 64).mean(axis=0)
    np.testing.assert_allclose(shares, 0.5, atol=0.011)  # 4.4 standard deviations


def test_neighbouring_keys_and_counters_have_nothing_in_common():
    rows = np.stack([drawn(key, range(1000)) for key in range(20)])
    assert len(np.unique(rows)) == rows.size
    differing = np.unpackbits((rows[1:] ^ rows[:-1]).view(np.uint8)).mean()
    assert abs(differing - 0.5) < 0.003


@given(bits=st.integers(0, 2**32 - 1), n=st.integers(1, 2**31 - 1))
def test_below_is_a_multiplication(bits, n):
    out = np.empty(1, np.int64)
    numbers_below(np.array([bits], np.uint64), uint64(n), out)
    assert out[0] == bits * n >> 32
    assert 0 <= out[0] < n
