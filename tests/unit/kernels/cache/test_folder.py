"""Only a folder that nobody else can write to holds compiled code."""

import os
import tempfile
from pathlib import Path

import pytest

from firth.kernels.cache import folder as cache_folder
from firth.kernels.cache.folder import choose_folder

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows keeps profiles private by other means")

STRANGER = 12345
only_root = pytest.mark.skipif(getattr(os, "getuid", lambda: 1)() != 0, reason="only root gives files to another user")


@pytest.fixture
def candidates(tmp_path, monkeypatch):
    """The three folders that can be chosen, in order: they are made inside tmp_path."""
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("FIRTH_CACHE_DIR", str(tmp_path / "given"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    for name in ("given", "user", "temporary"):
        (tmp_path / name).mkdir(mode=0o700)
    return tmp_path


def chosen_base(candidates) -> str:
    found = choose_folder().folder
    return "" if found is None else found.relative_to(candidates).parts[0]


def test_the_given_folder_is_used_and_made_for_the_user_alone(candidates):
    folder, refused = choose_folder()
    assert folder is not None
    assert (folder.parent, refused) == (candidates / "given" / "firth", ())
    assert folder.stat().st_mode & 0o777 == folder.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o702, 0o770])
@pytest.mark.parametrize("part", ["given", "given/firth"])
def test_a_folder_that_others_can_write_to_is_not_used(candidates, part, mode, monkeypatch):
    monkeypatch.setattr(cache_folder, "_is_own_group", lambda number: False)
    (candidates / part).mkdir(exist_ok=True)
    (candidates / part).chmod(mode)
    assert chosen_base(candidates) == "user"
    assert f"{candidates / part}" in choose_folder().refused[0]
    assert "others may write to it" in choose_folder().refused[0]


def test_the_last_folder_may_not_even_be_sticky(candidates):
    folder = choose_folder().folder
    folder.chmod(0o1777)
    assert chosen_base(candidates) == "user"


def test_a_sticky_folder_on_the_way_is_used(candidates):
    (candidates / "given").chmod(0o1777)
    assert chosen_base(candidates) == "given"


@only_root
@pytest.mark.parametrize("part", ["given", "given/firth"])
def test_a_folder_of_another_user_is_not_used(candidates, part):
    (candidates / part).mkdir(exist_ok=True)
    os.chown(candidates / part, STRANGER, STRANGER)
    assert chosen_base(candidates) == "user"
    assert "it belongs to another user" in choose_folder().refused[0]


@only_root
def test_a_link_that_another_user_made_is_not_followed(candidates):
    (candidates / "elsewhere").mkdir()
    link = candidates / "given" / "firth"
    link.symlink_to(candidates / "elsewhere")
    os.chown(link, STRANGER, STRANGER, follow_symlinks=False)
    assert chosen_base(candidates) == "user"


def test_a_link_of_the_user_is_followed_to_a_private_folder_only(candidates):
    (candidates / "elsewhere" / "mine").mkdir(parents=True)
    (candidates / "given" / "firth").symlink_to("../elsewhere/mine")
    assert chosen_base(candidates) == "elsewhere"
    (candidates / "elsewhere").chmod(0o777)
    assert chosen_base(candidates) == "user"


def test_links_in_a_circle_are_no_folder(candidates):
    (candidates / "given" / "firth").symlink_to("firth")
    assert chosen_base(candidates) == "user"
    assert "circle" in choose_folder().refused[0]


def test_a_file_is_no_folder(candidates):
    (candidates / "given" / "firth").write_text("a file")
    assert chosen_base(candidates) == "user"
    assert "not a folder" in choose_folder().refused[0]


def test_without_a_home_the_given_folder_and_the_temporary_one_are_left(candidates, monkeypatch):
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    assert chosen_base(candidates) == "given"
    monkeypatch.delenv("FIRTH_CACHE_DIR")
    assert chosen_base(candidates) == "temporary"
    assert choose_folder().refused == ("the user has no home folder",)


def test_without_any_private_folder_there_is_none(candidates):
    for name in ("given", "user", "temporary"):
        (candidates / name).chmod(0o777)
    assert choose_folder().folder is None
    assert len(choose_folder().refused) == 3


def test_another_processor_has_another_folder(candidates, monkeypatch):
    here = choose_folder().folder
    monkeypatch.setattr("numba.config.CPU_NAME", "nehalem")
    assert choose_folder().folder != here
