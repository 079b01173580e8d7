import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from firth import Word2Vec, load, load_language_model, read_table
from firth.errors import FormatError, SettingError
from firth.formats import glove, native, word2vec_binary, word2vec_text
from firth.formats.detect import read_any
from firth.formats.npy import read_zipped_matrix
from firth.formats.save import write_as
from firth.formats.stored import StoredVectors

WRITERS = {
    "firth": native.write,
    "word2vec-text": word2vec_text.write,
    "word2vec-binary": word2vec_binary.write,
    "glove": glove.write,
}
PACKERS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}


def example():
    rng = np.random.default_rng(3)
    words = [f"word{i}" for i in range(500)]
    return StoredVectors(words, rng.normal(size=(500, 9)).astype(np.float32))


@pytest.mark.parametrize("format", WRITERS)
@pytest.mark.parametrize("packer", [None, *PACKERS])
def test_content_tells_the_format_whatever_the_name(tmp_path, format, packer):
    path = tmp_path / "misleading.jpeg"
    stored = example()
    WRITERS[format](path, stored)
    if packer:
        path.write_bytes(PACKERS[packer](path.read_bytes()))
    back = read_any(path)
    assert list(back.words) == stored.words
    assert back.matrix.tobytes() == stored.matrix.tobytes()


@given(
    words=st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Zs", "Cc"]), min_size=1),
        unique=True, min_size=1, max_size=4,
    ),
    size=st.integers(1, 3),
    format=st.sampled_from(list(WRITERS)),
    data=st.data(),
)  # fmt: skip
def test_tiny_files_are_distinguished_too(tmp_path_factory, words, size, format, data):
    path = tmp_path_factory.mktemp("detect") / "a"
    finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
    numbers = st.lists(finite, min_size=len(words) * size, max_size=len(words) * size)
    matrix = np.array(data.draw(numbers), np.float32).reshape(-1, size)
    try:
        WRITERS[format](path, StoredVectors(words, matrix))
    except FormatError:
        return  # a word this format cannot hold
    back = read_any(path)
    assert list(back.words) == words
    assert back.matrix.tobytes() == matrix.tobytes()


def test_binary_numbers_with_line_ends_among_their_bytes(tmp_path):
    numbers = struct.unpack("<2f", b"\n\n\n\n1 2\n")
    stored = StoredVectors(["a", "b"], np.array([numbers, numbers], np.float32))
    word2vec_binary.write(tmp_path / "a", stored)
    assert read_any(tmp_path / "a").matrix.tobytes() == stored.matrix.tobytes()


def test_missing_files_folders_and_empty_files(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing here.*no such file"):
        read_any(tmp_path / "nothing here")
    with pytest.raises(FormatError, match="looked for"):
        read_any(tmp_path)
    (tmp_path / "empty").touch()
    with pytest.raises(FormatError, match="empty"):
        read_any(tmp_path / "empty")


def tarred():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("glove.txt"))
    return file.getvalue()


