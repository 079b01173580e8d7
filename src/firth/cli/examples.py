"""`firth examples "TEXT"`, `firth examples --input FILE`"""

import io
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from firth.cli.corpus import source_of
from firth.cli.output import output, print_json, print_table, printable
from firth.cli.settings import with_settings
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizer_setting import tokenizer_setting
from firth.corpus.tokenizers import Tokenizer
from firth.errors import SettingError
from firth.illustrated.windows import WindowState, window_states
from firth.printable import printable_lines
from firth.training.example_files import check_examples_file, write_csv, write_examples, write_json
from firth.training.example_settings import ExampleSettings
from firth.training.examples import TrainingExamples
from firth.training.hyperparameters import min_count_setting

__all__ = ["run"]

_ROWS = 200  # of a table on the screen


@dataclass(frozen=True, kw_only=True)
class _Settings(ExampleSettings):
    """The settings of the examples, and of reading the text."""

    min_count: int = min_count_setting(1, "are left out")
    tokenizer: Tokenizer = tokenizer_setting()


def _examples(
    text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]", help="The text itself.")] = None,
    input: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            "-i",
            metavar="CORPUS",
            help="Instead of TEXT, a text file, folder or pattern; - is standard input (repeatable).",
        ),
    ] = None,
    steps: Annotated[
        bool, typer.Option("--steps", help="Instead of examples, show the window at each of its positions.")
    ] = False,
    rows: Annotated[
        int | None, typer.Option(min=1, help="Largest number of rows that a table on the screen shows; 200.")
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write all rows to a .csv, .json or .parquet file."),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print all rows as CSV, or write -o as CSV.")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write -o as Parquet.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print all rows as JSON, or write -o as JSON.")] = False,
    **settings: Any,
) -> None:
    """A line is a sentence, and windows do not cross its end. A large --input is read once, and its
    examples are written while they are made.
    """
    format = _format(target, csv=csv, parquet=parquet, json=json)
    if steps and (format not in (None, "json") or target is not None):
        raise SettingError("--steps: is shown on the screen or printed with --json; leave out --csv, --parquet and -o")
    if rows is not None and (format is not None or steps):
        raise SettingError(
            "--rows applies only to the table on the screen: leave it out, or leave out the other format"
        )
    chosen = _Settings(**settings)
    corpus = encode(_source(text, input, target), tokenizer=chosen.tokenizer, min_count=chosen.min_count)
    given = chosen.values()
    del given["min_count"], given["tokenizer"]
    examples = TrainingExamples(corpus, **given)
    examples.check()
    if steps:
        _show_steps(corpus, examples, as_json=json)
    elif target is not None:
        write_examples(examples, target, format)
        output.print(f"saved {target}")
    elif format is None:
        _print_rows(examples, _ROWS if rows is None else rows)
    else:
        write = write_csv if format == "csv" else write_json
        write(examples, _Screen(sys.stdout) if sys.stdout.isatty() else sys.stdout)


class _Screen(io.StringIO):
    """A terminal, which no word may command."""

    def __init__(self, terminal: TextIO) -> None:
        super().__init__()
        self._terminal = terminal

    def write(self, text: str) -> int:
        return self._terminal.write(printable_lines(text))


def _source(text: list[str] | None, input: list[str] | None, target: Path | None) -> CorpusInput:
    if bool(text) == bool(input):
        raise SettingError("give either a text or files with --input, not both or neither; see `firth examples --help`")
    if text:
        return [" ".join(text)]
    return source_of(input or [], target)


def _format(target: Path | None, **wanted: bool) -> str | None:
    """The format to write; None for a table on the screen."""
    chosen = [name for name, given in wanted.items() if given]
    if len(chosen) > 1:
        raise SettingError(f"--{' --'.join(chosen)}: give only one of them")
    if target is not None:
        return check_examples_file(target, chosen[0] if chosen else None)
    if chosen == ["parquet"]:
        raise SettingError("--parquet needs a file to write: add -o FILE.parquet")
    return chosen[0] if chosen else None


def _print_rows(examples: TrainingExamples, most: int) -> None:
    shown = [["" if cell is None else str(cell) for cell in row] for row in itertools.islice(examples.rows(), most + 1)]
    print_table("", examples.columns, shown[:most], numbers=int("target" in examples.columns))
    if len(shown) > most:
        output.print("… and more: --rows shows more of them, --csv, --json or -o FILE.{csv,json,parquet} all")


def _show_steps(corpus: EncodedCorpus, examples: TrainingExamples, *, as_json: bool) -> None:
    sentences = (corpus.sentence(number) for number in range(corpus.n_sentences))
    states = ((words, state) for words in sentences for state in _states(words, examples))
    if as_json:
        records = [{"sentence": words, **state._asdict()} for words, state in states]
        print_json({"kind": examples.kind, "window": examples.window, "steps": records})
        return
    output.print("[input]  <output>")
    for words, state in states:
        output.print(_drawn(words, state))


def _states(words: list[str], examples: TrainingExamples) -> Iterator[WindowState]:
    return window_states(len(words), examples.kind, examples.window)


def _drawn(words: list[str], state: WindowState) -> str:
    marked = [f" {word} " for word in words]
    for position in state.features:
        marked[position] = f"[{words[position]}]"
    for position in state.labels:
        marked[position] = f"<{words[position]}>"
    return printable(" ".join(marked).rstrip())


run = with_settings(_examples, _Settings)
