"""Coordinates of the two-axis plot are cosines with differences of words."""

import numpy as np
import pytest

from firth import SettingError
from firth.plots import two_axis_plot


@pytest.mark.glove
def test_coordinates_are_cosines_with_differences(glove, records):
    words = ["king", "queen", "nurse", "beggar", "u.s."]
    points = records(two_axis_plot(glove, words, x=("man", "woman"), y=("poor", "rich")), "across")
    for point in points:
        for field, low, high in (("across", "man", "woman"), ("up", "poor", "rich")):
            units = {word: glove[word] / np.linalg.norm(glove[word]) for word in (point["word"], low, high)}
            difference = units[high] - units[low]
            expected = units[point["word"]] @ difference / np.linalg.norm(difference)
            assert point[field] == pytest.approx(float(expected), abs=6e-5)
    assert points[1]["across"] > points[0]["across"]


def test_impossible_axes(plane):
    for options in ({"x": ("king", "king")}, {"y": "king"}, {"x": ("king",)}):
        with pytest.raises(SettingError, match="[xy]="):
            two_axis_plot(plane, ["man"], **{"x": ("man", "woman"), "y": ("man", "king"), **options})
