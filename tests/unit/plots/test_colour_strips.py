"""Colour strips: a row per word, a cell per number."""

import sys

import numpy as np
import pytest

from firth import MissingExtraError, SettingError, UnknownWordError, WordVectors
from firth.plots import analogy_strips, colour_strips, sum_strips

PRINTED = [0.50451, 0.68607, -0.59517, -0.022801, 0.60046, -0.13498]
TALL = ["queen", "woman", "girl", "boy", "man", "king", "queen", "water"]


def rows_of(cells):
    """The numbers of each row, and its word."""
    count, size = cells[-1]["row"] + 1, cells[-1]["number"]
    values = np.array([cell["value"] for cell in cells]).reshape(count, size)
    return [cells[i * size]["word"] for i in range(count)], values


@pytest.mark.glove
def test_the_numbers_of_king_are_the_published_ones(glove, records):
    words, values = rows_of(records(colour_strips(glove, TALL), "row", "value"))
    assert words == TALL
    assert values.shape == (8, 50)
    assert values[5, :6].tolist() == PRINTED
    np.testing.assert_allclose(values, glove[TALL], rtol=5e-6)


@pytest.mark.glove
def test_blue_white_red_at_minus_two_zero_and_two(glove):
    scale = colour_strips(glove, TALL).to_dict()["encoding"]["color"]["scale"]
    assert scale["domain"] == [-2, -1, 0, 1, 2]
    assert scale["clamp"] is True
    assert scale["range"][2] == "#ffffff"
    blue, red = (tuple(bytes.fromhex(scale["range"][end][1:])) for end in (0, -1))
    assert blue[2] > 2 * blue[0]
    assert red[0] > 3 * red[2]


@pytest.mark.glove
def test_the_analogy_as_strips(glove, records):
    chart = analogy_strips(glove, "man", "king", "woman")
    words, values = rows_of(records(chart, "row", "value"))
    assert words == ["king", "man", "woman", "king − man + woman", "queen (0.85)"]
    np.testing.assert_allclose(values[3], values[0] - values[1] + values[2], atol=2e-5)
    np.testing.assert_allclose(values[4], glove["queen"], rtol=5e-6)
    assert "queen, similarity 0.8524" in " ".join(chart.to_dict()["title"]["subtitle"])


def test_sums_of_any_length(plane, records):
    words, values = rows_of(records(sum_strips(plane, ["king", "woman", "queen"], ["man"]), "row", "value"))
    assert words[:5] == ["king", "man", "woman", "queen", "king − man + woman + queen"]
    np.testing.assert_allclose(values[4], [4, 2, 3.0])
    alone = WordVectors(["one"], [[1.0, 2.0]])
    assert len(rows_of(records(sum_strips(alone, ["one"]), "row", "value"))[0]) == 2  # there is no other word


def test_the_limit_fits_the_numbers_or_is_given(plane):
    small = WordVectors(["a"], [[0.01, -0.04, 0.03]])
    assert colour_strips(small, ["a"]).to_dict()["encoding"]["color"]["scale"]["domain"][-1] == 0.05
    assert colour_strips(small, ["a"], limit=2).to_dict()["encoding"]["color"]["scale"]["domain"][-1] == 2
    for limit in (0, -1, float("nan"), float("inf"), True, "2"):
        with pytest.raises(SettingError, match="limit="):
            colour_strips(plane, ["king"], limit=limit)


def test_impossible_strips(plane):
    with pytest.raises(UnknownWordError):
        colour_strips(plane, ["qeen"])
    with pytest.raises(SettingError, match="one string"):
        colour_strips(plane, "king")
    with pytest.raises(SettingError, match="at least 1"):
        colour_strips(plane, [])
    with pytest.raises(SettingError, match="theme='blue': must be one of light, dark"):
        colour_strips(plane, ["king"], theme="blue")
    with pytest.raises(SettingError, match="'b' has numbers that are not finite"):
        colour_strips(WordVectors(["a", "b"], [[1.0], [float("nan")]]), ["a", "b"])


def test_the_error_without_altair_has_the_command_that_installs_it(plane, monkeypatch):
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'firth\[plot\]'"):
        colour_strips(plane, ["king"])
