"""`firth documents …` as processes, on documents of two topics."""

import json
import shutil
import sys

import numpy as np
import pytest

from firth import Doc2Vec
from firth.cli.main import main

QUICK = ["--vector-size", 20, "--epochs", 40, "--threads", 1, "--min-count", 1, "--subsample-threshold", 0]


@pytest.fixture
def reviews(tmp_path):
    """Lines of tags, a tab and words; topics are the first letters of tags and words."""
    rng = np.random.default_rng(0)
    lines = []
    for number in range(30):
        topic = "ab"[number % 2]
        words = [f"{topic}{i}" for i in rng.integers(0, 15, 40)] + [f"common{i}" for i in rng.integers(0, 5, 10)]
        lines.append(f"{topic} {number}, {topic} all\t{' '.join(words)}\n")
    (tmp_path / "reviews.txt").write_text("".join(lines), encoding="utf-8")
    return "reviews.txt"


def test_train_similar_and_nearest(firth, reviews):
    done = firth("documents", "train", reviews, "-o", "reviews.firth", "--tagged", *QUICK)
    assert "32" in done.stdout and "1,500, 35 different ones kept" in done.stdout
    assert "Next: firth documents similar reviews.firth a 0" in done.stdout
    found = json.loads(firth("documents", "similar", "reviews.firth", "a 4", "b all", "-n", 3, "--json").stdout)
    assert [one["tag"] for one in found] == ["a 4", "b all"]
    for one in found:
        assert [near["tag"][0] for near in one["similar"]] == [one["tag"][0]] * 3
    shown = firth("documents", "similar", "reviews.firth", "a 4", "-n", 3).stdout
    assert "most similar to a 4" in shown and found[0]["similar"][0]["tag"] in shown
    text = "b1 b2 b5 b7 b1 b9 b11 b12"
    near = json.loads(firth("documents", "nearest", "reviews.firth", text, "-n", 4, "--json").stdout)
    assert near[0]["text"] == text
    assert {one["tag"][0] for one in near[0]["nearest"]} == {"b"}
    assert "nearest to b1" in firth("documents", "nearest", "reviews.firth", text, "--epochs", 5).stdout


def test_documents_may_be_numbered(firth, reviews):
    summary = json.loads(firth("documents", "train", reviews, "-o", "numbers.firth", "--json", *QUICK).stdout)
    assert summary["documents"] == 30
    assert len(summary["history"]) == 40


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_it_goes_on_after_ctrl_c_as_it_says(firth, interrupted, reviews, tmp_path):
    """With tags, and with old documents, which have to be given again."""
    long = (tmp_path / reviews).read_text() * 40
    (tmp_path / "old.txt").write_text(long, encoding="utf-8")
    (tmp_path / "new.txt").write_text(long.replace(" all\t", " new\t"), encoding="utf-8")
    settings = ["--min-count", 1, "--threads", 1, "--vector-size", 20]
    arguments = "train", "old.txt", "-o", "m.firth", "--tagged", *settings, "--epochs", 40
    says = interrupted("documents", *arguments, "--checkpoint", "c.firth", epoch=3)
    assert says[-2] == "firth: stopped early; the vectors so far are in m.firth"
    assert says[-1] == "firth: to go on: firth documents train --resume c.firth --tagged old.txt -o m.firth"
    firth(*says[-1].split()[5:], "--quiet")
    firth("documents", *arguments[:3], "whole.firth", *arguments[4:], "--quiet")
    one, whole = (Doc2Vec.load(tmp_path / name) for name in ("m.firth", "whole.firth"))
    assert (one.documents.matrix == whole.documents.matrix).all()
    assert (one.context_vectors == whole.context_vectors).all()
    assert len(one.history) == 40

    going_on = "--continue", "m.firth", "--replay", "old.txt", "--replay-words", 1, "--epochs", 40
    arguments = "documents", "train", "new.txt", "-o", "n.firth", "--tagged", *going_on
    says = interrupted(*arguments, "--checkpoint", "d.firth", epoch=43)
    command = "firth documents train --resume d.firth --tagged --replay old.txt new.txt -o n.firth"
    assert says[-1] == f"firth: to go on: {command}"
    firth(*command.split()[1:], "--quiet")
    firth(*arguments[:4], "whole.firth", *arguments[5:], "--quiet")
    one, whole = (Doc2Vec.load(tmp_path / name) for name in ("n.firth", "whole.firth"))
    assert list(one.documents.words)[-2:] == ["a new", "b new"]
    assert (one.documents.matrix == whole.documents.matrix).all()
    assert one.history.last_epoch == 80


def test_words_and_documents_may_start_at_given_vectors(firth, reviews, tmp_path):
    train = "documents", "train", reviews, "--tagged", *QUICK[:2], *QUICK[4:], "--quiet"
    firth(*train, "--epochs", 1, "-o", "first.firth")
    firth(*train, "--epochs", 2, "-o", "second.firth", "--initial", "first.firth", "--frozen", 0)
    first, second = (Doc2Vec.load(tmp_path / f"{name}.firth") for name in ("first", "second"))
    assert (second.vectors.matrix == first.vectors[second.vectors.words]).all()
    assert (second.documents.matrix != first.documents.matrix).any()
    for options, problem in {
        ("--frozen", 0): "--frozen: applies only with --continue or --initial",
        ("--initial", "first.firth", "--continue", "first.firth"): "--continue with --initial",
        ("--initial", "first.firth", "--vector-size", 7): "set vector_size=20",
    }.items():
        assert problem in firth(*train[:4], "-o", "x.firth", *options, code=2).stderr


def test_a_model_that_does_not_fit_is_not_trained(tmp_path, monkeypatch, capsys):
    """Ten words of 65,536 numbers in two matrices, and nine documents: 7.6 MB, of which 4 MB are free."""
    monkeypatch.chdir(tmp_path)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=4_000_000))
    (tmp_path / "t.txt").write_text("a b c d e f g h i j\n" * 9)
    command = ["documents", "train", "t.txt", "-o", "m.firth", "-q", "--vector-size", "65536", "--min-count", "1"]
    with pytest.raises(SystemExit) as ended:
        main([*command, "--epochs", "1000"])
    assert ended.value.code == 2
    assert "7.6 MB are needed, and 4.0 MB are free" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["t.txt"]


def test_errors_are_one_line(firth, reviews, tmp_path):
    (tmp_path / "plain.txt").write_text("x\ta b\nno tags here\n", encoding="utf-8")
    for words, problem in {
        ("train", "plain.txt", "-o", "x.firth", "--tagged"): "plain.txt: line 2 is 'no tags here'",
        ("train", reviews, "-o", "x.bin"): "ends in .firth",
        ("train", reviews, "-o", "x.firth", "--architecture", "dm", "--train-words"): "applies only with",
        ("train", "missing.txt", "-o", "x.firth"): "missing.txt",
        (
            "train",
            reviews,
            "-o",
            "x.firth",
            "--resume",
            "y.firth",
            "--window",
            3,
        ): "--window with --resume: the settings",
        ("train", reviews, "-o", "x.firth", "--resume", "y.firth"): "y.firth: there is no such file",
        ("train", reviews, "-o", "x.firth", "--checkpoint", "missing/c.firth"): "there is no folder",
        ("similar", reviews, "a"): "not a model of documents",
    }.items():
        done = firth("documents", *words, code=2)
        assert problem in done.stderr and done.stderr.count("\n") == 1
