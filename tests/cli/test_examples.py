"""firth examples: the examples of a text or of files."""

import csv
import json
import os
import subprocess
import sys

import pytest

TEXT = "Thou shalt not make a machine in the likeness of a human mind."


def test_a_text_as_table_and_as_json(firth):
    shown = [line.split() for line in firth("examples", *TEXT.split(), "--kind", "lm").stdout.splitlines()]
    assert shown[0] == ["input", "1", "input", "2", "output"]
    assert shown[1:3] == [["thou", "shalt", "not"], ["shalt", "not", "make"]]
    assert len(shown) == 12
    document = json.loads(firth("examples", TEXT, "--kind", "negative", "--negative-samples", 2, "--json").stdout)
    assert document["examples"][0] == {"input": "thou", "output": "shalt", "target": 1}
    assert [row["target"] for row in document["examples"][:7]] == [1, 0, 0, 1, 0, 0, 1]
    more = firth("examples", TEXT, "--rows", 3).stdout.splitlines()
    assert more[3].split() == ["shalt", "thou", "1"]
    assert more[4].startswith("… and more")


def test_the_window_at_every_step(firth):
    drawn = firth("examples", "Jay was hit by a ___ bus", "--tokenizer", "whitespace", "--steps", "--kind", "cbow")
    assert drawn.stdout.splitlines()[6] == " Jay   was   hit  [by] [a] <___> [bus]"
    document = json.loads(firth("examples", "a b\nc", "--steps", "--json").stdout)
    assert document["steps"][1] == {"sentence": ["a", "b"], "position": 1, "features": [1], "labels": [0]}


def test_files_to_files(firth, tmp_path):
    for number in (1, 2):
        (tmp_path / f"{number}.txt").write_text("thou shalt not\n" * number)
    assert firth("examples", "-i", "1.txt", "-i", "2.txt", "-o", "pairs.csv").stdout == "saved pairs.csv\n"
    with (tmp_path / "pairs.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["input", "output", "target"]
    assert rows[1:7] * 3 == rows[1:]
    assert firth("examples", "-i", "-", "--csv", input="thou shalt not").stdout == "".join(
        ",".join(row) + "\n" for row in rows[:7]
    )


def test_options_without_effect_are_refused(firth):
    for option in ("--negative-samples", "--noise-exponent", "--seed"):
        error = firth("examples", TEXT, "--kind", "cbow", option, 3, code=2).stderr
        assert f"{option[2:].replace('-', '_')}=3" in error
        assert "applies only with kind='negative', but here kind='cbow'" in error
    assert "--rows applies only to the table" in firth("examples", TEXT, "--csv", "--rows", 3, code=2).stderr


def test_what_does_not_go_together(firth):
    assert "either a text or files" in firth("examples", code=2).stderr
    assert "there is no folder" in firth("examples", TEXT, "-o", "nowhere/pairs.csv", code=2).stderr
    assert "--parquet needs a file" in firth("examples", TEXT, "--parquet", code=2).stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_examples_on_a_terminal_command_nothing():
    """As CSV and JSON; in a pipe the CSV file holds the words as they are."""
    import pty

    command = [sys.executable, "-m", "firth", "examples", "a\x1b[31m b\u202ec", "--tokenizer", "whitespace"]
    for form in ("--csv", "--json"):
        terminal, end = pty.openpty()
        subprocess.run([*command, form], stdout=end, check=True)
        os.close(end)
        shown = os.read(terminal, 100_000).decode()
        os.close(terminal)
        assert "x1b" in shown or "u001b" in shown
        assert "\x1b[31m" not in shown
        assert "\u202e" not in shown
    piped = subprocess.run([*command, "--csv"], capture_output=True, check=True, encoding="utf-8").stdout
    assert "a\x1b[31m" in piped
