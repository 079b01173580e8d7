"""Replacing under hard conditions: readers at the same time, full disks, permissions of the old file."""

import contextlib
import errno
import os
import signal
import stat
import sys
import threading

import numpy as np
import pytest

import firth
from firth.errors import FormatError
from firth.formats.atomic import atomic_folder, atomic_write, exchange_by_renaming
from firth.formats.folder_reading import read_unchanged

if sys.platform != "win32":
    import resource

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions, links and limits")
FOLDERS = ["numpy", "projector", "projector-bytes", "sentence-transformers"]


def vectors_of(number, words=40):
    return firth.WordVectors([f"{number}-{i}" for i in range(words)], np.full((words, 3), number, np.float32))


@posix
@pytest.mark.parametrize("format", FOLDERS)
@pytest.mark.parametrize("system", ["that exchanges names", "that only renames"])
def test_a_folder_is_read_whole_while_it_is_replaced(tmp_path, monkeypatch, format, system):
    if system == "that only renames":
        monkeypatch.setattr("firth.formats.atomic.exchange", lambda first, second: False)
    vectors_of(1).save(tmp_path / "x", format)
    stop = threading.Event()

    def replace():
        number = 1
        while not stop.is_set():
            number = number % 9 + 1
            vectors_of(number, 30 + number).save(tmp_path / "x", format)

    writer = threading.Thread(target=replace)
    writer.start()
    try:
        seen = set()
        for reads in range(2000):
            read = firth.load(tmp_path / "x")
            number = int(read.matrix[0, 0])
            assert list(read) == [f"{number}-{i}" for i in range(len(read))]
            assert (read.matrix == number).all()
            seen.add(number)
            if reads > 20 and len(seen) > 2:
                break
    finally:
        stop.set()
        writer.join()
    assert len(seen) > 2
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@posix
def test_a_file_is_recognised_and_read_while_others_replace_it_in_another_format(tmp_path):
    """The first bytes of one format, and then the content of another."""
    path = tmp_path / "x"
    vectors_of(1).save(path, "firth")
    stop = threading.Event()

    def replace():
        while not stop.is_set():
            for format in ("word2vec-text", "word2vec-binary", "firth", "glove"):
                vectors_of(1).save(path, format)

    writer = threading.Thread(target=replace)
    writer.start()
    try:
        for _ in range(300):
            assert list(firth.load(path)) == list(vectors_of(1))
    finally:
        stop.set()
        writer.join()


def test_a_folder_that_changes_at_every_attempt_is_an_error(tmp_path):
    (tmp_path / "a").write_text("")
    attempts = []

    def read(folder):
        attempts.append(1)
        (folder / "a").write_text("x" * len(attempts))

    with pytest.raises(FormatError, match="changes again and again"):
        read_unchanged(tmp_path, read)
    assert read_unchanged(tmp_path, lambda folder: "read") == "read"


