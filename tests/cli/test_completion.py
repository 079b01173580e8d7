"""Completion by the shell, and help texts under headings."""

import inspect
import os
import re
import select
import shutil
import subprocess
import sys
import time

import pytest

from firth.cli.completion import typed_so_far
from firth.cli.train import run

if sys.platform != "win32":
    import pty

HEADINGS = ["Arguments:", "Corpus:", "Model:", "Training:", "Going on:", "Output:", "Options:"]


def completed(firth, words, **more):
    """What bash is offered for the last of the words."""
    environment = os.environ | {
        "_FIRTH_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    return firth(env=environment | more).stdout.split()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("firth rec", ["recommend"]),
        ("firth lm ke", ["keyboard"]),
        ("firth recommend ", ["train", "next", "similar", "evaluate", "cold", "demo"]),
        ("firth train --archi", ["--architecture"]),
        ("firth train --architecture ", ["skipgram", "cbow"]),
        ("firth train text.txt --objective n", ["negative_sampling", "nce"]),
        ("firth nothing --x", []),
    ],
)
def test_the_shell_is_offered_commands_options_and_values(firth, typed, offered):
    assert completed(firth, typed) == offered


def test_other_shells_hand_over_the_line_in_another_way(firth):
    environment = os.environ | {"_FIRTH_COMPLETE": "complete_fish", "_FIRTH_COMPLETE_FISH_ACTION": "get-args"}
    environment |= {"_TYPER_COMPLETE_FISH_ACTION": "get-args", "_TYPER_COMPLETE_ARGS": "firth lm fi"}
    assert firth(env=environment).stdout.split()[0] == "fill"


def test_a_quotation_mark_that_is_open_is_part_of_a_word():
    begun = {"_FIRTH_COMPLETE": "complete_bash", "COMP_WORDS": 'firth similar "my mo'}
    assert typed_so_far(begun) == ["similar", '"my', "mo"]
    assert typed_so_far({}) is None


def test_a_variable_that_powershell_leaves_empty_is_none():
    assert typed_so_far({"_FIRTH_COMPLETE": "", "_TYPER_COMPLETE_ARGS": ""}) is None


@pytest.fixture
def shell(firth, tmp_path):
    """Run a shell with the script that is printed for it; its folder has a text and a folder with a command `firth`."""

    def run(name, *command, reply=None):
        shown = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}  # another shell may run the tests
        script = firth("--show-completion", name, env=os.environ | shown).stdout
        (tmp_path / "script").write_text(script, encoding="utf-8")
        (tmp_path / "king-james.txt").touch()
        ours = tmp_path / "bin" / "firth"
        ours.parent.mkdir(exist_ok=True)
        ours.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m firth "$@"\n')
        ours.chmod(0o755)
        environment = os.environ | {"PATH": f"{ours.parent}{os.pathsep}{os.environ['PATH']}", "TERM": "dumb"}
        if reply is None:
            options = {"capture_output": True, "text": True, "check": True, "timeout": 60}
            return subprocess.run([name, *command], cwd=tmp_path, env=environment, **options).stdout
        return _in_a_terminal([name, *command], *reply, cwd=tmp_path, env=environment)

    return run


def _in_a_terminal(command, typed, last, **options):
    """What a program shows in a terminal, when lines are typed, until something of the last one is there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, **options)
    os.close(theirs)
    shown, until = "", time.monotonic() + 60
    try:
        for line, wanted in [*typed, last]:
            os.write(ours, line.encode())
            begun = len(shown)
            while wanted not in shown[begun:]:
                assert time.monotonic() < until and select.select([ours], [], [], 60)[0], shown
                shown += os.read(ours, 4096).decode(errors="replace")
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return shown[begun:]


def _is_here(name):
    return pytest.mark.skipif(shutil.which(name) is None or sys.platform == "win32", reason=f"{name} on a Unix system")


@_is_here("bash")
def test_bash_completes_with_the_script_that_is_printed(shell):
    typing = 'source ./script; COMP_WORDS=(firth odd); COMP_CWORD=1; _firth_completion firth; echo "${COMPREPLY[@]}"'
    assert shell("bash", "-c", typing).split() == ["odd-one-out"]
    assert "-o default" in shell("bash", "-c", "source ./script; complete -p firth"), "otherwise names of files"


@_is_here("fish")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("firth odd", ["odd-one-out"]),
        ("firth train --archi", ["--architecture"]),
        ("firth train --architecture ", ["cbow", "skipgram"]),
        ("firth train king", ["king-james.txt"]),
    ],
)
def test_fish_completes_with_the_script_that_is_printed(shell, typed, offered):
    lines = shell("fish", "--no-config", "-c", f"source ./script; complete -C '{typed}'").splitlines()
    assert [line.split("\t")[0] for line in lines] == offered


@_is_here("zsh")
@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("firth odd", "odd-one-out "),
        ("firth train --archi", "--architecture "),
        ("firth train --architecture ", "cbow      skipgram"),
        ("firth train king", "king-james.txt "),
    ],
)
def test_zsh_completes_with_the_script_that_is_printed(shell, typed, shown):
    ready = "autoload -Uz compinit; compinit -u -D; source ./script; print -r REA''DY\n", "READY"
    shell("zsh", "-f", "-i", "+m", reply=([ready], (f"{typed}\t", shown)))


def test_the_options_of_training_are_listed_under_headings(firth):
    shown = firth("train", "--help").stdout
    lines = shown.splitlines()
    assert [line for line in lines if line in HEADINGS] == HEADINGS
    places = {line: lines.index(line) for line in HEADINGS}

    def heading(option):
        (at,) = (number for number, line in enumerate(lines) if re.match(rf"  (-\w, )?{option}( |$)", line))
        return max((heading for heading in HEADINGS if places[heading] < at), key=places.__getitem__)

    assert heading("--min-count") == heading("--tokenizer") == "Corpus:"
    assert heading("--vector-size") == "Model:"
    assert heading("--epochs") == heading("--negative-samples") == "Training:"
    assert heading("--continue") == heading("--resume") == "Going on:"
    assert heading("--output") == heading("--checkpoint") == "Output:"
    assert heading("--help") == "Options:"


def test_every_option_is_still_listed(firth):
    """None is lost between headings: those of the parser are those of the text."""
    shown = firth("train", "--help").stdout
    for name in inspect.signature(run).parameters:
        option = {"context": "--help", "corpus": "CORPUS", "target": "--output", "continued": "--continue"}.get(name)
        assert (option or "--" + name.replace("_", "-")) in shown
