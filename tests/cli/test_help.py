"""Help texts in plain notation, and messages for a wrong command line, on any version of the parser."""

import re
import shlex
import subprocess
import sys

import pytest

from firth.cli.main import COMMANDS, GROUPS, main

EVERY = [f"{name} {below}" for name in GROUPS for below in GROUPS[name]] + [
    name for name in COMMANDS if name not in GROUPS
]
NOTATION = re.compile(r"<(?:int|float|str|path|list)\b|list\[|x[<>]=|<=x|\{|\b(?:INTEGER|FLOAT|RANGE)\b|\d\.0\b(?!\.)")


def called(capsys, line):
    """Exit code and output of a command line, in this process."""
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(line))
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


@pytest.mark.parametrize("command", EVERY)
def test_help_has_no_notation_of_the_parser(capsys, command):
    code, shown, _ = called(capsys, f"{command} --help")
    assert code == 0
    assert not NOTATION.findall(shown.replace("127.0.0.1", "").replace("0.0.0.0", ""))


@pytest.mark.parametrize(
    ("command", "usage"),
    [
        ("train", "firth train [OPTIONS] CORPUS..."),
        ("similar", "firth similar [OPTIONS] MODEL WORD..."),
        ("plot map", "firth plot map [OPTIONS] MODEL [WORD]..."),
        ("people", "firth people [OPTIONS] [FILE]"),
        ("explore", "firth explore [OPTIONS] [MODEL]..."),
    ],
)
def test_usage_is_written_as_in_manuals(capsys, command, usage):
    assert called(capsys, f"{command} --help")[1].startswith(f"Usage: {usage}\n")


def test_defaults_and_limits_are_in_words(capsys):
    assert "[default: 10; at least 1]" in " ".join(called(capsys, "similar --help")[1].split())
    shown = " ".join(called(capsys, "explore --help")[1].split())
    assert "[default: 127.0.0.1]" in shown
    assert "[default: 8010; 0 to 65535]" in shown
    shown = " ".join(called(capsys, "train --help")[1].split())
    assert "5-0 looks only back" in shown  # as the option takes it
    assert "[default: 600]" in shown


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("train", "Missing argument 'CORPUS...'; see `firth train --help`"),
        ("plot map", "Missing argument 'MODEL'; see `firth plot map --help`"),
        ("trian a.txt", "No such command 'trian'. Did you mean 'train', 'trace'? See `firth --help`"),
        ("train a.txt -o m.firth --epochs x", "--epochs x: must be a whole number; see `firth train --help`"),
        ("train a.txt -o m.firth --learning-rate x", "--learning-rate x: must be a number; see `firth train --help`"),
        ("similar m.firth king -n 0", "--count 0: must be at least 1; see `firth similar --help`"),
        ("serve m.firth --port 70000", "--port 70000: must be at most 65535; see `firth serve --help`"),
    ],
)
def test_a_wrong_command_line_names_the_option_the_value_and_the_help(capsys, line, message):
    code, shown, error = called(capsys, line)
    assert (code, shown, error) == (2, "", f"firth: {message}\n")


@pytest.mark.parametrize("command", ["explore", "serve"])
def test_help_of_the_servers_needs_no_optional_package(command):
    script = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(('fastapi', 'uvicorn', 'msgpack')))\n"
        f"from firth.cli.main import main\nmain(['{command}', *sys.argv[1:]])"
    )
    python = [sys.executable, "-c", script]
    done = subprocess.run([*python, "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert f"Usage: firth {command}" in done.stdout
    done = subprocess.run([*python, "m.firth"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "firth: the server needs an optional package: pip install 'firth[explore]'\n"
