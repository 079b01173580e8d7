"""What a killed process leaves next to a file or folder is found and removed, and what a living one uses is not."""

import signal
import subprocess
import sys
import threading
import time

import pytest

import firth
from firth.formats.atomic import atomic_folder, atomic_write, exchange_by_renaming, replace_in_use
from firth.formats.detect import read_any
from firth.formats.temporary import Lock, aside_of, settle

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX locks, links and permissions")

WRITER = """
import sys, time
from firth.formats.atomic import atomic_folder, atomic_write
if sys.argv[2] == "file":
    with atomic_write(sys.argv[1]) as file:
        file.write(b"half")
        file.flush()
        print("writing", flush=True)
        time.sleep(60)
with atomic_folder(sys.argv[1], ("a", "b")) as folder:
    (folder / "a").write_text("half")
    print("writing", flush=True)
    time.sleep(60)
"""


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def writer(path, kind):
    """A process that is in the middle of writing."""
    child = subprocess.Popen([sys.executable, "-c", WRITER, str(path), kind], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"writing\n"
    return child


def write_file(path):
    with atomic_write(path) as file:
        file.write(b"new")


def write_folder(path):
    with atomic_folder(path, ("a", "b")) as folder:
        (folder / "a").write_text("new")
        (folder / "b").write_text("new")


@posix
@pytest.mark.parametrize(("kind", "write"), [("file", write_file), ("folder", write_folder)])
def test_the_next_writer_removes_what_a_killed_one_left(tmp_path, kind, write):
    write(tmp_path / "x")
    child = writer(tmp_path / "x", kind)
    write(tmp_path / "x")
    assert len(names_in(tmp_path)) == 2  # the other one is still writing
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert len(names_in(tmp_path)) == 2
    write(tmp_path / "y")  # has nothing to do with it
    assert len(names_in(tmp_path)) == 3
    write(tmp_path / "x")
    assert names_in(tmp_path) == ["x", "y"]


@posix
def test_other_files_that_look_like_temporary_ones_stay(tmp_path):
    with atomic_write(tmp_path / "x") as file:
        name = next(path.name for path in tmp_path.iterdir())
        file.write(b"")
    (tmp_path / "kept").write_text("mine")
    (tmp_path / name).symlink_to(tmp_path / "kept")
    write_file(tmp_path / "x")
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    (tmp_path / name / "thesis").write_text("mine")
    write_folder(tmp_path / "y")
    write_file(tmp_path / "x")
    assert names_in(tmp_path) == sorted([name, "kept", "x", "y"])
    assert (tmp_path / name / "thesis").read_text() == "mine"


@posix
def test_as_many_writers_at_once_as_like(tmp_path):
    writers = [atomic_write(tmp_path / "x") for _ in range(20)]
    for i, entered in enumerate(writers):
        entered.__enter__().write(b"%d" % i)
    assert len(names_in(tmp_path)) == 20
    for entered in writers:
        entered.__exit__(None, None, None)
    assert names_in(tmp_path) == ["x"]
    assert (tmp_path / "x").read_bytes() == b"19"


@posix
def test_a_folder_that_was_put_aside_is_put_back_by_a_reader_and_by_a_writer(tmp_path):
    """A system that cannot exchange two names, and a process that was killed between two renames."""
    vectors = firth.WordVectors(["a", "b"], [[1, 2], [3, 4]])
    for heal in (read_any, lambda path: vectors.save(path, "numpy")):
        vectors.save(tmp_path / "x", "numpy")
        (tmp_path / "x").rename(aside_of(tmp_path / "x"))
        heal(tmp_path / "x")
        assert names_in(tmp_path) == ["x"]
        assert list(firth.load(tmp_path / "x")) == ["a", "b"]


@posix
def test_a_reader_waits_for_a_writer_that_put_the_folder_aside(tmp_path):
    write_folder(tmp_path / "x")
    aside = aside_of(tmp_path / "x")
    with Lock.of(tmp_path / "x"):
        (tmp_path / "x").rename(aside)
        found = []
        reader = threading.Thread(target=lambda: (settle(tmp_path / "x"), found.append((tmp_path / "x").exists())))
        reader.start()
        time.sleep(0.05)
        write_folder(tmp_path / "z")
        (tmp_path / "z").rename(tmp_path / "x")
        reader.join()
    assert found == [True]
    assert (tmp_path / "x" / "a").read_text() == "new"


def test_exchange_by_renaming(tmp_path):
    write_folder(tmp_path / "x")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a").write_text("newer")
    (tmp_path / "x" / "thesis").write_text("added in the last moment")
    exchange_by_renaming(tmp_path / "new", tmp_path / "x", {"a", "b"})
    assert names_in(tmp_path) == ["x"]
    assert (tmp_path / "x" / "a").read_text() == "newer"
    assert (tmp_path / "x" / "thesis").read_text() == "added in the last moment"
    with pytest.raises(OSError, match="none"):
        exchange_by_renaming(tmp_path / "none", tmp_path / "x", {"a", "b"})
    assert names_in(tmp_path) == ["x"]


def test_a_file_that_windows_will_not_replace(tmp_path):
    """Read-only, or open in another process: it makes way under another name."""
    for name, content in (("x", "old"), ("new", "new")):
        (tmp_path / name).write_text(content)
    (tmp_path / "x").chmod(0o444)
    replace_in_use(tmp_path / "new", tmp_path / "x")
    assert names_in(tmp_path) == ["x"]
    assert (tmp_path / "x").read_text() == "new"
    assert not (tmp_path / "x").stat().st_mode & 0o222
    with pytest.raises(OSError, match="none"):
        replace_in_use(tmp_path / "none", tmp_path / "x")
    assert names_in(tmp_path) == ["x"]
