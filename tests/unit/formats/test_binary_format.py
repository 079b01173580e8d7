import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firth.errors import FormatError
from firth.formats import word2vec_binary
from firth.formats.stored import StoredVectors

GENSIM = b"2 2\na " + struct.pack("<2f", 1, -2) + b"bc " + struct.pack("<2f", 0.5, 10)
C = b"2 2\na " + struct.pack("<2f", 1, -2) + b"\nbc " + struct.pack("<2f", 0.5, 10) + b"\n"


@pytest.fixture(params=[1 << 20, 7])
def block(request, monkeypatch):
    """Blocks that hold everything, and blocks that cut every record."""
    monkeypatch.setattr(word2vec_binary, "BLOCK", request.param)


def file(tmp_path, content):
    path = tmp_path / "a.bin"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", [GENSIM, C])
def test_both_dialects_are_read(tmp_path, block, content):
    back = word2vec_binary.read(file(tmp_path, content))
    assert list(back.words) == ["a", "bc"]
    assert back.matrix.tolist() == [[1, -2], [0.5, 10]]


@pytest.mark.parametrize(("dialect", "content"), [("gensim", GENSIM), ("c", C)])
def test_both_dialects_are_written(tmp_path, dialect, content):
    stored = StoredVectors(["a", "bc"], np.array([[1, -2], [0.5, 10]], np.float32))
    word2vec_binary.write(tmp_path / "b", stored, dialect=dialect)
    assert (tmp_path / "b").read_bytes() == content


@given(
    words=st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=" "), min_size=1),
        unique=True, max_size=6,
    ),
    dialect=st.sampled_from(["gensim", "c"]),
    data=st.data(),
)  # fmt: skip
def test_round_trip_is_exact(tmp_path_factory, words, dialect, data):
    path = tmp_path_factory.mktemp("binary") / "a.bin"
    size = data.draw(st.integers(1, 4))
    finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
    numbers = st.lists(finite, min_size=len(words) * size, max_size=len(words) * size)
    matrix = np.array(data.draw(numbers), np.float32).reshape(len(words), size)
    word2vec_binary.write(path, StoredVectors(words, matrix), dialect=dialect)
    back = word2vec_binary.read(path)
    assert list(back.words) == words
    assert back.matrix.tobytes() == matrix.tobytes()


@pytest.mark.parametrize("content", [GENSIM, C[:-1]])
def test_every_cut_is_noticed(tmp_path, block, content):
    path = tmp_path / "a.bin"
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(FormatError):
            word2vec_binary.read(path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"no header", "byte 0: does not begin with a line"),
        (b"2 0\na b ", "byte 0: does not begin with a line"),
        (b"1000000000000 300\na " + bytes(1200), "byte 0: the header promises 1,000,000,000,000"),
        (b"1 1000000000000\na " + bytes(1200), "byte 0: the header promises 1,000,000,000,000 num"),
        (GENSIM + b"more", "byte 25: continues after the last vector"),
        (GENSIM.replace(b"2 2", b"1 2"), "byte 14: continues after the last vector"),
        (GENSIM.replace(b"bc ", b"a "), "word 1 is 'a', like word 0"),
        (GENSIM.replace(b"bc ", b" ") + b"..", "byte 14: no word where word 1 should be"),
        (GENSIM.replace(b"bc ", b"b\nc "), r"word 1 is 'b\\nc', which is not text"),
        (GENSIM.replace(b"bc ", b"bc d ") + bytes(9), "continues|not finite|no word"),
        (b"1 2\na " + struct.pack("<2f", 1, np.nan), "byte 6: the vector of word 0 is not finite"),
        (b"1 2\n" + b"x" * 70_000, "byte 4: no word"),
    ],
)
def test_damage_is_named_with_its_byte(tmp_path, content, problem):
    with pytest.raises(FormatError, match=problem):
        word2vec_binary.read(file(tmp_path, content))


def test_words_cut_inside_a_character_stay_different(tmp_path):
    content = GENSIM.replace(b"a ", b"\xc3 ").replace(b"bc ", b"\xc2 ")
    assert list(word2vec_binary.read(file(tmp_path, content)).words) == ["\\xc3", "\\xc2"]


@pytest.mark.parametrize("word", ["", "two words", "a\n", "a\0", "\ud800"])
def test_words_it_cannot_hold_are_refused(tmp_path, word):
    with pytest.raises(FormatError, match="cannot hold") as caught:
        word2vec_binary.write(tmp_path / "a", StoredVectors([word], np.ones((1, 2), np.float32)))
    assert repr(word) in str(caught.value)
    assert not (tmp_path / "a").exists()
