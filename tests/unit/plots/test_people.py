"""People as arrows and on a line: coordinates and cosines are those of the scores."""

import numpy as np
import pytest

from firth import SettingError, WordVectors
from firth.illustrated.people import EXAMPLE
from firth.plots import personality_line, points_and_arrows
from firth.vectors.load import read_table


def test_the_documents_people_as_arrows(records):
    people = read_table(EXAMPLE, scale=(0, 100))
    arrows = records(points_and_arrows(people), "angle")
    assert [arrow["label"] for arrow in arrows] == ["Jay", "Person 1: 0.87", "Person 2: −0.21"]
    assert [(arrow["x"], arrow["y"]) for arrow in arrows] == [
        pytest.approx(point, abs=1e-6) for point in [(-0.4, 0.8), (-0.3, 0.2), (-0.5, -0.4)]
    ]
    assert arrows[0]["angle"] == pytest.approx(-np.degrees(np.arctan(0.5)), abs=1e-4)


def test_arrows_of_other_traits_and_people(records):
    people = read_table(EXAMPLE, scale=(0, 100))
    chart = points_and_arrows(people, ("trait 4", "trait 5"), people=["Person 2", "Jay"], compared_with="Jay")
    arrows = records(chart, "angle")
    two = WordVectors(list(people.words), people.matrix[:, 3:])
    assert arrows[0]["label"] == f"Person 2: {two.similarity('Person 2', 'Jay'):.2f}".replace("-", "−")
    assert arrows[1]["x"] == pytest.approx(-0.2)
    unnamed = WordVectors(["a", "b"], [[3.0, 1.0], [0.0, 0.0]])
    assert "number 2" in str(points_and_arrows(unnamed).to_dict())
    for options, message in [
        ({"traits": ("trait 1", "trait 9")}, "the columns are trait 1, trait 2"),
        ({"traits": ("trait 1", "trait 1")}, "two different columns"),
        ({"compared_with": "Nobody"}, "one of the people"),
        ({"columns": ["a", "b"]}, "2 names of columns for 5 columns"),
    ]:
        with pytest.raises(SettingError, match=message):
            points_and_arrows(people, **options)
    with pytest.raises(SettingError, match="one number"):
        points_and_arrows(WordVectors(["a"], [[1.0]]))


def test_thirty_eight_of_a_hundred_is_minus_024(records):
    assert records(personality_line(38), "score", "label")[0]["from -1 to 1"] == -0.24
    labels = records(personality_line({"Jay": 38, "Ann": 70}), "score", "label")
    assert {record["label"] for record in labels} == {"Jay 38", "Ann 70"}
    lower = personality_line({"Jay": 38, "Ann": 70}).to_dict()
    assert "Jay −0.24" in str(lower)


def test_labels_on_the_line_do_not_overlap(records):
    labels = records(personality_line({f"Person {i}": 40 + i / 4 for i in range(20)}), "score", "label")
    assert len({record["y"] for record in labels}) > 10
    for score in (-1, 100.5, float("nan"), "38", True):
        with pytest.raises(SettingError, match="from 0 to 100"):
            personality_line({"Jay": score})
    with pytest.raises(SettingError, match="0 scores"):
        personality_line({})
