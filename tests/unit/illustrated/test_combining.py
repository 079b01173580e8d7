"""Copies that were trained apart become one: the limits of the rule, and a model that it is exact for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.illustrated.combining import Spectrum, combined, curvature, leading_directions, share_of_sum


def flat(vector_size, value):
    """A spectrum that curves alike in all directions."""
    return Spectrum(np.zeros((0, vector_size)), np.zeros(0), value)


@given(st.floats(0, 1e6), st.integers(1, 64))
def test_the_share_lies_between_a_mean_and_a_sum(x, copies):
    assert 1 / copies - 1e-12 <= share_of_sum(x, copies) <= 1 + 1e-9


@pytest.mark.parametrize("copies", [1, 2, 16])
def test_changes_are_added_at_first_and_averaged_in_the_end(copies):
    assert share_of_sum(1e-8, copies) == pytest.approx(1)
    assert share_of_sum(1e4, copies) == pytest.approx(1 / copies)
    assert share_of_sum(1.0, 1) == pytest.approx(1)


def test_one_copy_stays_as_it_is():
    rng = np.random.default_rng(1)
    common, copy = rng.normal(size=(2, 5, 4))
    spectrum = leading_directions(np.cov(rng.normal(size=(4, 50))), 2)
    np.testing.assert_allclose(combined(common, copy[None], np.full((1, 5), 100.0), spectrum, 0.5), copy)


def test_a_row_that_one_copy_alone_has_trained_keeps_its_change():
    common = np.zeros((2, 3))
    copies = np.zeros((4, 2, 3))
    copies[2, 0] = 1, 2, 3
    updates = np.zeros((4, 2))
    updates[2, 0] = 1e6
    found = combined(common, copies, updates, flat(3, 1.0), 0.1)
    np.testing.assert_allclose(found, [[1, 2, 3], [0, 0, 0]])


@pytest.mark.parametrize("steps", [1, 30, 2000])
def test_it_is_exact_for_rows_that_are_drawn_to_a_point(steps):
    """Copies that each take `steps` steps towards it come as far together as one that takes them all."""
    rate, values = 0.01, np.array([2.0, 0.5, 0.01])
    directions = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0].T
    matrix = directions.T @ np.diag(values) @ directions
    point, start, copies = np.array([1.0, -2.0, 3.0]), np.zeros(3), 4

    def trained(row, steps):
        for _ in range(steps):
            row = row - rate * matrix @ (row - point)
        return row

    alone = trained(start, copies * steps)
    apart = np.repeat(trained(start, steps)[None, None], copies, axis=0)
    spectrum = leading_directions(matrix, 3)
    found = combined(start[None], apart, np.full((copies, 1), float(steps)), spectrum, rate)[0]
    np.testing.assert_allclose(found, alone, rtol=0.03)


def test_directions_are_those_of_the_curvature_and_the_rest_has_its_mean():
    values = np.array([5.0, 3.0, 1.0, 0.5])
    vectors = np.linalg.qr(np.random.default_rng(3).normal(size=(4, 4)))[0]
    found = leading_directions(vectors @ np.diag(values) @ vectors.T, 2)
    np.testing.assert_allclose(found.values, [5, 3])
    assert found.rest == pytest.approx(0.75)
    np.testing.assert_allclose(np.abs(found.directions @ vectors[:, :2]), np.eye(2), atol=1e-12)


def test_curvature_is_that_of_the_loss():
    """The second derivative of the mean logistic loss, by finite differences."""
    rng = np.random.default_rng(4)
    row, others = rng.normal(size=3), rng.normal(size=(6, 3))

    def loss(shift):
        return np.logaddexp(0, others @ (row + shift)).mean()

    step = 1e-4
    unit = step * np.eye(3)
    expected = [[(loss(a + b) - loss(a) - loss(b) + loss(np.zeros(3))) / step**2 for a in unit] for b in unit]
    np.testing.assert_allclose(curvature(np.tile(row, (6, 1)), others), expected, atol=1e-3)
