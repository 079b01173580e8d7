"""Folders, patterns and addresses; strings that are paths, and strings that only could be."""

import os
import sys
import tempfile
from collections import deque
from pathlib import Path, PureWindowsPath

import numpy as np
import pandas as pd
import pytest

from firth.corpus import encode
from firth.corpus.paths import address_in, files_at, joined, looks_like_path, may_exist, without
from firth.errors import CorpusError, FirthWarning


def test_empty_folder(tmp_path):
    (tmp_path / ".hidden").write_text("text")
    with pytest.raises(CorpusError, match="there are no files"):
        encode(tmp_path)


def test_what_is_left_out_of_a_folder_is_reported(tmp_path):
    (tmp_path / "a.txt").write_text("tea")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.txt").write_text("milk")
    try:
        (tmp_path / "lost").symlink_to(tmp_path / "nowhere")
        (tmp_path / "linked").symlink_to(tmp_path / "sub")
    except OSError:
        pytest.skip("links need a permission in Windows")
    with pytest.warns(FirthWarning, match=r"linked \(a link to a folder\), .*lost \(a link that leads nowhere\)"):
        assert encode(tmp_path, min_count=1).vocabulary.words == ["tea", "milk"]
    with pytest.warns(FirthWarning, match=r"linked \(a folder\), .*sub \(a folder\)"):
        assert encode(tmp_path / "*", min_count=1).vocabulary.words == ["tea"]
    with pytest.raises(CorpusError, match="is a link to a file that does not exist"):
        encode(tmp_path / "lost")


def test_files_that_are_read_twice_by_mistake_are_reported(tmp_path):
    (tmp_path / "a.txt").write_text("tea")
    with pytest.warns(FirthWarning, match=r"read more than once: .*a.txt"):
        assert encode([tmp_path, tmp_path / "a.txt"], min_count=1).n_words == 2
    assert encode([tmp_path / "a.txt"] * 2, min_count=1).n_words == 2


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
def test_files_without_a_size_are_read():
    assert "name" in encode("/proc/self/status", min_count=1).vocabulary


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
@pytest.mark.parametrize("name", ["folder", "file.txt"])
def test_what_may_not_be_read_is_an_error_that_names_it(name):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        Path(folder, "a.txt").write_text("tea")
        Path(folder, "folder").mkdir()
        Path(folder, "file.txt").write_text("milk")
        Path(folder, name).chmod(0)
        is_root = os.geteuid() == 0
        try:
            if is_root:  # who may read everything
                os.seteuid(65534)
            with pytest.raises(CorpusError, match=f"{name}: cannot be read: Permission denied"):
                encode(folder)
        finally:
            if is_root:
                os.seteuid(0)
            Path(folder, name).chmod(0o755)


@pytest.mark.parametrize("make", [list, tuple, deque, np.array, pd.Series, pd.Index])
def test_lists_arrays_and_series_of_paths(tmp_path, monkeypatch, make):
    names = ["one.txt", "two.txt"]
    for name in names:
        (tmp_path / name).write_text(f"from {name}")
    monkeypatch.chdir(tmp_path)
    assert encode(make(names), min_count=1).vocabulary.words == ["from", "txt", "one", "two"]
    assert encode(make(["green tea", "black tea"]), min_count=1).vocabulary.words == ["tea", "green", "black"]
    (tmp_path / "two.txt").unlink()
    with pytest.raises(CorpusError, match="names an existing file, but item 1, 'two.txt', does not"):
        encode(make(names))
    (tmp_path / "one.txt").unlink()
    with pytest.raises(CorpusError, match="no file of this list exists, but all 2 look like paths"):
        encode(make(names))
    assert encode(iter(names), min_count=1).n_words == 4


def test_strings_that_look_like_paths():
    for path in ["a.txt", "data/part-0001", "c:\\texts\\a", "My Texts/a.txt", "a.txt.gz", "news.2020.jsonl"]:
        assert looks_like_path(path), path
    for text in ["tea", "He said so.", "and / or", "see a.txt for more", "", "a.txt\nb.txt", "end.", 5, "x" * 5000]:
        assert not looks_like_path(text), text


def test_devices_of_windows_are_no_paths():
    for name in ["con", "NUL", "aux.txt", "data\\com1", "lpt9"]:
        assert not may_exist(name, windows=True)
    assert may_exist(os.curdir, windows=True)


@pytest.mark.parametrize(
    "address", ["https://example.org/glove.txt", "https://example.org/a.txt?raw=1", "ftp://example.org/a*.txt"]
)
def test_addresses_are_recognised(address):
    for corpus in (address, Path(address), [address], [Path(address)], [address, address]):
        with pytest.raises(CorpusError) as error:
            encode(corpus)
        assert str(error.value) == f"'{address}' is an address: download it first, and give the file"
    for text in ["c:/texts", "note: this", "a://b c", "http:", "tea"]:
        assert address_in(text) is None
    assert address_in(PureWindowsPath("https://example.org/a/b")) == "https://example.org/a/b"


def test_a_home_folder_is_not_guessed():
    with pytest.raises(CorpusError, match="expanduser"):
        encode("~/no such text.txt")


def test_the_file_to_write_is_no_input(tmp_path):
    for name in ("a.txt", "b.csv"):
        (tmp_path / name).write_text("tea")
    target = tmp_path / "b.csv"
    kept = without(files_at(tmp_path), target)
    assert (kept.paths, kept.left_out) == ((tmp_path / "a.txt",), (f"{target} (it is about to be written)",))
    assert without(files_at(tmp_path), tmp_path / "new.csv").paths == (tmp_path / "a.txt", target)
    with pytest.raises(CorpusError, match="is both the text and the file to write"):
        without(joined([files_at(tmp_path / "a.txt"), files_at(target)]), target)
    with pytest.raises(CorpusError, match="there is no other file"):
        without(files_at(tmp_path / "*.csv"), target)
