"""A folder that lacks a file, or is none of ours, is refused by name. (tests/fuzz damages the files themselves.)"""

import shutil

import numpy as np
import pytest

from firth.errors import FormatError
from firth.formats.detect import read_any
from firth.formats.save import write_as
from firth.formats.stored import StoredVectors

FOLDERS = ["numpy", "projector", "projector-bytes", "sentence-transformers"]


@pytest.fixture
def folder(tmp_path, request):
    matrix = np.random.default_rng(4).normal(size=(4, 3)).astype(np.float32)
    write_as(
        tmp_path / "a", StoredVectors(["the", "naïve", "x y", "東京"], matrix, np.array([9, 5, 2, 1])), request.param
    )
    return tmp_path / "a"


def read_or_refuse(folder):
    try:
        back = read_any(folder)
        words = list(back.words)
    except FormatError:
        return False
    assert back.matrix.shape[0] == len(words) == len(set(words))
    assert back.matrix.dtype == np.float32
    assert back.counts is None or back.counts.shape == (len(words),)
    return True


@pytest.mark.parametrize("folder", FOLDERS, indirect=True)
def test_missing_files_are_named(folder, tmp_path):
    for path in sorted(folder.iterdir()):
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)
        (copy / path.name).unlink()
        if not read_or_refuse(copy):
            with pytest.raises(FormatError, match=rf"{path.name}|looked for"):
                read_any(copy)
        shutil.rmtree(copy)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("vectors.npy", b"", "has vectors.npy, but no words.txt"),
        ("model.safetensors", b"", "has model.safetensors, but no tokenizer.json"),
        ("vectors.tsv", b"", "has vectors.tsv, but no metadata.tsv"),
        ("notes.txt", b"", "looked for vectors.npy with words.txt .NumPy.*tokenizer.json"),
    ],
)
def test_errors_about_unknown_folders_list_the_known_ones(tmp_path, name, content, problem):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError, match=problem):
        read_any(tmp_path)
