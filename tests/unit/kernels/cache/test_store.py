"""Compiled code that is damaged, cannot be kept or cannot be read is compiled again."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from firth.errors import FirthWarning
from firth.kernels.cache import store as cache_store
from firth.kernels.cache.folder import CacheFolder
from firth.kernels.cache.store import CodeStore
from firth.kernels.compile import kernel


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store of its own, also for the kernels that this test compiles."""
    own = CodeStore(CacheFolder(tmp_path, ()))
    monkeypatch.setattr(cache_store, "code_store", lambda: own)
    return own


def add_one(numbers):
    for i in range(len(numbers)):
        numbers[i] += 1


def compiled_again() -> bool:
    """Run the kernel as a new process would; whether it had to be compiled."""
    dispatcher = kernel(add_one)
    numbers = np.zeros(3)
    dispatcher(numbers)
    assert numbers.tolist() == [1, 1, 1]
    return sum(dispatcher.stats.cache_hits.values()) == 0


def kernel_files(store):
    return [file for file in store.folder.iterdir() if file.name.startswith("test_store.add_one-")]


def test_a_kernel_is_compiled_once(store):
    assert [compiled_again(), compiled_again()] == [True, False]
    assert [file.suffix for file in kernel_files(store)] == [".nbc"]
    assert store.has("test_store.add_one-*.nbc")


def emptied(content):
    return b""


def halved(content):
    return content[: len(content) // 2]


def flipped_in_front(content):
    return bytes([content[0] ^ 1]) + content[1:]


def flipped_in_the_middle(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def longer(content):
    return content + b"0"


@pytest.mark.parametrize("damage", [emptied, halved, flipped_in_front, flipped_in_the_middle, longer])
def test_a_damaged_file_is_replaced(store, damage):
    compiled_again()
    (file,) = kernel_files(store)
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert store.read(file.name) is None
    assert [compiled_again(), compiled_again()] == [True, False]


def test_what_another_numba_wrote_is_replaced(store):
    compiled_again()
    (file,) = kernel_files(store)
    store.write(file.name, b"a whole file, but not of this Numba")
    assert [compiled_again(), compiled_again()] == [True, False]


def test_without_a_folder_everything_is_compiled(monkeypatch):
    own = CodeStore(CacheFolder(None, ("/a: others may write to it",)))
    monkeypatch.setattr(cache_store, "code_store", lambda: own)
    assert [compiled_again(), compiled_again()] == [True, True]
    assert own.has("test_store.add_one-*.nbc"), "known in this process"


@pytest.mark.parametrize(
    ("given", "folder", "refused", "message"),
    [
        ("/a", None, ("/a: others may write to it", "no home"), "every process compiles it again"),
        ("", None, ("no home",), "every process compiles it again"),
        ("/a", Path("/b"), ("/a: others may write to it",), r"is kept in /b \(/a: others may write to it\)"),
        ("", Path("/b"), ("no home",), None),
        ("/a", Path("/a"), (), None),
    ],
)
def test_code_that_is_kept_elsewhere_or_not_at_all_is_a_warning(given, folder, refused, message, monkeypatch):
    monkeypatch.setenv("FIRTH_CACHE_DIR", given)
    monkeypatch.setattr(cache_store, "choose_folder", lambda: CacheFolder(folder, refused))
    new_process = cache_store.code_store.__wrapped__
    if message is None:
        new_process()
    else:
        with pytest.warns(FirthWarning, match=message):
            new_process()


def test_a_folder_that_cannot_be_written_costs_only_the_keeping(store):
    store.folder = store.folder / "gone"
    with pytest.warns(FirthWarning, match="could not be kept in"):
        assert compiled_again()
    assert compiled_again()  # without another warning
    store.mark("some.prepared")
    assert not (store.folder / "some.prepared").exists()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="limits of the size of files are POSIX's")
def test_a_full_disk_costs_only_the_keeping(tmp_path):
    """A process that may write no more than 100 bytes to a file trains all the same."""
    program = (
        "import resource, signal\n"
        "from firth.corpus import encode\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "print(encode(['tea milk tea'], min_count=1).vocabulary.words)\n"
    )
    environment = {**os.environ, "FIRTH_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.stdout == "['tea', 'milk']\n", done.stderr
    assert done.stderr.count("FirthWarning: compiled code could not be kept in") == 1
    assert "File too large" in done.stderr
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == []


def test_what_a_killed_process_left_is_removed(store):
    old, young = store.folder / "a.nbc.1-1.tmp", store.folder / "b.nbc.2-2.tmp"
    for file, age in ((old, 2 * 3600), (young, 10)):
        file.write_bytes(b"")
        os.utime(file, (time.time() - age,) * 2)
    store.write("c.nbc", b"code")
    assert sorted(file.name for file in store.folder.iterdir()) == [young.name, "c.nbc"]
