"""Whatever a format accepts comes back as it was."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import FormatError
from firth.formats.detect import read_any
from firth.formats.save import FormatName, write_as
from firth.formats.stored import StoredVectors

FORMATS = [format for format in get_args(FormatName) if format != "fasttext-vec"]  # which rounds
KEEP_COUNTS = {"firth", "numpy", "projector", "projector-bytes"}

ordinary = st.text(st.characters(categories=["L", "M", "N", "P", "S"]), min_size=1, max_size=8)
odd = st.text(st.sampled_from(" \t\r\n\x00\x1c\x85\u00a0\u2028\u3000\ufeff0-.e~\"\\'\ud800\U0001f600a"), max_size=5)
finite = st.floats(width=32, allow_nan=False, allow_infinity=False)


def matrices(rows):
    return st.integers(1, 4).flatmap(
        lambda size: st.lists(finite, min_size=rows * size, max_size=rows * size).map(
            lambda numbers: np.array(numbers, np.float32).reshape(rows, size)
        )
    )


def holds(path, format, stored):
    """Whether the format accepts these words; if so, everything must come back."""
    try:
        write_as(path, stored, format)
    except FormatError:
        return False
    back = read_any(path)
    assert list(back.words) == list(stored.words)
    assert back.matrix.tobytes() == stored.matrix.tobytes()
    if format in KEEP_COUNTS and stored.counts is not None:
        assert back.counts.tolist() == stored.counts.tolist()
    return True


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=25)
@given(data=st.data(), words=st.lists(ordinary, unique=True, min_size=1, max_size=5), counted=st.booleans())
def test_ordinary_words_come_back(tmp_path_factory, format, data, words, counted):
    counts = np.arange(len(words), 0, -1) * 2**40 if counted else None
    stored = StoredVectors(words, data.draw(matrices(len(words))), counts)
    assert holds(tmp_path_factory.mktemp("trip") / "a", format, stored)


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=50)
@given(data=st.data(), words=st.lists(odd | ordinary, unique=True, min_size=1, max_size=3), counted=st.booleans())
def test_odd_words_come_back_or_are_refused(tmp_path_factory, format, data, words, counted):
    counts = np.arange(len(words), 0, -1) if counted else None
    stored = StoredVectors(words, data.draw(matrices(len(words))), counts)
    path = tmp_path_factory.mktemp("trip") / "a"
    if not holds(path, format, stored):
        assert not path.exists()
