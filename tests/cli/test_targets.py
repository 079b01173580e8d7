"""Every command that writes finds out at its start whether it can: the files that it would read are not even there."""

import json
from pathlib import Path

import pytest

from firth import NgramModel
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
    "sweep": ["sweep", "-", "-o", "{target}"],
    "recommend train": ["recommend", "train", "missing.csv", "-o", "{target}.firth"],
    "recommend demo": ["recommend", "demo", "--events", "missing.csv", "-o", "{target}.firth"],
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


# ---------------------------------------------------------------- other things that are found first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["convert", "damaged.txt", "kjv", "--format", "sentence-transformers", "--sif", "0"], "sif=0.0: must be"),
        (["index", "damaged.txt", "--recall", "1.5"], "recall=1.5"),
        (["index", "damaged.txt", "--links", "1"], "links=1"),
        (["evaluate", "damaged.txt", "missing.txt"], "missing.txt"),
        (["align", "damaged.txt", "missing.txt"], "missing.txt"),
        (["plot", "map", "damaged.txt", "--groups", "missing.txt", "-o", "a.json"], "missing.txt"),
        (["lm", "train", "text.txt", "--model", "neural", "--held-out", "missing.txt", "-o", "m.lm"], "missing.txt"),
        (["lm", "train", "-", "--model", "neural", "--held-out", "-", "-o", "m.lm"], "are both standard input"),
        (["lm", "fill", "m.lm", "a ___ b", "--cbow", "missing.firth"], "missing.firth"),
        (["sweep", "text.txt", "--analogies", "missing.txt"], "missing.txt"),
        (["train", "text.txt", "-o", "m.txt"], "ends in .firth"),
        (["train", "text.txt", "-o", "m.firth", "--vector-size", "0"], "vector_size=0"),
        (["recommend", "train", "missing.csv", "-o", "m.firth", "--vector-size", "0"], "vector_size=0"),
        (["recommend", "train", "missing.csv", "-o", "m.firth", "--weights", "buy"], "--weights: 'buy'"),
        (["examples", "tea"], "there are no examples"),
        (["examples", "tea", "--steps"], "there are no examples"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_wrong_is_reported_before_the_work(tmp_path, monkeypatch, capsys, arguments, message):
    """The files that are read take long, or are damaged: neither is what the error is about."""
    monkeypatch.chdir(tmp_path)
    Path("damaged.txt").write_text("a 1\nb x\n")
    Path("text.txt").write_text("one\n")  # on which nothing can be trained
    NgramModel(order=2, min_count=1).fit(["a c b"], progress=False).save("m.lm")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    (line,) = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert message in line
    assert sorted(tmp_path.iterdir()) == before


def test_a_held_out_text_from_a_pipe_is_read_once(firth, tmp_path):
    for order in (1, 2):
        NgramModel(order=order, min_count=1).fit(["a c b", "a b"], progress=False).save(tmp_path / f"{order}.lm")
    mixed = firth("lm", "mix", "1.lm", "2.lm", "--held-out", "-", "-o", "both.lm", "--json", input="a c b\n")
    one, other = json.loads(mixed.stdout)["models"]
    assert one["weight"] + other["weight"] == pytest.approx(1)
    assert json.loads(mixed.stdout)["perplexity"] <= min(one["perplexity"], other["perplexity"]) + 1e-6
