"""Maps: which words, their positions, colours and labels."""

import json
import subprocess
import sys

import numpy as np
import pytest

from firth import MissingExtraError, SettingError, UnknownWordError, WordVectors
from firth.plots import word_map
from firth.plots.projection import project


def test_principal_components_are_those_of_scikit_learn():
    from sklearn.decomposition import PCA

    rows = np.random.default_rng(4).normal(0, 1, (60, 12)) * np.arange(1, 13)
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    expected = PCA(2)
    points = expected.fit_transform(units)
    found = project(rows, "pca", seed=1)
    signs = np.sign((points * found.points).sum(axis=0))
    np.testing.assert_allclose(found.points * signs, points, atol=1e-12)
    np.testing.assert_allclose(found.explained, expected.explained_variance_ratio_)


@pytest.mark.parametrize("rows", [np.ones((3, 4)), np.zeros((2, 3)), np.array([[1.0], [-2.0]]), np.eye(2)])
def test_few_or_equal_vectors_have_a_map_without_nan(rows):
    vectors = WordVectors([f"w{i}" for i in range(len(rows))], rows)
    assert "NaN" not in json.dumps(word_map(vectors).to_dict())


def test_neighbours_stay_together_by_tsne(cloud):
    points = project(cloud.matrix[:30].astype(np.float64), "tsne", seed=1).points
    distances = np.linalg.norm(points[:, None] - points[None], axis=2) + np.diag(np.full(30, np.inf))
    assert (distances.argmin(axis=1) % 5 == np.arange(30) % 5).mean() > 0.8


def test_neighbours_stay_together_by_umap():
    """In a process where Numba compiles nothing for UMAP, which is much faster for few words."""
    program = """
import numba
import numpy as np
from firth.plots.projection import project
numba.config.DISABLE_JIT = True  # from here on: Firth itself needs the compiler
rows = np.random.default_rng(1).normal(0, 0.3, (12, 5))
rows[::2, 0] += 2
rows[1::2, 1] += 2
points = project(rows, "umap", 1).points
distances = np.linalg.norm(points[:, None] - points[None], axis=2) + np.diag(np.full(12, np.inf))
print((distances.argmin(axis=1) % 2 == np.arange(12) % 2).all())

class Enough(Exception):
    pass

steps = []
def step():
    steps.append(len(steps))
    if len(steps) == 2:
        raise Enough

try:
    project(rows, "umap", 1, on_step=step)
except Enough:
    print("ended early")
"""
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "True\nended early\n", done.stderr
    assert done.stderr == ""


def test_a_missing_package_of_a_method_is_named(cloud, monkeypatch):
    for module, method in (("umap", "umap"), ("sklearn.manifold", "tsne")):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(MissingExtraError, match=r"firth\[maps\]"):
            word_map(cloud, top=20, method=method)


def test_the_most_frequent_words_by_default_or_those_named(cloud, plane, records):
    assert [record["word"] for record in records(word_map(cloud), "word", "x")] == list(cloud.words[:300])
    assert len(records(word_map(cloud, top=50), "word", "x")) == 50
    named = ["queen", "king", "queen", "слово"]
    assert [record["word"] for record in records(word_map(plane, named), "word", "x")] == ["queen", "king", "слово"]


def test_every_word_of_300_has_a_label_and_of_more_the_first_that_fit(cloud, records):
    assert [record["label"] for record in records(word_map(cloud), "label")] == list(cloud.words[:300])
    chart = word_map(cloud, top=2000)
    assert len(records(chart, "word", "x")) == 2000
    labels = [record["label"] for record in records(chart, "label")]
    assert 30 < len(labels) < 400
    assert labels[0] == "word0"
    assert "Hover" in " ".join(chart.to_dict()["title"]["subtitle"])


def test_more_words_than_altairs_limit_up_to_our_own(records):
    many = WordVectors([str(i) for i in range(20_001)], np.random.default_rng(6).normal(0, 1, (20_001, 3)))
    assert len(records(word_map(many, top=5001), "word", "x")) == 5001
    for options in ({"top": 20_001}, {"words": many.words}):
        with pytest.raises(SettingError, match="at most 20,000"):
            word_map(many, **options)


def test_groups_have_colours_and_labels(plane, records):
    groups = {"people": ["man", "woman"], "rulers": ["king", "queen", "not on the map"]}
    found = records(word_map(plane, ["man", "king", "wörter"], groups=groups), "group", "x")
    assert [record["group"] for record in found] == ["people", "rulers", "other words"]
    groups["rulers"].pop()
    found = records(word_map(plane, groups=groups), "group", "x")
    assert [record["word"] for record in found] == ["man", "woman", "king", "queen"]
    with pytest.raises(SettingError, match="9 groups: at most 8"):
        word_map(plane, groups={word: [word] for word in plane.words[:9]})
    with pytest.raises(SettingError, match="none of their words is on the map"):
        word_map(plane, ["man", "woman"], groups={"rulers": ["king"]})


def test_the_neighbours_of_a_highlighted_word_are_coloured(cloud, records):
    found = records(word_map(cloud, top=100, highlight="word7"), "group", "x")
    nearest = {neighbour.word for neighbour in WordVectors(cloud.words[:100], cloud.matrix[:100]).most_similar("word7")}
    assert {record["word"] for record in found if record["group"] == "its 10 nearest here"} == nearest
    assert [record["word"] for record in found if record["group"] == "word7"] == ["word7"]
    with pytest.raises(SettingError, match="is not one of the words on the map"):
        word_map(cloud, top=100, highlight="word500")
    with pytest.raises(UnknownWordError):
        word_map(cloud, top=100, highlight="wrod7")
    with pytest.raises(SettingError, match="give one of them"):
        word_map(cloud, top=100, highlight="word7", groups={"a": ["word1"]})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"words": ["king"]}, "at least 2"),
        ({"words": ["king", "man"], "top": 3}, "give one of them"),
        ({"top": 1}, "at least 2"),
        ({"top": 2.5}, "whole number"),
        ({"method": "lda"}, "must be one of pca, umap, tsne"),
        ({"top": 5, "method": "umap"}, "at least 10"),
    ],
)
def test_impossible_maps(plane, options, message):
    with pytest.raises(SettingError, match=message):
        word_map(plane, **options)


def test_words_of_a_map_cannot_bring_scripts_into_a_page(plane):
    for chart in (
        word_map(plane),
        word_map(plane, highlight=plane.words[8]),
        word_map(plane, groups={plane.words[8]: ["king", "man"]}),
    ):
        assert "</script" not in json.dumps(chart.to_dict()).lower()
