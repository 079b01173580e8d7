"""The similarity matrix has the cosines of the vectors; clusters are those of SciPy."""

import numpy as np
import pytest

from firth.plots import similarity_matrix
from firth.plots.cluster_order import cluster_order


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
