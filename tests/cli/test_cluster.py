"""Options of `firth train` for clusters that do not go together; tests/unit/distributed trains on one."""

import subprocess
import sys

import pytest


def run(*arguments):
    command = [sys.executable, "-m", "firth", "train", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--nodes", "3"], "--nodes: applies only with --ray ADDRESS"),
        (["--overlap"], "--overlap: applies only with --ray ADDRESS"),
        (["--ray", "auto", "--continue", "MODEL"], "--continue with --ray: a model learns a new text on one machine"),
        (["--ray", "auto", "--objective", "softmax"], "objective='softmax': a cluster trains with negative_sampling"),
    ],
)
def test_options_that_do_not_go_together(tmp_path, options, message):
    (tmp_path / "text.txt").write_text("a b c\n" * 20)
    if "MODEL" in options:
        assert run(tmp_path / "text.txt", "-o", tmp_path / "old.firth", "--epochs=1", "--vector-size=8").returncode == 0
        options = [tmp_path / "old.firth" if option == "MODEL" else option for option in options]
    done = run(tmp_path / "text.txt", "-o", tmp_path / "model.firth", *options)
    assert done.returncode != 0 and message in done.stderr.replace("\n", " ")
    assert not (tmp_path / "model.firth").exists()
