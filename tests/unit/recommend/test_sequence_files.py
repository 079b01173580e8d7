"""Sequences.read: a sequence of items a line."""

import lzma

import pytest

from firth.errors import CorpusError, FirthWarning, FormatError, SettingError
from firth.recommend import Sequences


def test_lines_of_items(tmp_path):
    path = tmp_path / "sessions.txt.xz"
    path.write_bytes(lzma.compress(b"3 1 4\n\n1  5\t9\n"))
    sequences = Sequences.read(path)
    assert list(sequences) == [[3, 1, 4], [1, 5, 9]] and sequences.users is None


def test_lines_that_begin_with_a_user(tmp_path):
    path = tmp_path / "users.txt"
    path.write_text("ann tea cup\nbob\nann pot\n")
    with pytest.warns(FirthWarning, match="1 lines have a user and no item, and are left out; the first is .*, line 2"):
        sequences = Sequences.read(path, user=True)
    assert list(sequences) == [["tea", "cup"], ["pot"]]
    assert sequences.users.tolist() == [0, 0] and sequences.user_names[0] == "ann"


def test_another_separator(tmp_path):
    path = tmp_path / "names.txt"
    path.write_text("Green Tea, Cup ,\nCup,Pot\n")
    assert list(Sequences.read(path, separator=",")) == [["Green Tea", "Cup"], ["Cup", "Pot"]]


def test_files_without_items(tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text("\n")
    with pytest.raises(CorpusError, match="has no items"):
        Sequences.read(path)
    path.write_bytes(b"\xff\xfe1 2\n")
    with pytest.raises(FormatError, match="not a text in UTF-8"):
        Sequences.read(path)
    with pytest.raises(SettingError, match="separator=''"):
        Sequences.read(path, separator="")
    with pytest.raises(CorpusError, match="no such file"):
        Sequences.read(tmp_path / "nothing.txt")
