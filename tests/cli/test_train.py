"""Training from the command line."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest

from firth import Word2Vec, load
from firth.training.hyperparameters import Hyperparameters

SENTENCES = ["the cat sat on the mat", "the dog sat on the log", "a cat and a dog met"] * 40
QUICK = ("--vector-size", 8, "--min-count", 1, "--threads", 1, "--seed", 3)


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(SENTENCES), encoding="utf-8")
    return path


def test_train_saves_a_model_and_says_so(firth, corpus, tmp_path):
    done = firth("train", corpus, "-o", "small.firth", *QUICK, "--epochs", 2)
    assert "720 in the text" in " ".join(done.stdout.split())
    assert "10 different words" in done.stdout
    assert "Next: firth similar small.firth" in done.stdout
    assert "epoch 2 of 2" in done.stderr
    model = Word2Vec.load(tmp_path / "small.firth")
    assert model.vectors.vector_size == 8
    assert model.hyperparameters.epochs == 2
    assert len(model.history) == 2
    facts = json.loads(firth("info", "small.firth", "--json").stdout)
    assert facts["hyperparameters"]["seed"] == 3
    assert "vector size" in firth("info", "small.firth").stdout


def test_json_is_pure_and_the_same_as_the_api(firth, corpus, tmp_path):
    done = firth("train", corpus, "-o", "small.firth", *QUICK, "--json")
    summary = json.loads(done.stdout)
    same = Word2Vec(vector_size=8, min_count=1, threads=1, seed=3).fit(corpus, progress=False)
    assert summary["words"] == 720
    assert summary["interrupted"] is False
    assert [record["loss"] for record in summary["history"]] == [record.loss for record in same.history]
    assert (load(tmp_path / "small.firth").matrix == same.vectors.matrix).all()


def test_standard_input_quietly(firth, tmp_path):
    done = firth("train", "-", "-o", "m.firth", *QUICK, "--quiet", input="\n".join(SENTENCES))
    assert done.stdout == ""
    assert "cat" in load(tmp_path / "m.firth")


def test_several_files_and_switches(firth, corpus, tmp_path):
    arguments = ("--architecture", "cbow", "--no-shrink-window", "--tokenizer", "whitespace")
    firth("train", corpus, corpus, "-o", "m.firth", *QUICK, *arguments, "--quiet")
    model = Word2Vec.load(tmp_path / "m.firth")
    assert model.vocabulary.total_words == 2 * 720
    assert model.hyperparameters.architecture == "cbow"
    assert model.hyperparameters.shrink_window is False
    assert model.hyperparameters.tokenizer == "whitespace"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--vector-size", "0"], "vector_size=0"),
        (["--architecture", "glove"], "architecture='glove'"),
        (["--window", "wide"], "--window"),
        (["-o", "corpus.txt"], "corpus.txt"),
        (["-o", "nowhere/m.firth"], "nowhere"),
        (["--min-count", "1000"], "min_count"),
    ],
)
def test_errors_leave_no_file(firth, corpus, tmp_path, arguments, message):
    before = corpus.read_text()
    done = firth("train", corpus, "-o", "m.firth", *arguments, code=2)
    assert done.stderr.splitlines()[-1].startswith("firth: ")
    assert message in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus.txt"]
    assert corpus.read_text() == before


def test_a_text_instead_of_a_path_is_an_error(firth):
    assert "thou shalt" in firth("train", "thou shalt", "-o", "m.firth", code=2).stderr


@pytest.mark.parametrize("command", ["train", "sweep"])
def test_the_help_explains_every_hyperparameter(firth, command):
    shown = "".join(firth(command, "--help").stdout.split())  # however lines are broken
    for setting in Hyperparameters.describe():
        assert f"--{setting.name.replace('_', '-')}" in shown
        help = re.sub(r"\((\d+),(\d+)\)", r"\1-\2", "".join(setting.help.split()))  # as the option takes two numbers
        assert f"{help[0].upper()}{help[1:]}." in shown
        if setting.name != "shrink_window":  # True is shown as "on"
            assert "".join(f"[default: {setting.default}".split()) in shown


def test_a_setting_that_does_not_apply_is_refused(firth, corpus, tmp_path):
    error = firth("train", corpus, "-o", "m.firth", "--cbow-gradient", "exact", code=2).stderr
    assert "cbow_gradient='exact': applies only with architecture='cbow'" in error
    assert not (tmp_path / "m.firth").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_saves_what_was_learned(corpus, tmp_path):
    command = [sys.executable, "-m", "firth", "train", corpus, "-o", "m.firth", *QUICK]
    messages = tmp_path / "stderr.txt"
    with messages.open("w") as stderr:
        process = subprocess.Popen(
            [*map(str, command), "--epochs", "1000000"],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            cwd=tmp_path,
            # A test run started in the background ignores SIGINT, and so would its children.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        while "epoch 1 " not in messages.read_text() and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    shown = messages.read_text()
    assert shown.endswith("firth: stopped early; the vectors so far are in m.firth\n")
    assert "Traceback" not in shown
    assert "cat" in load(tmp_path / "m.firth")
    assert "saved" in stdout
