"""Several settings on one text, from the command line."""

import json
import signal
import subprocess
import sys
import time

import pytest

LINES = ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog met"] * 40
QUICK = ("--vector-size", 8, "--min-count", 1, "--threads", 1)


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(LINES), encoding="utf-8")
    return path


def test_json_has_everything(firth, corpus, tmp_path):
    (tmp_path / "q.txt").write_text("cat mat dog log\ncat mat dog lion\n")
    grid = ("--window", "1,3", "--learning-rate", "0.05, 0.1", "--no-shrink-window")
    done = firth("sweep", corpus, *QUICK, *grid, "--words", "cat,dog", "--analogies", "q.txt", "-o", "kept", "--json")
    printed = json.loads(done.stdout)
    assert printed["interrupted"] is False
    assert [cell["settings"] for cell in printed["cells"]] == [
        {"window": window, "learning_rate": rate} for window in (1, 3) for rate in (0.05, 0.1)
    ]
    for cell in printed["cells"]:
        assert set(cell["neighbours"]) == {"cat", "dog"}
        assert {"word", "similarity"} == set(cell["neighbours"]["cat"][0])
        assert (cell["scores"]["q.txt"]["covered"], cell["scores"]["q.txt"]["coverage"]) == (1, 0.5)
        assert cell["hyperparameters"]["vector_size"] == 8
        assert cell["hyperparameters"]["shrink_window"] is False
        assert (tmp_path / cell["model"]).is_file()
    assert (tmp_path / "kept" / "window-3-learning-rate-0.1.firth").is_file()


def test_tables_for_people(firth, corpus):
    done = firth("sweep", corpus, *QUICK, "--window", "1,3", "--words", "cat", "-n", 3)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[:2] == [["cat"], ["window", "most", "similar"]]
    assert [(line[0], len(line)) for line in lines[2:4]] == [("1", 4), ("3", 4)]
    assert "scores" in done.stdout
    assert "Model 2 of 2: window 3" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--window", "2,wide"], "--window: 'wide' must be a whole number"),
        (["--learning-rate", "0.1,"], "--learning-rate: '' must be a number"),
        (["--window", "2,0"], "window=0"),
    ],
)
def test_errors_come_before_the_training(firth, corpus, arguments, message):
    (line,) = firth("sweep", corpus, *QUICK, *arguments, code=2).stderr.splitlines()
    assert message in line


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_shows_the_models_that_are_done(corpus, tmp_path):
    command = [sys.executable, "-m", "firth", "sweep", corpus, *QUICK, "--words", "cat", "--epochs", "1,1000000"]
    messages = tmp_path / "stderr.txt"
    with messages.open("w") as stderr:
        process = subprocess.Popen(
            list(map(str, command)),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            # A test run started in the background ignores SIGINT, and so would its children.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        while "epoch 1 of 1000000" not in messages.read_text() and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert messages.read_text().endswith("firth: stopped early, after 1 of 2 models\n")
    assert stdout.startswith("cat\nepochs  most similar")
