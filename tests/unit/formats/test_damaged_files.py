"""Whatever happens to a file, it is read or refused with FormatError: nothing else, and never a hang."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firth.errors import FormatError
from firth.formats import glove, native, text_blocks, word2vec_binary, word2vec_text
from firth.formats.detect import read_any
from firth.formats.stored import StoredVectors

WRITERS = {
    "firth": native.write,
    "word2vec-text": word2vec_text.write,
    "word2vec-binary": word2vec_binary.write,
    "glove": glove.write,
}

edits = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "delete", "repeat"]),
        st.floats(0, 1),
        st.one_of(
            st.binary(min_size=1, max_size=4),
            st.sampled_from([b"\n", b" ", b"nan", b"1e999", b"-", b"99999999999", b"\xff", b"[", b"}"]),
        ),
    ),
    min_size=1,
    max_size=4,
)


def damaged(content, changes):
    for change, place, piece in changes:
        at = int(place * len(content))
        if change == "replace":
            content = content[:at] + piece + content[at + len(piece) :]
        elif change == "insert":
            content = content[:at] + piece + content[at:]
        elif change == "delete":
            content = content[:at] + content[at + 3 * len(piece) :]
        else:
            content = content[:at] + content[at // 2 :]
    return content


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "a"
    matrix = np.random.default_rng(4).normal(size=(4, 3)).astype(np.float32)
    stored = StoredVectors(["the", "naïve", "x", "東京"], matrix, np.array([9, 5, 2, 1]))
    found = {}
    for format, write in WRITERS.items():
        write(path, stored)
        found[format] = path.read_bytes()
    return found


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged") / "a"


def read_or_refuse(path, format):
    """The content if it can still be read; any error but FormatError fails the test."""
    try:
        back = read_any(path)
        words = list(back.words)
    except FormatError:
        return
    assert back.matrix.shape[0] == len(words)
    assert back.matrix.dtype == np.float32
    if format != "firth":  # the native file is mapped, its numbers are not looked at
        assert np.isfinite(back.matrix).all()
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("format", WRITERS)
@settings(max_examples=200)
@given(changes=edits)
def test_edits_are_read_or_refused(contents, path, format, changes):
    path.write_bytes(damaged(contents[format], changes))
    read_or_refuse(path, format)


@pytest.mark.parametrize("format", WRITERS)
def test_random_bytes_are_read_or_refused(contents, path, format, monkeypatch):
    rng = np.random.default_rng(5)
    for i in range(2000):
        content = np.frombuffer(contents[format], np.uint8).copy()
        places = rng.integers(0, len(content), rng.integers(1, 4))
        content[places] = rng.choice([rng.integers(0, 256), *b"\n 0-e9[}"], len(places))
        monkeypatch.setattr(text_blocks, "SMALL", 1 << 19 if i % 2 else 0)
        path.write_bytes(content.tobytes())
        read_or_refuse(path, format)
