"""The `firth` command: its subcommands, and how their errors are shown.

A subcommand is a file of this folder with a function `run`, whose signature becomes its arguments and options; those of
a group are in the folder of its name. Only the file of the called subcommand is imported, so that `firth --help` does
not wait for Numba.

A process begins in firth/__main__.py. What ends it early: signals.py and stopping.py, and streams.py.

Exit codes   0 done   2 an error, reported in one line on stderr   130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP
"""

import contextlib
import functools
import importlib
import inspect
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import typer
import typer.core

import firth
from firth.cli.completion import typed_so_far
from firth.cli.signals import STOPPED, Terminated, end_on_signals, exit_with, signals
from firth.cli.stopping import watch_signals
from firth.cli.streams import open_streams
from firth.cli.usage import usage_message
from firth.errors import FirthError, FirthWarning, SettingError, shortened
from firth.printable import printable

__all__ = ["COMMANDS", "GROUPS", "RENAMED", "main"]

COMMANDS = {
    "demo": "The first minute: train on real text and query the vectors.",
    "train": "Train word vectors on your own text.",
    "phrases": "Find phrases in a text, such as new_york, to train on them.",
    "similar": "The words most similar to each given word.",
    "analogy": 'Words nearest to a sum of words: "king - man + woman".',
    "between": "The words between two words.",
    "odd-one-out": "The word that does not belong with the others.",
    "evaluate": "Evaluate one model, or compare two on the same test sets.",
    "align": "Bring two models into one space and show which words moved.",
    "sweep": "Train and evaluate models of one text with several settings.",
    "score": "The loss of a model on held-out text.",
    "index": "Build an index of a model for approximate search.",
    "info": "What a file of vectors contains.",
    "convert": "Write vectors in another format.",
    "plot": "Draw pictures of vectors: colour strips, maps and more.",
    "examples": "The training examples that a sliding window makes of a text.",
    "trace": "One training step with words of your choice, in numbers.",
    "lm": "Language models: next words, gaps, typing with suggestions.",
    "recommend": "Recommenders: next items from tables of what users did.",
    "documents": "Vectors of documents: trained, compared, and of new texts.",
    "explore": "Explore word vectors on a page in the browser.",
    "serve": "Serve models over HTTP, for programs.",
    "people": "Represent people by vectors of their scores and compare them.",
    "doctor": "Versions, processor and training speed of this machine.",
}

# Commands that have commands of their own.
GROUPS = {
    "lm": {
        "train": "Train a language model on your own text.",
        "predict": "The most probable next words.",
        "evaluate": "The perplexity of a text: how well a language model predicts it.",
        "mix": "Interpolate two or more language models.",
        "fill": "The most probable words for a gap in a sentence.",
        "keyboard": "Type with three suggestions, as on a phone.",
    },
    "recommend": {
        "train": "Train a recommender on a table of events.",
        "next": "The items that most likely come next.",
        "similar": "The items most similar to an item.",
        "evaluate": "Hits of a recommender and of the baselines, or of these alone.",
        "cold": "Where an item belongs of which only attributes are known.",
        "demo": "Films: train, compare with the baselines, and recommend.",
    },
    "documents": {
        "train": "Train vectors of the documents in a file.",
        "similar": "The documents most similar to each given one.",
        "nearest": "The documents nearest to a new text.",
    },
    "plot": {
        "strips": "The vectors of words as rows of coloured cells.",
        "analogy": "A sum of words as colour strips, with the word nearest to it.",
        "matrix": "The similarity of every pair of some words.",
        "map": "Words on a plane, similar ones close together.",
        "neighbours": "The words most similar to a word, as bars.",
        "axes": "Words between two pairs of opposites.",
        "training": "Loss and learning rate of each epoch of a training.",
        "people": "People as points and arrows, by two of their traits.",
        "line": "Scores of one trait on a line.",
    },
}

# Commands by the names that they had before.
RENAMED = {"step": "trace", "windows": "examples", "compare": "align", "odd": "odd-one-out"}

