"""Whatever happens to a file of a folder, the folder is read or refused with FormatError: nothing else."""

import shutil

import numpy as np
import pytest

from firth.errors import FormatError
from firth.formats.detect import read_any
from firth.formats.save import write_as
from firth.formats.stored import StoredVectors

FOLDERS = ["numpy", "projector", "projector-bytes", "sentence-transformers"]
PIECES = [
    b"\n",
    b"\t",
    b"0",
    b"9",
    b"-",
    b"e",
    b"nan",
    b"1e999",
    b"99999999999",
    b"\xff",
    b"[",
    b"}",
    b'"',
    b"null",
    b",",
]


@pytest.fixture
def folder(tmp_path, request):
    matrix = np.random.default_rng(4).normal(size=(4, 3)).astype(np.float32)
    write_as(
        tmp_path / "a", StoredVectors(["the", "naïve", "x y", "東京"], matrix, np.array([9, 5, 2, 1])), request.param
    )
    return tmp_path / "a"


def replace(path, content):
    path.unlink()  # a file that is cut to nothing and written again is flushed to the disk by some systems
    path.write_bytes(content)


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
def test_edits_of_any_file_are_read_or_refused(folder):
    rng = np.random.default_rng(5)
    files = [
        path for path in sorted(folder.iterdir()) if path.suffix not in (".md", "") and "config" not in path.name[:7]
    ]
    whole = {path: path.read_bytes() for path in files}
    assert read_or_refuse(folder)
    refused = 0
    for _ in range(2000):
        path = files[rng.integers(len(files))]
        content = bytearray(whole[path])
        for _ in range(rng.integers(1, 4)):
            at = rng.integers(len(content) + 1)
            kind = rng.integers(4)
            if kind == 0:
                content[at : at + 1] = bytes([rng.integers(256)])
            elif kind == 1:
                content[at:at] = PIECES[rng.integers(len(PIECES))]
            elif kind == 2:
                del content[at : at + rng.integers(1, 20)]
            else:
                del content[at:]
        replace(path, content)
        refused += not read_or_refuse(folder)
        replace(path, whole[path])
    assert refused > 500


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
        ("vectors.npy", b"", "has vectors.npy, but no words.txt beside it"),
        ("model.safetensors", b"", "has model.safetensors, but no tokenizer.json beside it"),
        ("vectors.tsv", b"", "has vectors.tsv, but no metadata.tsv beside it"),
        ("notes.txt", b"", "looked for vectors.npy with words.txt .NumPy.*tokenizer.json"),
    ],
)
def test_unknown_folders_say_what_was_looked_for(tmp_path, name, content, problem):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError, match=problem):
        read_any(tmp_path)