@contextlib.contextmanager
def files_of_at_most(size):
    """They fail at the same calls as a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


PACKINGS = ("", ".gz", ".bz2", ".xz", ".zst")


@posix
@pytest.mark.parametrize(
    "name", [*(f"x.{kind}{packing}" for kind in ("firth", "txt") for packing in PACKINGS), *FOLDERS]
)
def test_a_disk_that_gets_full_keeps_the_old_one_and_reports_it(tmp_path, name):
    path, format = tmp_path / name, name if name in FOLDERS else None
    matrix = np.random.default_rng(1).normal(size=(300, 20)).astype(np.float32)
    large = firth.WordVectors([f"w{i}" for i in range(300)], matrix)
    large.save(path, format)
    size = max(file.stat().st_size for file in ([path] if path.is_file() else path.iterdir()))
    vectors_of(7).save(path, format)
    for limit in (1, 10_000, size - 100, size - 1):  # the last two at the end of what is compressed
        with files_of_at_most(limit), pytest.raises(OSError, match=os.strerror(errno.EFBIG)) as raised:
            large.save(path, format)
        assert raised.value.filename == str(path)
        assert list(firth.load(path)) == list(vectors_of(7))
        assert [found.name for found in tmp_path.iterdir()] == [name]
    with files_of_at_most(size):
        large.save(path, format)
    assert list(firth.load(path)) == list(large)


@posix
def test_nobody_else_may_read_the_new_file_while_it_is_written(tmp_path):
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o640)
    with atomic_write(path):
        (temporary,) = (found for found in tmp_path.iterdir() if found.name != "secret")
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o640
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@posix
@pytest.mark.parametrize("exchanged", [True, False])
def test_files_of_a_replaced_folder_keep_their_permissions(tmp_path, monkeypatch, exchanged):
    if not exchanged:
        monkeypatch.setattr("firth.formats.atomic._take_place", exchange_by_renaming)
    path = tmp_path / "secret"
    vectors_of(1).save(path, "numpy")
    path.chmod(0o750)
    for file in path.iterdir():
        file.chmod(0o600)
    counted = firth.WordVectors(["a"], [[1]], [9])
    counted.save(path, "numpy")  # with a file that the old folder did not have
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()} == dict.fromkeys(
        ("vectors.npy", "words.txt", "counts.npy"), 0o600
    )
    with atomic_folder(path, ("vectors.npy", "words.txt"), ("counts.npy",)) as temporary:
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o700
        for name in ("vectors.npy", "words.txt"):
            (temporary / name).write_bytes((path / name).read_bytes())


KILLED = """
import os, signal, sys
from firth.formats.atomic import atomic_write
with atomic_write(sys.argv[1]) as file:
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_root_does_not_take_over_the_files_of_others(tmp_path):
    vectors_of(1).save(tmp_path / "x.firth")
    vectors_of(1).save(tmp_path / "x", "numpy")
    everything = [tmp_path / "x.firth", tmp_path / "x", *(tmp_path / "x").iterdir()]
    for path in everything:
        os.chown(path, 1234, 2345)
    vectors_of(2).save(tmp_path / "x.firth")
    vectors_of(2).save(tmp_path / "x", "numpy")
    assert {(path.stat().st_uid, path.stat().st_gid) for path in everything} == {(1234, 2345)}
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", KILLED, str(tmp_path / "x.firth")], os.environ)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 3
    vectors_of(2).save(tmp_path / "x.firth")
    assert len(list(tmp_path.iterdir())) == 2


@posix
@pytest.mark.parametrize(
    ("format", "name"),
    [
        ("numpy", "words.txt"),
        ("numpy", "vectors.npy"),
        ("projector", "metadata.tsv"),
        ("projector-bytes", "tensors.bytes"),
        ("sentence-transformers", "tokenizer.json"),
        ("sentence-transformers", "model.safetensors"),
    ],
)
def test_links_out_of_a_folder_are_refused(tmp_path, format, name):
    folder = tmp_path / "x"
    vectors_of(1).save(folder, format)
    (folder / name).rename(tmp_path / "elsewhere")
    (folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FormatError, match="outside its folder"):
        firth.load(folder)
    (folder / name).unlink()
    (tmp_path / "elsewhere").rename(folder / "elsewhere")
    (folder / name).symlink_to("elsewhere")
    assert list(firth.load(folder)) == list(vectors_of(1))


@posix
def test_the_cache_of_hugging_face_consists_of_links(tmp_path):
    folder, blobs = tmp_path / "models--x" / "snapshots" / "1", tmp_path / "models--x" / "blobs"
    folder.parent.mkdir(parents=True)
    vectors_of(1).save(folder, "sentence-transformers")
    blobs.mkdir()
    for file in list(folder.iterdir()):
        file.rename(blobs / f"hash-of-{file.name}")
        file.symlink_to(f"../../blobs/hash-of-{file.name}")
    assert list(firth.load(folder)) == list(vectors_of(1))


def test_a_name_that_no_file_can_have(tmp_path):
    vectors_of(1).save(tmp_path / "x", "projector-bytes")
    config = tmp_path / "x" / "projector_config.json"
    config.write_text(config.read_text().replace("tensors.bytes", "t" * 5000))
    with pytest.raises(FormatError, match=r"names the file 't{60}'…, which is not in the same folder"):
        firth.load(tmp_path / "x")