# The base of all errors that the command line parser raises; its module depends on Typer's version.
_UsageError: type[Exception] = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line (default: that of this process) and exit."""
    if arguments is None:
        open_streams()
        end_on_signals()
        watch_signals()
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    debug = _take_debug(words)
    if len(words) == 1 and words[0] in GROUPS:
        words.append("--help")
    try:
        _refuse_old_name(words)
        with _warnings_in_one_line():
            code = _application(typed_so_far() or words)(args=words, prog_name="firth", standalone_mode=False)
        sys.stdout.flush()
    except Terminated as stopped:
        typer.echo(STOPPED, err=True)
        code = stopped.code
    except (FirthError, _UsageError, OSError, MemoryError, typer.Abort) as error:
        if debug:
            traceback.print_exc()
        typer.echo(f"firth: {_in_one_line(error)}", err=True)
        code = 2
    exit_with(code if isinstance(code, int) else 0)


def _refuse_old_name(words: list[str]) -> None:
    """Raise SettingError if the command has another name now."""
    called = next((word for word in words if not word.startswith("-")), None)
    if called in RENAMED:
        raise SettingError(
            f"no command {called!r}: it is now {RENAMED[called]!r}; see `firth {RENAMED[called]} --help`"
        )


def _application(words: list[str]) -> typer.Typer:
    """The command line, with the subcommand that `words` call imported and the others by name."""
    application = _new_application(with_completion=True)
    application.callback()(_firth)
    called = [word for word in words if not word.startswith("-")][:2]
    _add_commands(application, COMMANDS, "firth.cli", called)
    return application


def _new_application(with_completion: bool = False) -> typer.Typer:
    return typer.Typer(
        add_completion=with_completion,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["--help", "-h"]},
    )


def _add_commands(application: typer.Typer, commands: dict[str, str], package: str, called: list[str]) -> None:
    """Add all commands by name; only the one that is called, the first of `called`, gets its function."""
    for name, summary in commands.items():
        is_called = called[:1] == [name]
        if is_called and name in GROUPS and commands is COMMANDS:
            group = _new_application()
            group.callback()(_group)
            _add_commands(group, GROUPS[name], f"{package}.{name}", called[1:])
            application.add_typer(group, name=name, help=summary)
            continue
        run = importlib.import_module(f"{package}.{name.replace('-', '_')}").run if is_called else _named_only
        details = inspect.getdoc(run) if is_called else None
        described = "\n\n".join(filter(None, [summary, details]))
        application.command(name, cls=_command_class(is_called), help=described)(_reported_when_stopped(run))


def _command_class(is_called: bool) -> type[typer.core.TyperCommand]:
    """How a command shows its help; `firth --help`, which shows none of them, need not load it."""
    if not is_called:
        return typer.core.TyperCommand
    from firth.cli.help import GroupedCommand

    return GroupedCommand


def _reported_when_stopped(run: Callable[..., Any]) -> Callable[..., Any]:
    """A command that says so when Ctrl-C ends it; the parser alone would end it silently."""

    @functools.wraps(run)
    def reporting(*arguments: Any, **options: Any) -> Any:
        try:
            with signals:
                return run(*arguments, **options)
        except KeyboardInterrupt:
            typer.echo(STOPPED, err=True)
            raise typer.Exit(130) from None

    return reporting


def _group() -> None:
    """Placeholder for a command that only has subcommands."""


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"firth {firth.__version__}")
        raise typer.Exit


def _firth(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version."),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Word embeddings: train them on your own text, query them, evaluate them."""


def _named_only() -> None:
    """Placeholder for a subcommand that is listed but not called."""


def _take_debug(words: list[str]) -> bool:
    """Remove `--debug`, wherever it occurs before a bare `--`; returns whether it was there."""
    end = words.index("--") if "--" in words else len(words)
    kept = [word for word in words[:end] if word != "--debug"]
    words[:end] = kept
    return len(kept) < end


@contextlib.contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Show each FirthWarning as errors are shown; Python would show the line of code as well, and each only once."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", FirthWarning)
        show = warnings.showwarning

        def show_in_one_line(message: Warning | str, category: type[Warning], *details: Any, **options: Any) -> None:
            if issubclass(category, FirthWarning):
                typer.echo(f"firth: warning: {printable(' '.join(str(message).split()))}", err=True)
            else:
                show(message, category, *details, **options)

        warnings.showwarning = show_in_one_line
        yield


def _in_one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        text = f"{error.filename}: {error.strerror}"
    elif isinstance(error, _UsageError):
        text = usage_message(error)
    elif isinstance(error, MemoryError):
        text = str(error) or "there is not enough memory"
    else:
        text = str(error)
    return shortened(printable(" ".join(text.split()))) or type(error).__name__
