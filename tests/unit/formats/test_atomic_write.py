import sys
from pathlib import Path

import pytest

from firth.errors import FormatError
from firth.formats.atomic import atomic_folder, atomic_write


def files_in(folder):
    return [path.name for path in folder.iterdir()]


def test_new_file_appears_whole(tmp_path):
    path = tmp_path / "new"
    with atomic_write(path) as file:
        file.write(b"content")
        file.flush()
        assert not path.exists()
    assert path.read_bytes() == b"content"
    assert files_in(tmp_path) == ["new"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_failure_keeps_the_old_file_and_leaves_nothing(tmp_path, error):
    path = tmp_path / "kept"
    path.write_bytes(b"old")
    with pytest.raises(error), atomic_write(path) as file:
        file.write(b"half")
        raise error
    assert path.read_bytes() == b"old"
    assert files_in(tmp_path) == ["kept"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions and links")
def test_permissions_and_links_survive(tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to(target)
    with atomic_write(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_new_files_get_ordinary_permissions(tmp_path):
    with atomic_write(tmp_path / "a") as file:
        file.write(b"")
    (tmp_path / "b").touch()
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_names_as_long_as_the_system_allows(tmp_path):
    with atomic_write(tmp_path / ("n" * 255)) as file:
        file.write(b"x")
    assert len(files_in(tmp_path)[0]) == 255


@pytest.mark.parametrize("name", ["missing/file", "."])
def test_impossible_paths_are_explained(tmp_path, name):
    with (
        pytest.raises(FormatError, match="there is no folder|is a folder|not a regular file"),
        atomic_write(tmp_path / name),
    ):
        pytest.fail("the block must not run")
    assert files_in(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs a device file")
def test_devices_are_never_replaced():
    with pytest.raises(FormatError, match="regular"), atomic_write("/dev/null"):
        pytest.fail("the block must not run")


def write_folder(path, content="new"):
    with atomic_folder(path, ("a", "b"), ("c",)) as folder:
        (folder / "a").write_text(content)
        (folder / "b").write_text(content)


def test_new_folder_appears_whole(tmp_path):
    with atomic_folder(tmp_path / "new", ("a",)) as folder:
        (folder / "a").write_text("content")
        assert not (tmp_path / "new").exists()
    assert (tmp_path / "new" / "a").read_text() == "content"
    assert files_in(tmp_path) == ["new"]


@pytest.mark.parametrize("before", [[], ["a", "b"], ["a", "b", "c"]])
def test_folders_of_the_same_files_are_replaced(tmp_path, before):
    (tmp_path / "old").mkdir(0o750)
    for name in before:
        (tmp_path / "old" / name).write_text("old")
    write_folder(tmp_path / "old")
    assert sorted(files_in(tmp_path / "old")) == ["a", "b"]
    assert (tmp_path / "old" / "a").read_text() == "new"
    assert (tmp_path / "old").stat().st_mode & 0o777 == 0o750
    assert files_in(tmp_path) == ["old"]


@pytest.mark.parametrize(
    ("before", "reason"), [(["a", "b", "thesis.doc"], "there is 'thesis.doc' in it"), (["a"], "there is no 'b' in it")]
)
def test_folders_with_anything_else_are_left_alone(tmp_path, before, reason):
    (tmp_path / "old").mkdir()
    for name in before:
        (tmp_path / "old" / name).write_text("old")
    with pytest.raises(FormatError, match=reason):
        write_folder(tmp_path / "old")
    assert sorted(files_in(tmp_path / "old")) == before
    assert files_in(tmp_path) == ["old"]


def test_a_folder_or_link_of_a_known_name_is_not_deleted(tmp_path):
    write_folder(tmp_path / "old", "old")
    (tmp_path / "old" / "b").unlink()
    (tmp_path / "old" / "b").mkdir()
    with pytest.raises(FormatError, match="there is 'b' in it"):
        write_folder(tmp_path / "old")
    assert (tmp_path / "old" / "b").is_dir()


def test_a_file_is_not_replaced_by_a_folder(tmp_path):
    (tmp_path / "old").write_text("old")
    with pytest.raises(FormatError, match="is a file"):
        write_folder(tmp_path / "old")
    assert (tmp_path / "old").read_text() == "old"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_failure_keeps_the_old_folder_and_leaves_nothing(tmp_path, error):
    write_folder(tmp_path / "kept", "old")
    with pytest.raises(error), atomic_folder(tmp_path / "kept", ("a", "b")) as folder:
        (folder / "a").write_text("half")
        raise error
    assert (tmp_path / "kept" / "a").read_text() == "old"
    assert files_in(tmp_path) == ["kept"]


def test_links_to_folders_survive(tmp_path):
    write_folder(tmp_path / "target", "old")
    (tmp_path / "link").symlink_to(tmp_path / "target", target_is_directory=True)
    write_folder(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target" / "a").read_text() == "new"
