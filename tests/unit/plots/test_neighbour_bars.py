"""Bars have the neighbours and similarities of `most_similar`."""

import pytest

from firth import SettingError, WordVectors
from firth.plots import neighbour_bars


def test_bars_are_the_neighbours(plane, records):
    bars = records(neighbour_bars(plane, "king", 4), "rank")
    assert [(bar["word"], bar["similarity"]) for bar in bars] == [
        (word, round(similarity, 6)) for word, similarity in plane.most_similar("king", 4)
    ]
    with pytest.raises(SettingError, match="at most 200"):
        neighbour_bars(plane, "king", 201)
    with pytest.raises(SettingError, match="is the only word"):
        neighbour_bars(WordVectors(["one"], [[1.0]]), "one")


def test_bars_of_opposite_words_go_below_zero(records):
    chart = neighbour_bars(WordVectors(["a", "b", "c"], [[1.0, 0], [-1, 0.1], [0.1, 1]]), "a")
    assert chart.to_dict()["layer"][0]["encoding"]["x"]["scale"]["domain"][0] < -0.9
