"""`firth windows "TEXT"`, `firth windows --input FILE`"""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from firth.cli.corpus import check_folder, source_of
from firth.cli.output import output, print_json, print_table, printable
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.sources import CorpusInput
from firth.errors import SettingError
from firth.illustrated.windows import WindowState, window_states
from firth.training.example_files import format_of, write_csv, write_examples, write_json
from firth.training.examples import KINDS, TrainingExamples

__all__ = ["run"]


def run(
    text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]", help="The text itself.")] = None,
    input: Annotated[
        list[str] | None,
        typer.Option(
            "--input", "-i", metavar="CORPUS", help="A text file, folder or pattern; - is standard input; repeatable."
        ),
    ] = None,
    kind: Annotated[str, typer.Option(metavar="|".join(KINDS), help="Which examples.")] = "skipgram",
    window: Annotated[int, typer.Option(help="Words on each side, or before the next one (lm).")] = 2,
    negative_samples: Annotated[int, typer.Option(help="negative: noise words per neighbour.")] = 2,
    noise_exponent: Annotated[float, typer.Option(help="negative: drawn by count to this power.")] = 0.75,
    seed: Annotated[int, typer.Option(help="Of the noise words.")] = 1,
    min_count: Annotated[int, typer.Option(help="Leave out words that occur less often.")] = 1,
    tokenizer: Annotated[str, typer.Option(metavar="words|whitespace", help="How text becomes words.")] = "words",
    steps: Annotated[bool, typer.Option("--steps", help="Show the window at every step instead.")] = False,
    rows: Annotated[int, typer.Option(min=1, help="Rows that a table shows at most.")] = 200,
    target: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write there: .csv, .json or .parquet.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="CSV instead of a table.")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="Parquet, into the file of -o.")] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
) -> None:
    """lm: the words before and the next one. cbow: the words on both sides and the one between.
    skipgram: a word and each neighbour, target 1. negative: the same, and words drawn at random,
    target 0. A large --input is read once, and its examples are written as they are made.
    """
    format = _format(target, csv=csv, parquet=parquet, json=json)
    if steps and (format not in (None, "json") or target is not None):
        raise SettingError("--steps are shown, or printed with --json; they cannot be written as a table of examples")
    corpus = encode(
        _source(text, input),
        tokenizer=tokenizer,  # type: ignore[arg-type]  # encode() itself checks the name
        min_count=min_count,
    )
    examples = TrainingExamples(
        corpus, kind=kind, window=window, negative_samples=negative_samples, noise_exponent=noise_exponent, seed=seed
    )
    if steps:
        _show_steps(corpus, examples, as_json=json)
    elif target is not None:
        write_examples(examples, target, format)
        output.print(f"saved {target}")
    elif format is None:
        _print_rows(examples, rows)
    else:
        (write_csv if format == "csv" else write_json)(examples, sys.stdout)


def _source(text: list[str] | None, input: list[str] | None) -> CorpusInput:
    if bool(text) == bool(input):
        raise SettingError("give either a text, or files with --input; `firth windows --help` says more")
    if text:
        return [" ".join(text)]
    return source_of(input or [])


def _format(target: Path | None, **asked: bool) -> str | None:
    """The format that was asked for; None for a table on the screen."""
    chosen = [name for name, wanted in asked.items() if wanted]
    if len(chosen) > 1:
        raise SettingError(f"--{' --'.join(chosen)}: one of them at a time")
    if target is not None:
        check_folder(target)
        return format_of(target, chosen[0] if chosen else None)
    if chosen == ["parquet"]:
        raise SettingError("--parquet needs a file to write: -o FILE.parquet")
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
    output.print("[shown to the model]  <what it should say>")
    for words, state in states:
        output.print(_drawn(words, state))


def _states(words: list[str], examples: TrainingExamples) -> Iterator[WindowState]:
    return window_states(len(words), examples.kind, examples.window)


def _drawn(words: list[str], state: WindowState) -> str:
    marked = [f" {word} " for word in words]
    for place in state.features:
        marked[place] = f"[{words[place]}]"
    for place in state.labels:
        marked[place] = f"<{words[place]}>"
    return printable(" ".join(marked).rstrip())
