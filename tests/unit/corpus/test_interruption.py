"""Ctrl-C and errors while a corpus is read: no thread works on, and none writes to what is already closed."""

import subprocess
import sys
import threading

import pytest

from firth.corpus import encode
from firth.corpus.pieces import BlockSizes
from threads_left import threads_left

TINY = BlockSizes(piece=64, part=512, stream=64)  # many pieces, and many streams to temporary files


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("some words of a text that is long enough to be interrupted\n" * 40_000)
    return path


# One of each way in which a corpus is read.
CORPORA = {
    "file": lambda path: path,
    "files": lambda path: [path, path],
    "stream": lambda path: path.open("rb"),
    "texts": lambda path: iter(["some words\n" * 10] * 20_000),
    "token lists": lambda path: iter([["some", "words"]] * 400_000),
}


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
@pytest.mark.parametrize("way", CORPORA)
def test_an_error_in_the_progress_callback_ends_all_threads(text, error, way, monkeypatch):
    failures = []
    monkeypatch.setattr(threading, "excepthook", failures.append)  # a thread that fails after the call has returned
    before = threading.active_count()

    def interrupt(progress):
        raise error

    corpus = CORPORA[way](text)
    with pytest.raises(error):
        encode(corpus, progress=interrupt, threads=3, memory_limit=0, blocks=TINY, min_count=1)
    assert threads_left(before) == before
    assert not failures
    if hasattr(corpus, "close"):
        corpus.close()


PROGRAM = """
import _thread, gzip, os, pathlib, random, signal, sys, threading, time
from firth.corpus import encode
from firth.corpus.pieces import BlockSizes

folder = sys.argv[1]
line = b"some words of a text that is long enough to be interrupted\\n"
plain, packed = pathlib.Path(folder, "a.txt"), pathlib.Path(folder, "a.gz")
plain.write_bytes(line * 6_000)
packed.write_bytes(gzip.compress(line * 6_000))
blocks = BlockSizes(piece=256, part=4096, stream=256)
corpora = [lambda: plain, lambda: packed, lambda: [plain, packed], lambda: iter([line.decode()] * 6_000)]
options = dict(threads=3, memory_limit=0, blocks=blocks, min_count=1)
late = []
threading.excepthook = late.append

for corpus in corpora:
    encode(corpus(), **options)  # compiled, and the threads have been imported
began = time.perf_counter()
for corpus in corpora:
    encode(corpus(), **options)
usual = (time.perf_counter() - began) / len(corpora)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background has it ignored
random.seed(1)
interrupted = left = 0
for attempt in range(40):
    try:
        threading.Timer(random.random() * usual, os.kill, (os.getpid(), signal.SIGINT)).start()
        encode(corpora[attempt % len(corpora)](), **options)
        for _ in range(6000):  # the signal comes; one that comes just before a sleep is noticed after it
            time.sleep(0.01)
    except KeyboardInterrupt:
        interrupted += 1
    for _ in range(100):  # a thread that has signalled its end still needs a moment to be gone
        if threading.active_count() == 1:
            break
        time.sleep(0.02)
    left += threading.active_count() - 1
print("interrupted:", interrupted, "left:", left, "late:", len(late))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_at_any_moment_ends_all_threads(tmp_path):
    """Also inside Thread.start(), which Python 3.11 and 3.12 leave in doubt whether a thread runs."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.stdout == "interrupted: 40 left: 0 late: 0\n", done.stderr
