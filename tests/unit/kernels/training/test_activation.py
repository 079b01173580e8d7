"""The compiled logistic function against float64, over every number a dot product can be."""

import numpy as np
import pytest
from numpy import float32

from firth.illustrated import negative_sampling
from firth.kernels.compile import kernel
from firth.kernels.cpu.training.activation import exp_of_minus, polynomial, sigmoid_and_softplus
from firth.simd.lanes import LANES
from firth.simd.operations import load, store

_CUBIC = tuple(float32(c) for c in (4, -3, 2, -1))


@kernel
def activate(x, sigmoids, softpluses):
    for at in range(0, len(x), LANES):
        sigmoid, softplus = sigmoid_and_softplus(load(x, at))
        store(sigmoids, at, sigmoid)
        store(softpluses, at, softplus)


@kernel
def exponentials(x, out):
    for at in range(0, len(x), LANES):
        store(out, at, exp_of_minus(load(x, at)))


@kernel
def cubics(x, out):
    for at in range(0, len(x), LANES):
        store(out, at, polynomial(load(x, at), _CUBIC))


def numbers():
    """-120 .. 120 evenly, and both sides of zero down to the smallest numbers."""
    tiny = np.geomspace(1e-45, 1, 1000)
    x = np.concatenate([np.linspace(-120, 120, 48_001), tiny, -tiny, [0.0, -0.0, 1e30, -1e30, np.inf, -np.inf]])
    return np.pad(x, (0, -len(x) % LANES)).astype(np.float32)


def rounding(x):
    """The relative error of a float32 exp(-x): that of the polynomial, and x times that of a rounded x * log2(e)."""
    return 5e-7 + 8e-8 * np.minimum(x, 88)


def assert_near(found, expected, relative_error):
    """Below exp(-87) float32 has no normal numbers, and the kernels no smaller ones."""
    assert (np.abs(found - expected) <= relative_error * expected + 1.2e-38).all()


@pytest.fixture(scope="module")
def activations():
    x = numbers()
    sigmoids, softpluses = np.empty_like(x), np.empty_like(x)
    activate(x, sigmoids, softpluses)
    return x.astype(np.float64), sigmoids, softpluses


def test_sigmoid(activations):
    x, sigmoids, _ = activations
    assert_near(sigmoids, negative_sampling.sigmoid(x), rounding(np.maximum(-x, 0)))


def test_softplus(activations):
    x, _, softpluses = activations
    np.testing.assert_allclose(softpluses, np.logaddexp(0, x), rtol=2e-7, atol=4e-7)


def test_sigmoid_is_exact_where_it_must_be(activations):
    x, sigmoids, _ = activations
    assert (sigmoids[x == 0] == 0.5).all()
    assert (sigmoids[x > 20] == 1).all()
    assert ((sigmoids >= 0) & (sigmoids <= 1)).all()


def test_both_sides_of_the_sigmoid_make_one(activations):
    x, sigmoids, _ = activations
    opposite = np.empty_like(sigmoids)
    activate((-x).astype(np.float32), opposite, np.empty_like(sigmoids))
    np.testing.assert_allclose(sigmoids + opposite, 1, atol=2.4e-7)  # two float32 roundings near 1


def test_the_loss_is_never_negative(activations):
    assert (activations[2] >= 0).all()


def test_exponential():
    x = np.abs(numbers())
    out = np.empty_like(x)
    exponentials(x, out)
    assert_near(out, np.exp(-x.astype(np.float64)), rounding(x))
    assert (out > 0).all()


def test_polynomial():
    x = np.linspace(-2, 2, 8 * LANES, dtype=np.float32)
    out = np.empty_like(x)
    cubics(x, out)
    np.testing.assert_allclose(out, np.polyval([-1, 2, -3, 4], x.astype(np.float64)), rtol=1e-6, atol=1e-6)
