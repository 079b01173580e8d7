"""Every command that writes finds out at its start whether it can: the files that it would read are not even there."""

from pathlib import Path

import pytest

from firth.cli.main import GROUPS, main

WRITING = {
    "train": ["train", "missing.txt", "-o", "{target}.firth"],
    "train, compressed": ["train", "missing.txt", "-o", "{target}.firth.xz"],
    "lm train": ["lm", "train", "missing.txt", "-o", "{target}"],
    "lm mix": ["lm", "mix", "missing.lm", "missing.lm", "--held-out", "missing.txt", "-o", "{target}"],
    "index": ["index", "missing.firth", "-o", "{target}"],
    "index next to the model": ["index", "{target}"],
    "convert": ["convert", "missing.firth", "{target}.txt"],
    "convert to a folder": ["convert", "missing.firth", "{target}", "--format", "numpy"],
    "examples": ["examples", "--input", "missing.txt", "-o", "{target}.csv"],
    "examples as parquet": ["examples", "--input", "missing.txt", "-o", "{target}.parquet"],
    "people": ["people", "missing.csv", "-o", "{target}.firth"],
    "sweep": ["sweep", "missing.txt", "-o", "{target}"],
    "demo": ["demo", "-o", "{target}.firth"],
    **{
        f"plot {name}": ["plot", name, *arguments, "-o", "{target}.svg"]
        for name, arguments in {
            "strips": ["missing.firth", "king"],
            "analogy": ["missing.firth", "king - man"],
            "matrix": ["missing.firth", "king", "man"],
            "map": ["missing.firth"],
            "neighbours": ["missing.firth", "king"],
            "axes": ["missing.firth", "king"],
            "training": ["missing.firth"],
            "people": ["missing.csv"],
            "line": ["1000"],
        }.items()
    },
}


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """The error line of a command, run in this process in an empty folder; it leaves nothing behind."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(list(map(str, arguments)))
        printed = capsys.readouterr()
        assert (ended.value.code, printed.out) == (2, "")
        assert not list(tmp_path.iterdir())
        (line,) = printed.err.splitlines()
        return line

    return run


@pytest.mark.parametrize("command", WRITING)
def test_targets_are_tried_first(refused, command):
    arguments = WRITING[command]
    line = refused(*(argument.format(target=Path("nowhere", "of-mine")) for argument in arguments))
    assert "nowhere" in line
    assert "there is no folder" in line
    assert "missing" not in line
    if not Path("/sys/kernel").is_dir():
        return
    line = refused(*(argument.format(target="/sys/kernel/of-mine") for argument in arguments))
    assert line.startswith("firth: /sys/kernel/of-mine")
    assert "nothing can be created in the folder /sys/kernel" in line


def test_every_picture_is_among_them():
    assert {f"plot {name}" for name in GROUPS["plot"]} <= set(WRITING)
