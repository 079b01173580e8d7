"""`firth phrases` and `firth train --phrases`: what they write, and what they refuse."""

import pytest

from firth import Word2Vec
from firth.cli.main import main


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a text and a table."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text("in new york\n" * 20)
    (tmp_path / "t.tsv").write_text("new york\n")
    (tmp_path / "damaged.tsv").write_text("new york\nword\n")
    return tmp_path


def run(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(map(str, arguments)))
    assert ended.value.code == 0


def error_of(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(map(str, arguments)))
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out, len(printed.err.splitlines())) == (2, "", 1)
    return printed.err


def test_phrases_are_shown(folder, capsys):
    run("phrases", "text.txt", "-o", "table.tsv", "--threshold", 0.1)
    printed = capsys.readouterr().out
    assert "in new" in printed
    assert "written: table.tsv" in printed


def test_a_text_is_joined_with_a_table(folder, capsys):
    run("phrases", "text.txt", "--table", "t.tsv", "--text", "joined.txt", "-q")
    assert (folder / "joined.txt").read_text() == "in new_york\n" * 20
    assert capsys.readouterr().out == ""


def test_a_training_on_phrases(folder, capsys):
    (folder / "long.tsv").write_text("new york\nnew_york times\t0\t1\t2\n")
    (folder / "text.txt").write_text("in new york the new york times\n" * 20)
    settings = ["--vector-size", 8, "--epochs", 1, "--threads", 1, "--subsample-threshold", 0, "-q"]
    run("train", "text.txt", "-o", "model.firth", "--phrases", "long.tsv", *settings)
    words = Word2Vec.load(folder / "model.firth").vocabulary
    assert dict(zip(words, words.counts.tolist(), strict=True)) == dict.fromkeys(
        ["in", "new_york", "the", "new_york_times"], 20
    )
    run("score", "model.firth", "text.txt", "--phrases", "long.tsv", "--json")
    assert '"unknown_words": 0' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to write: give -o TABLE"),
        (["--table", "t.tsv", "-o", "x"], "--table joins the phrases of a table: give --text FILE"),
        (["--table", "t.tsv", "--text", "x", "--passes", 2], "--passes with --table: the settings are those of the"),
        (["--table", "missing.tsv", "--text", "x"], "missing.tsv"),
        (["--table", "damaged.tsv", "--text", "x"], "damaged.tsv, line 2: 'word' has 1 words"),
        (["-o", "x", "--threshold", "much"], "--threshold: 'much' must be a number, or one for each pass"),
        (["-o", "x", "--threshold", "3,2"], "2 thresholds, but passes=1"),
        (["-o", "nowhere/x"], "there is no folder"),
    ],
)
def test_errors(folder, capsys, arguments, message):
    assert message in error_of(capsys, "phrases", "text.txt", *arguments)
    assert not (folder / "x").exists()


def test_a_damaged_table_is_an_error_before_the_text_is_read(folder, capsys):
    error = error_of(capsys, "train", "text.txt", "-o", "m.firth", "--phrases", "damaged.tsv")
    assert "damaged.tsv, line 2: 'word' has 1 words" in error
