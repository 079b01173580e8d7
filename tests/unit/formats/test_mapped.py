"""Mapped files: replaced while they are open, written in place while they are open, or read instead."""

import os
import shutil
import sys

import numpy as np
import pytest

import firth
from firth.errors import FormatError
from firth.formats.mapped import map_file, mapping_of
from firth.formats.save import write_as
from firth.formats.stored import StoredVectors

WORDS = [f"w{i}" for i in range(50)]
MATRIX = np.random.default_rng(3).normal(size=(50, 8)).astype(np.float32)
in_place = pytest.mark.skipif(sys.platform == "win32", reason="Windows does not write to mapped files")


@pytest.fixture
def path(tmp_path):
    firth.WordVectors(WORDS, MATRIX, np.arange(50, 0, -1)).save(tmp_path / "a.firth")
    return tmp_path / "a.firth"


@pytest.mark.parametrize("format", ["firth", "numpy", "projector-bytes", "sentence-transformers"])
def test_the_mapping_behind_an_array_is_found(tmp_path, format):
    write_as(tmp_path / "a", StoredVectors(WORDS, MATRIX), format)
    vectors = firth.load(tmp_path / "a")
    assert mapping_of(vectors.matrix[3:, 2]).path.is_relative_to(tmp_path)
    assert mapping_of(MATRIX) is None
    unmapped = firth.load(tmp_path / "a", mmap=False)
    assert mapping_of(unmapped.matrix) is None
    assert not unmapped.matrix.flags.writeable
    assert unmapped.matrix.tobytes() == vectors.matrix.tobytes()
    assert list(unmapped) == WORDS


def test_a_file_that_is_replaced_while_it_is_open_answers_as_before(path):
    vectors = firth.load(path)
    before = vectors.most_similar("w1")
    firth.WordVectors(WORDS[:3], -MATRIX[:3]).save(path)
    assert vectors.most_similar("w1") == before
    path.unlink()
    assert vectors.most_similar("w2")
    assert vectors.matrix.tobytes() == MATRIX.tobytes()


@in_place
@pytest.mark.parametrize("change", ["shorter", "longer", "other content"])
def test_a_file_that_is_written_in_place_is_an_error_before_it_is_read(path, change):
    vectors = firth.load(path)
    vectors.most_similar("w1")
    if change == "other content":
        content = path.read_bytes()
        path.write_bytes(content)
        os.utime(path, ns=(0, 0))  # later than the clock of the file system can show
    else:
        os.truncate(path, 100 if change == "shorter" else 100_000)
    for ask in (
        lambda: vectors.most_similar("w1"),
        lambda: vectors.most_similar(["w1", "w2"]),
        lambda: vectors.between("w1", "w2"),
        lambda: vectors.rank("w1", "w2"),
    ):
        with pytest.raises(FormatError, match="written in place while it was open") as raised:
            ask()
        assert raised.value.path == path


@in_place
def test_an_index_that_is_written_in_place(path, tmp_path):
    pytest.importorskip("voyager")
    index = tmp_path / "a.firth.index"
    firth.load(path).build_index(index, progress=False)
    vectors, unmapped = firth.load(path), firth.load(path, mmap=False)
    assert vectors.most_similar("w1", approximate=True) == unmapped.most_similar("w1", approximate=True)
    os.truncate(index, 100)
    with pytest.raises(FormatError, match=r"a.firth.index: was written in place"):
        vectors.most_similar("w1", approximate=True)
    assert unmapped.most_similar("w1", approximate=True)


@in_place
def test_without_mmap_nothing_in_the_file_matters_any_more(path):
    vectors = firth.load(path, mmap=False)
    shutil.copyfile(os.devnull, path)
    assert vectors.most_similar("w1", count=1)
    assert vectors.counts.tolist() == list(range(50, 0, -1))
    assert list(vectors) == WORDS


@in_place
def test_a_model_without_mmap(tmp_path):
    model = firth.Word2Vec(vector_size=8, min_count=1, threads=1, subsample_threshold=0)
    model.fit(["the cat sat", "the dog sat"] * 9, progress=False).save(tmp_path / "m.firth")
    back = firth.Word2Vec.load(tmp_path / "m.firth", mmap=False)
    os.truncate(tmp_path / "m.firth", 0)
    assert back.vectors.matrix.tobytes() == model.vectors.matrix.tobytes()
    assert back.context_vectors.tobytes() == model.context_vectors.tobytes()


def test_an_empty_file_is_an_error(tmp_path):
    (tmp_path / "a").touch()
    with pytest.raises(FormatError, match="the file is empty"):
        map_file(tmp_path / "a")
