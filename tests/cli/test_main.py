"""What all subcommands share: help, errors in one line, exit codes, pipes."""

import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from firth import NgramModel, Word2Vec
from firth.cli.main import COMMANDS, GROUPS, RENAMED

DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs" / "cli.md"


def test_help_lists_every_command(firth):
    for arguments in ((), ("--help",)):
        shown = firth(*arguments).stdout
        for name, summary in COMMANDS.items():
            assert name in shown
            assert summary in shown


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_an_old_name_of_a_command_is_an_error_that_says_the_new_one(firth, old, new):
    error = firth(old, "model.firth", code=2).stderr
    assert error == f"firth: no command {old!r}: it is now {new!r}; see `firth {new} --help`\n"
    assert new in COMMANDS


def every_command():
    for name in COMMANDS:
        yield from ([name, below] for below in GROUPS[name]) if name in GROUPS else ([name],)


@pytest.mark.parametrize("command", list(every_command()), ids=" ".join)
def test_every_argument_and_option_of_a_command_is_explained(command):
    run = importlib.import_module(".".join(["firth.cli", *command]).replace("-", "_")).run
    assert run.__doc__
    unexplained = [
        parameter.name
        for parameter in inspect.signature(run).parameters.values()
        if parameter.annotation is not typer.Context
        and not any(getattr(found, "help", None) for found in getattr(parameter.annotation, "__metadata__", ()))
    ]
    assert not unexplained


def test_version(firth):
    assert firth("--version").stdout.strip() == "firth 0.1.0"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["similr"], "No such command 'similr'"),
        (["similar"], "Missing argument"),
        (["similar", "{model}", "king", "--cuont", "3"], "--cuont"),
        (["similar", "{model}", "king", "--count", "0"], "--count"),
        (["similar", "nowhere.firth", "king"], "nowhere.firth"),
        (["similar", "{model}", "qeen"], "'qeen' is not among the 7 words; near spellings: queen"),
        (["similar", __file__, "king"], "test_main.py"),
        (["analogy", "{model}", "king-man+woman"], "king-man+woman"),
        (["analogy", "{model}", "king", "man"], "before 'man'"),
        (["odd-one-out", "{model}", "king", "queen"], "3 words"),
        (["evaluate", "{model}", "--analogies", "nowhere.txt"], "nowhere.txt"),
        (["evaluate", "{model}", "--method", "guess"], "guess"),
        (["convert", "{model}", "out.unknown"], "out.unknown"),
    ],
)
def test_errors_are_one_line_and_exit_code_2(firth, model, arguments, message):
    done = firth(*(argument.format(model=model) for argument in arguments), code=2)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("firth: ")
    assert message in done.stderr


def test_debug_shows_where_an_error_arose(firth, model):
    for arguments in (("--debug", "odd-one-out", model, "a"), ("odd-one-out", model, "a", "--debug")):
        done = firth(*arguments, code=2)
        assert "Traceback" in done.stderr
        assert done.stderr.splitlines()[-1].startswith("firth: ")


@pytest.mark.skipif(sys.platform == "win32", reason="head")
def test_a_closed_pipe_is_quiet(model, tmp_path):
    command = f"{sys.executable} -m firth similar {model} " + "king queen man woman " * 2000
    done = subprocess.run(["/bin/sh", "-c", f"{command} | head -1"], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == "most similar to king\n"
    assert done.stderr == ""


def test_every_command_is_documented():
    text = DOCUMENTATION.read_text(encoding="utf-8")
    missing = [name for name in COMMANDS if f"## firth {name}" not in text]
    assert not missing, f"not in docs/cli.md: {', '.join(missing)}"


def options_of(command):
    """The long names of a command's options, as the parser makes them."""
    run = importlib.import_module(".".join(["firth.cli", *command]).replace("-", "_")).run
    for parameter in inspect.signature(run).parameters.values():
        for found in getattr(parameter.annotation, "__metadata__", ()):
            if type(found).__name__ == "OptionInfo":
                given = [found.default, *(found.param_decls or ())]  # the first name is where a default would be
                named = [name for name in given if isinstance(name, str) and name.startswith("--")]
                yield named[0] if named else "--" + parameter.name.replace("_", "-")


@pytest.mark.parametrize("command", list(every_command()), ids=" ".join)
def test_every_option_is_documented(command):
    text = DOCUMENTATION.read_text(encoding="utf-8")
    section = text.partition(f"## firth {command[0]}\n")[2].partition("\n## ")[0]
    if command == ["sweep"]:  # it has the hyperparameters of `firth train`
        section += text.partition("## firth train\n")[2].partition("\n## ")[0]
    if command[0] in ("analogy", "between", "odd-one-out"):  # they refer to `firth similar`
        section += text.partition("## firth similar\n")[2].partition("\n## ")[0]
    missing = {option for option in options_of(command) if f"`{option}" not in section} - {"--json"}
    assert not missing


def test_convert_keeps_a_whole_model_whole(firth, tmp_path):
    Word2Vec(vector_size=4, min_count=1, threads=1, subsample_threshold=0).fit(
        [["a", "b", "c"]] * 20, progress=False
    ).save(tmp_path / "m.firth")
    firth("convert", "m.firth", "n.firth.gz")
    firth("convert", "n.firth.gz", "m.firth")
    assert Word2Vec.load(tmp_path / "m.firth").context_vectors.shape == (3, 4)


def test_a_path_that_cannot_be_written_is_reported_before_the_reading(firth, tmp_path):
    """The file to read is damaged, but that is not what the error is about."""
    (tmp_path / "damaged.txt").write_text("a 1\nb x\n")
    assert "there is no folder" in firth("convert", "damaged.txt", "nowhere/a.txt", code=2).stderr
    assert "without format=" in firth("convert", "damaged.txt", "a.xyz", code=2).stderr
    assert "there is no folder" in firth("index", "damaged.txt", "-o", "nowhere/a", code=2).stderr


def test_standard_input_cannot_be_combined_with_files(firth, tmp_path):
    (tmp_path / "a.txt").write_text("a b\n")
    assert "together with files" in firth("train", "-", "a.txt", "-o", "m.firth", code=2).stderr
    missing = firth("train", "missing.txt", "-o", "m.firth", code=2).stderr
    assert missing == "firth: 'missing.txt': no such file, folder or pattern\n"


def test_the_keyboard_needs_a_terminal(firth, tmp_path):
    NgramModel(order=2, min_count=1).fit(["a b c"]).save(tmp_path / "m.lm")
    assert "needs a terminal" in firth("lm", "keyboard", "m.lm", code=2, stdin=subprocess.DEVNULL).stderr


def test_no_message_repeats_a_long_input_in_full(firth):
    long = "x" * 5000
    for arguments in ([long], ["train", long, "-o", "m.firth"], ["train", f"--{long}"], ["info", long]):
        error = firth(*arguments, code=2).stderr
        assert len(error) < 1100
        assert error.startswith("firth: ")
