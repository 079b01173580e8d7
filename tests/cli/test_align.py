"""`firth align A B [WORD…]`."""

import json

import numpy as np
import pytest

from firth import WordVectors


@pytest.fixture
def models(tmp_path):
    """Two models of 60 words, of which word 5 has moved, and one more in the second."""
    random = np.random.default_rng(2)
    matrix = random.normal(size=(60, 6))
    counts = np.arange(60, 0, -1)
    words = [f"word{i}" for i in range(60)]
    WordVectors(words, matrix, counts).save(tmp_path / "a.firth")
    turn, _ = np.linalg.qr(random.normal(size=(6, 6)))
    matrix[5] = -matrix[5]
    new = np.vstack([matrix @ turn, np.ones(6)])
    WordVectors([*words, "new"], new, np.append(counts, 1)).save(tmp_path / "b.firth")
    return tmp_path / "a.firth", tmp_path / "b.firth"


def test_most_and_least_changed(firth, models):
    lines = firth("align", *models, "-n", 3).stdout.splitlines()
    assert lines[1].split()[0] == "word5"
    assert float(lines[1].split()[1]) > 1.5
    assert lines[-1] == "60 shared words, aligned by 60 of them"
    assert "do not determine a rotation" in firth("align", *models, "--top", 4, code=2).stderr
    printed = json.loads(firth("align", *models, "--min-count", 5, "--json", "-n", 2).stdout)
    assert printed["anchors"] == 56
    assert [change["word"] for change in printed["most_changed"]][0] == "word5"
    assert len(printed["least_changed"]) == 2


def test_words_side_by_side(firth, models):
    shown = firth("align", *models, "word1", "new", "-n", 2).stdout
    assert "overlap 1.000, cosine after alignment" in shown
    assert "(not there)" in shown
    printed = json.loads(firth("align", *models, "word5", "new", "-n", 2, "--json").stdout)
    moved, new = printed["words"]
    assert moved["cosine"] < -0.9
    assert len(moved["first"]) == len(moved["second"]) == 2
    assert new["first"] is None
    assert new["overlap"] is None
