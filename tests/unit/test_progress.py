"""How progress is shown: lines in logs, a bar in terminals, records for programs, or nothing."""

import os
import subprocess
import sys

import pytest

from firth import SettingError, Word2Vec
from firth.progress import Progress, open_progress

TEXT = ["the cat sat on the mat", "the dog sat on the log"] * 20
SETTINGS = {"min_count": 1, "vector_size": 8, "epochs": 2, "threads": 1}


def fit(progress):
    return Word2Vec(**SETTINGS).fit(TEXT, progress=progress)


@pytest.mark.parametrize("progress", [None, True])
def test_without_a_terminal_each_epoch_is_a_line(capsys, progress):
    history = fit(progress).history
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = [line for line in shown.err.splitlines() if line.startswith("epoch")]
    assert [line.partition(":")[0] for line in lines] == ["epoch 1 of 2", "epoch 2 of 2"]
    for line, record in zip(lines, history, strict=True):
        assert f"loss {record.loss:.4f}" in line
        assert f"learning rate {record.learning_rate:.4f}" in line
        assert "M words/s" in line


def test_false_prints_nothing(capsys):
    fit(False)
    assert capsys.readouterr() == ("", "")


def test_a_function_gets_records_and_nothing_is_printed(capsys):
    reports = []
    history = fit(reports.append).history
    assert capsys.readouterr() == ("", "")
    assert all(isinstance(progress, Progress) for progress in reports)
    assert {progress.stage for progress in reports} == {"reading", "training"}
    assert [progress.facts["loss"] for progress in reports if progress.facts.get("epoch_done")] == [
        record.loss for record in history
    ]
    assert reports[-1].done == reports[-1].total == 2 * 240
    assert reports[-1].facts["learning_rate"] == pytest.approx(1e-4)


@pytest.mark.parametrize("wrong", ["bar", 1, 0, []])
def test_anything_else_is_an_error(wrong):
    with pytest.raises(SettingError, match="must be True, False, None or a function"):
        fit(wrong)


# ---------------------------------------------------------------- stages


def test_most_updates_are_skipped_but_not_the_last_nor_milestones():
    """At most ten a second: a loop of a thousand updates takes less than that."""
    seen = []
    with open_progress(seen.append) as reporter, reporter.stage("counting", 1000, "words") as stage:
        for done in range(1, 1001):
            stage.update(done, {"square": done**2}, milestone=done == 500)
    assert [progress.done for progress in seen[:1]] == [1]
    assert 500 in [progress.done for progress in seen]
    assert seen[-1][:3] == ("counting", 1000, 1000)
    assert seen[-1].seconds_left == 0
    assert seen[-1].facts == {"square": 1_000_000}
    assert len(seen) < 100


def test_without_a_total_the_time_left_is_unknown():
    seen = []
    with open_progress(seen.append) as reporter, reporter.stage("reading", unit="bytes") as stage:
        stage.update(10)
    assert [(progress.total, progress.seconds_left) for progress in seen] == [(None, None)]


def test_before_anything_is_done_the_time_left_is_unknown():
    seen = []
    with open_progress(seen.append) as reporter, reporter.stage("reading", 10, "bytes") as stage:
        stage.update(0)
    assert seen[0].seconds_left is None


def test_a_stage_that_fails_reports_no_more():
    seen = []
    with pytest.raises(ZeroDivisionError), open_progress(seen.append) as reporter, reporter.stage("counting") as stage:
        stage.update(1)
        stage.update(2)
        raise ZeroDivisionError
    assert [progress.done for progress in seen] == [1]


def test_a_reporter_is_passed_on_as_it_is():
    reporter = open_progress(False)
    assert open_progress(reporter) is reporter


@pytest.mark.parametrize(
    ("done", "total", "unit", "text"),
    [(2_500_000, None, "bytes", "2 MB"), (1200, 3000, "words", "1,200 of 3,000 words"), (1200, None, "", "1,200")],
)
def test_without_a_summary_the_count_is_shown(capsys, done, total, unit, text):
    with open_progress(None) as reporter, reporter.stage("counting rows", total, unit) as stage:
        stage.update(done, milestone=True)
    first, second = capsys.readouterr().err.splitlines()
    assert first == "Counting rows …"
    assert second.startswith(text + ", ")


# ---------------------------------------------------------------- a terminal

SCRIPT = f"""
from firth import Word2Vec
Word2Vec(**{SETTINGS}).fit({TEXT}, progress=None)
print("done")
"""


def output_in_a_terminal(script):
    """(what the terminal showed on standard error, standard output)."""
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "150", "LINES": "40"},
        text=True,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # how Linux reports that the other end is closed
        pass
    finally:
        os.close(ours)
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 0, shown.decode()
    return shown.decode(), stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals on this system")
def test_a_bar_in_a_terminal():
    shown, stdout = output_in_a_terminal(SCRIPT)
    assert stdout == "done\n"
    assert "\x1b[" in shown, "the bar is redrawn"
    last = shown.rpartition("Reading")[2]
    assert "epoch 2 of 2" in last
    assert "100 %" in last
    assert "M words/s" in last
    assert "learning rate 0.0001" in last
    assert "━" in last
