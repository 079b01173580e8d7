"""Files that are not, or no longer, whole models."""

import json

import numpy as np
import pytest

import firth
from firth.formats.save import write_as
from firth.formats.stored import StoredVectors


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "m.firth"
    firth.Word2Vec(min_count=1, vector_size=4, threads=1).fit(["a b c d"] * 50, progress=False).save(path)
    return path


@pytest.mark.parametrize(
    "format",
    ["word2vec-text", "word2vec-binary", "glove", "firth", "numpy", "sentence-transformers", "projector-bytes"],
)
def test_vectors_are_not_a_whole_model(tmp_path, format):
    stored = StoredVectors(["tea", "milk"], np.array([[1, 2], [3, 4]], np.float32), np.array([2, 1]))
    write_as(tmp_path / "m", stored, format)
    with pytest.raises(firth.FormatError, match="has vectors but not the whole model; read it with firth.load"):
        firth.Word2Vec.load(tmp_path / "m")


def changed(saved, path, change):
    content = saved.read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    header, tensors = json.loads(content[8:end]), bytearray(content[end:])
    change(header, tensors)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + tensors)


def other_size(header, tensors):
    settings = json.loads(header["__metadata__"]["hyperparameters"])
    header["__metadata__"]["hyperparameters"] = json.dumps({**settings, "vector_size": 7})


def negative_count(header, tensors):
    begin, _ = header["counts"]["data_offsets"]
    tensors[begin : begin + 8] = (-3).to_bytes(8, "little", signed=True)


def count_of_zero(header, tensors):
    _, end = header["counts"]["data_offsets"]
    tensors[end - 8 : end] = bytes(8)


def infinite_context(header, tensors):
    begin, _ = header["context_vectors"]["data_offsets"]
    tensors[begin : begin + 4] = np.float32(np.inf).tobytes()


def test_a_loss_that_is_not_finite_is_an_error(saved, tmp_path):
    changed(saved, tmp_path / "m.firth", infinite_context)
    model = firth.Word2Vec.load(tmp_path / "m.firth")
    with pytest.raises(firth.DivergenceError, match="infinite, NaN or far too large; its file is damaged"):
        model.score([" ".join(model.vocabulary.words)] * 500)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (other_size, "its vectors have 4 numbers, its hyperparameters say 7; the file is damaged"),
        (negative_count, "occurs 0 times or fewer; the file is damaged"),
        (count_of_zero, "occurs 0 times or fewer; the file is damaged"),
    ],
)
def test_parts_of_a_model_that_disagree(saved, tmp_path, change, problem):
    changed(saved, tmp_path / "m.firth", change)
    with pytest.raises(firth.FormatError, match=problem):
        firth.Word2Vec.load(tmp_path / "m.firth")
