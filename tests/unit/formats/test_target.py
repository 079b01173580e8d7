"""Targets that cannot be written are found before there is anything to write."""

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from firth import FormatError, MissingExtraError, WordVectors
from firth.cli.main import main
from firth.corpus.vocabulary import Vocabulary
from firth.formats.save import check_saving
from firth.formats.target import check_space, check_target
from firth.models.word2vec_file import check_model_space
from firth.training.hyperparameters import Hyperparameters


def unwritable_folder() -> Path:
    """A folder in which this process can create nothing; root may write nearly everywhere."""
    folder = Path("/sys/kernel")
    if not folder.is_dir():
        pytest.skip("no folder that is read-only even for root")
    return folder


def test_a_target_that_can_be_written_is_left_as_it_is(tmp_path):
    (tmp_path / "old.bin").write_bytes(b"old")
    check_target(tmp_path / "old.bin")
    check_target(tmp_path / "new.bin")
    check_saving(tmp_path / "new.txt.gz", None)
    check_saving(tmp_path / "new", "numpy")
    assert [path.name for path in tmp_path.iterdir()] == ["old.bin"]
    assert (tmp_path / "old.bin").read_bytes() == b"old"


@pytest.mark.parametrize("name", ["vectors.firth", "vectors.txt", "vectors.bin.gz"])
def test_the_error_names_the_file_that_the_user_named(name):
    path = unwritable_folder() / name
    for write in (check_target, WordVectors(["tea"], [[1, 2]]).save, lambda path: check_saving(path, None)):
        with pytest.raises(OSError, match="nothing can be created in the folder") as raised:
            write(path)
        assert raised.value.filename == str(path)
        assert ".tmp" not in str(raised.value)


@pytest.mark.parametrize("format", ["numpy", "projector", "projector-bytes", "sentence-transformers"])
def test_folders_that_are_not_replaced(tmp_path, format):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "thesis.txt").write_text("years of work")
    with pytest.raises(FormatError, match=r"'thesis.txt' in it"):
        check_saving(tmp_path / "kept", format)
    with pytest.raises(OSError, match="nothing can be created in the folder") as raised:
        check_saving(unwritable_folder() / "vectors", format)
    assert raised.value.filename == str(unwritable_folder() / "vectors")
    WordVectors(["tea"], [[1, 2]]).save(tmp_path / "own", format=format)
    check_saving(tmp_path / "own", format)  # one of its own kind is replaced


def test_a_folder_where_a_file_is_to_be(tmp_path):
    with pytest.raises(FormatError, match="is a folder"):
        check_saving(tmp_path, "firth")
    with pytest.raises(FormatError, match="there is no folder"):
        check_saving(tmp_path / "nowhere" / "a.firth", "firth")


def test_a_compression_whose_package_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    with pytest.raises(MissingExtraError, match=r"firth\[zstd\]"):
        check_saving(tmp_path / "a.txt.zst", None)


def test_too_little_space(tmp_path):
    check_space(tmp_path / "new folder" / "small.firth", 1)
    with pytest.raises(OSError, match=r"1,000,000,000,000.0 MB are needed, and [\d,.]+ MB are free") as raised:
        check_space(tmp_path / "large.firth", 10**18)
    assert (raised.value.errno, raised.value.filename) == (errno.ENOSPC, os.fspath(tmp_path / "large.firth"))


def test_a_model_that_does_not_fit_is_not_trained(tmp_path, monkeypatch, capsys):
    """Ten words of 65,536 numbers in two matrices: 5.2 MB, of which 4 MB are free."""
    monkeypatch.chdir(tmp_path)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=4_000_000))
    Path("t.txt").write_text("a b c d e f g h i j\n" * 9)
    for command in ["train", "t.txt", "-o", "m.firth", "-q"], ["sweep", "t.txt", "-o", "models", "--window", "2"]:
        with pytest.raises(SystemExit) as ended:
            main([*command, "--vector-size", "65536", "--min-count", "1", "--subsample-threshold", "0"])
        assert ended.value.code == 2
        assert "5.2 MB are needed, and 4.0 MB are free" in capsys.readouterr().err
    vocabulary = Vocabulary(["a"], np.array([9]))
    check_model_space("m.firth.xz", vocabulary, [Hyperparameters(vector_size=65536)])  # how small it will be is unknown
    assert [path.name for path in tmp_path.iterdir()] == ["t.txt"]
