"""Matrices, bars, axes, people and training curves: the numbers in the charts are those of the vectors."""

import numpy as np
import pytest

from firth import SettingError, Word2Vec, WordVectors
from firth.illustrated.people import EXAMPLE
from firth.plots import (
    neighbour_bars,
    personality_line,
    points_and_arrows,
    similarity_matrix,
    training_curve,
    two_axis_plot,
)
from firth.plots.cluster_order import cluster_order
from firth.training.history import EpochRecord
from firth.vectors.load import read_table


def test_matrix_has_the_cosines(plane, records):
    words = ["king", "queen", "слово"]
    cells = records(similarity_matrix(plane, words), "cosine")
    assert len(cells) == 9
    for cell in cells:
        assert cell["cosine"] == pytest.approx(plane.similarity(cell["word"], cell["other"]), abs=6e-5)


def test_matrix_by_clusters_is_the_same_in_another_order(cloud, records):
    words = list(cloud.words[:30])
    given = {
        (cell["word"], cell["other"]): cell["cosine"] for cell in records(similarity_matrix(cloud, words), "cosine")
    }
    cells = records(similarity_matrix(cloud, words, order="clusters"), "cosine")
    assert {(cell["word"], cell["other"]): cell["cosine"] for cell in cells} == given
    order = [cell["word"] for cell in cells if cell["column"] == 0]
    groups = [int(word[4:]) % 5 for word in order]
    assert sum(a != b for a, b in zip(groups, groups[1:], strict=False)) == 4  # each group in one piece


def test_clusters_are_those_of_scipy():
    from scipy.cluster.hierarchy import cut_tree, linkage
    from scipy.spatial.distance import squareform

    random = np.random.default_rng(8)
    rows = random.normal(0, 1, (40, 6))
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = np.clip(units @ units.T, -1, 1)
    distances = 1 - cosines
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    order = cluster_order(cosines)
    assert sorted(order) == list(range(40))
    for count in range(1, 40):  # at every height, each of SciPy's clusters is one piece of the order
        labels = cut_tree(tree, count).ravel()[order]
        assert (labels[1:] != labels[:-1]).sum() == count - 1
    assert cluster_order(np.ones((1, 1))) == [0]


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


@pytest.mark.glove
def test_places_on_axes_are_similarities_to_differences(glove, records):
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


def test_training_curve_has_every_epoch(records):
    history = [EpochRecord(i + 1, 2.5 - i / 10, 1000, 5000, 0.5, 0.025 / (i + 1)) for i in range(3)]
    found = records(training_curve(history), "loss")
    assert [record["loss"] for record in found] == [2.5, 2.4, 2.3]
    assert found[2]["words per second"] == 2000
    with pytest.raises(SettingError, match="call fit"):
        training_curve(Word2Vec())
