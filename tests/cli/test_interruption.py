"""Ctrl-C while `firth train` writes over an earlier model."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from firth import Word2Vec, load

SENTENCES = ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog met"] * 40
COMMAND = [sys.executable, "-m", "firth", "train", "corpus.txt", "-o", "m.firth", "--min-count", "1", "--threads", "1"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_earlier_model_stays_until_the_new_one_is_complete(tmp_path):
    (tmp_path / "corpus.txt").write_text("\n".join(SENTENCES), encoding="utf-8")
    subprocess.run([*COMMAND, "--vector-size", "5", "--quiet"], cwd=tmp_path, check=True)
    before = (tmp_path / "m.firth").read_bytes()

    messages = tmp_path / "stderr.txt"
    with messages.open("w") as stderr:
        process = subprocess.Popen(
            [*COMMAND, "--vector-size", "8", "--epochs", "1000000000"],
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            cwd=tmp_path,
            # A test run started in the background ignores SIGINT, and so would its children.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        while "epoch 3 " not in messages.read_text() and process.poll() is None:
            assert (tmp_path / "m.firth").read_bytes() == before
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=60)

    assert code == 130, messages.read_text()
    assert messages.read_text().endswith("firth: stopped early; the vectors so far are in m.firth\n")
    model = Word2Vec.load(tmp_path / "m.firth")
    assert model.vectors.vector_size == 8
    assert len(model.history) >= 3
    assert np.isfinite(model.vectors.matrix).all()
    np.testing.assert_array_equal(load(tmp_path / "m.firth").matrix, model.vectors.matrix)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.txt", "m.firth", "stderr.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_before_training_leaves_the_earlier_model(tmp_path):
    """While the text is still being read, here from standard input that never ends, there is nothing to save."""
    (tmp_path / "corpus.txt").write_text("\n".join(SENTENCES), encoding="utf-8")
    subprocess.run([*COMMAND, "--vector-size", "5", "--quiet"], cwd=tmp_path, check=True)
    before = (tmp_path / "m.firth").read_bytes()
    process = subprocess.Popen(
        ["-" if part == "corpus.txt" else part for part in COMMAND],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    # A pipe holds far less than this: when all is written, the text is being read.
    process.stdin.write(("\n".join(SENTENCES) + "\n").encode() * 500)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert stderr.decode() == "Reading …\nfirth: stopped\n"
    assert stdout == b""
    assert (tmp_path / "m.firth").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.txt", "m.firth"]
