"""Completion by the shell, and help texts under headings."""

import inspect
import os
import re
import shutil
import subprocess
import sys

import pytest

from firth.cli.completion import typed_so_far
from firth.cli.train import run

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


@pytest.mark.skipif(shutil.which("bash") is None or sys.platform == "win32", reason="bash on a Unix system")
def test_bash_completes_with_the_script_that_is_printed(firth, tmp_path):
    named = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}  # the shell that runs the tests may be another one
    script = firth("--show-completion", "bash", env=os.environ | named).stdout
    command = tmp_path / "firth"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m firth "$@"\n')
    command.chmod(0o755)
    typing = 'COMP_WORDS=(firth odd); COMP_CWORD=1; _firth_completion firth; echo "${COMPREPLY[@]}"'
    environment = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", f"{script}\n{typing}"], capture_output=True, text=True, env=environment, check=True, timeout=60
    )
    assert done.stdout.split() == ["odd-one-out"]


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
