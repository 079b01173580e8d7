import sys
from pathlib import Path

import pytest

from firth.errors import FormatError
from firth.formats.atomic import atomic_write


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


@pytest.mark.parametrize("place", ["missing/file", "."])
def test_impossible_places_are_explained(tmp_path, place):
    with pytest.raises(FormatError, match="does not exist|not a regular file"), atomic_write(tmp_path / place):
        pytest.fail("the block must not run")
    assert files_in(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs a device file")
def test_devices_are_never_replaced():
    with pytest.raises(FormatError, match="regular"), atomic_write("/dev/null"):
        pytest.fail("the block must not run")