def zipped(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("vectors.txt", "Call me Ishmael.\n")


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: path.write_bytes(b"\x93NUMPY\x01\x00"), "NumPy array"),
        (zipped, "vectors.txt, line 1: .*no numbers follow"),
        (lambda path: path.write_bytes(b"\xba\x16\x4f\x2f\x0a\0\0\0"), "fastText model of version 10"),
        (lambda path: path.write_bytes(gzip.compress(gzip.compress(b"a 1"))), "compressed twice"),
        (lambda path: path.write_bytes(bytes(100)), "no known format"),
        (lambda path: path.write_text("Call me Ishmael.\n"), "no numbers follow"),
        (lambda path: path.write_bytes(gzip.compress(tarred())), "is an archive without a file of vectors"),
        (lambda path: path.write_text("<!DOCTYPE html>\n<html>404</html>"), "a web page"),
        (lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\n"), "git lfs pull"),
        (lambda path: path.write_text("a 1 2\n", encoding="utf-16"), "UTF-16 text: convert it to UTF-8"),
    ],
)
def test_foreign_files_are_named(tmp_path, make, problem):
    make(tmp_path / "a")
    with pytest.raises(FormatError, match=problem):
        read_any(tmp_path / "a")


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("format", WRITERS)
def test_compressed_data_cut_short_are_noticed(tmp_path, packer, format):
    path = tmp_path / "a"
    WRITERS[format](path, example())
    packed = PACKERS[packer](path.read_bytes())
    for length in (12, len(packed) // 2, len(packed) - 9):
        path.write_bytes(packed[:length])
        with pytest.raises(FormatError):
            read_any(path)


def test_compressed_headers_cannot_ask_for_memory(tmp_path):
    for content in (b"1000000000000 300\na 1\n", b"9 1000000000000\na " + bytes(9)):
        (tmp_path / "a").write_bytes(gzip.compress(content))
        with pytest.raises(FormatError):
            read_any(tmp_path / "a")


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("a.txt", b"500 9\nword0 "),
        ("a.vec", b"500 9\nword0 "),
        ("a.bin", b"500 9\nword0 "),
        ("a.glove", b"word0 "),
    ],
)
def test_the_suffix_chooses_the_format(tmp_path, name, beginning):
    write_as(tmp_path / name, example())
    assert (tmp_path / name).read_bytes().startswith(beginning)


def test_a_named_format_overrules_the_suffix(tmp_path):
    write_as(tmp_path / "a.txt", example(), "firth")
    assert len(native.read(tmp_path / "a.txt").words) == 500


@pytest.mark.parametrize(("name", "format"), [("a.jpeg", None), ("a", None), ("a.txt", "word2vec")])
def test_unknown_formats_and_suffixes_list_the_choices(tmp_path, name, format):
    with pytest.raises(SettingError, match="'word2vec-binary'.*.glove"):
        write_as(tmp_path / name, example(), format)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_refused_before_bytes_of_it_are_lost(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(FormatError, match="is a pipe or a device"):
        read_any(path)


NOT_NUMBERS = "{size} 4\n</s> X X X X \ntea X X X X \ncaf\xe9 X X X X \n"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
@pytest.mark.parametrize("spelled", ["nan", "inf", "NaN", "0,1", "N/A"])
def test_text_whose_numbers_cannot_be_read_is_not_taken_for_binary(tmp_path, spelled, encoding):
    """Any three characters and a blank are the four bytes of some number."""
    path = tmp_path / "a.vec"
    path.write_text(NOT_NUMBERS.format(size=3).replace("X", spelled), encoding=encoding)
    with pytest.raises(FormatError, match=f"line 2: '{spelled}' is not a finite number"):
        read_any(path)
    with pytest.raises(FormatError, match=f"no line can be read; line 2: '{spelled}'"):
        read_any(path, on_error="skip")


def test_one_good_line_shows_that_a_damaged_file_is_text(tmp_path):
    path = tmp_path / "a.vec"
    path.write_text("3 2\ntea one.two\nmilk 1 2\nsugar 3 4\n")
    with pytest.raises(FormatError, match="line 2: 1 numbers instead of 2"):
        read_any(path)
    assert list(read_any(path, on_error="skip").words) == ["milk", "sugar"]


def test_a_word_of_blanks_alone(tmp_path):
    path = tmp_path / "a.vec"
    path.write_text("3 3\ntea 1 2 3\n  4 5 6\nmilk 7 8 9\n")
    with pytest.raises(FormatError, match="line 3: there is no word before the 3 numbers"):
        read_any(path)
    assert list(read_any(path, on_error="skip").words) == ["tea", "milk"]


@pytest.mark.parametrize("read", [load, read_table, Word2Vec.load, load_language_model])
def test_an_address_is_repeated_as_it_was_given(read):
    with pytest.raises(FileNotFoundError, match="^https://example.org/a/glove.txt: is an address.*download"):
        read("https://example.org/a/glove.txt")


def test_a_zipped_array_that_expands_too_far(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", val=np.zeros((3_000_000, 8), np.float32))
    with pytest.raises(FormatError, match="a.npz: the compressed data expand to more than 100 times"):
        read_zipped_matrix(tmp_path / "a.npz", "val.npy")
