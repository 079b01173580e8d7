"""The logarithm that makes features of counts, against NumPy."""

import numpy as np

from firth.kernels.compile import kernel
from firth.kernels.cpu.recommend.logarithm import log1p
from firth.simd.lanes import LANES
from firth.simd.operations import load, store


@kernel
def log1p_of_all(values, out):
    for i in range(0, len(values), LANES):
        store(out, i, log1p(load(values, i)))


def test_log1p_is_that_of_numpy_for_small_and_large_numbers():
    values = np.concatenate([np.geomspace(1e-38, 1e25, 40_000), np.linspace(0, 3, 40_000)]).astype(np.float32)
    out = np.empty_like(values)
    log1p_of_all(values, out)
    np.testing.assert_allclose(out, np.log1p(values.astype(np.float64)), rtol=3e-7, atol=0)


def test_log1p_of_nothing_is_nothing():
    out = np.ones(LANES, np.float32)
    log1p_of_all(np.zeros(LANES, np.float32), out)
    assert (out == 0).all()
