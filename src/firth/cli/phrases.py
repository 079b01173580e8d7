"""`firth phrases CORPUS… -o TABLE`"""

import dataclasses
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from firth.cli.corpus import CorpusArgument, source_of
from firth.cli.output import Json, output, print_json, print_table
from firth.cli.settings import option_name, with_settings
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.sources import CorpusInput
from firth.errors import SettingError
from firth.formats.atomic import atomic_write
from firth.formats.target import check_target
from firth.phrases.model import Phrases
from firth.phrases.settings import PhraseSettings
from firth.progress import open_progress
from firth.settings import TRAINING

__all__ = ["run"]

_LINES_AT_ONCE = 10_000


def _find_phrases(
    corpus: CorpusArgument,
    target: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="TABLE", help="The table of phrases to write.")
    ] = None,
    text: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write the text, a sentence on each line, with its phrases joined."),
    ] = None,
    table: Annotated[
        Path | None,
        typer.Option(metavar="TABLE", help="Join the phrases of this table, instead of finding phrases; with --text."),
    ] = None,
    threshold: Annotated[
        str | None,
        typer.Option(
            metavar="VALUE[,VALUE…]",
            help="A pair whose score is above this is a phrase; one value, or one for each pass. "
            "[default: 10, or 0.5 for npmi]",
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = None,
    connectors: Annotated[
        str,
        typer.Option(
            metavar="english|WORD,…",
            help="Words that may be inside a phrase, but begin and end none: bank_of_england. [default: none]",
            show_default=False,
            rich_help_panel=TRAINING,
        ),
    ] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="How many phrases to show.")] = 10,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors and warnings.")] = False,
    json: Json = False,
    **settings: Any,
) -> None:
    """Pairs of words that occur together more often than chance would have it, as a table that can be
    edited: new_york. `firth train --phrases TABLE` makes each a word of its own.
    """
    if target is None and text is None:
        raise SettingError("nothing to write: give -o TABLE for the phrases, --text FILE for the joined text, or both")
    if table is not None:
        _check_joining(target, text, {"threshold": threshold, "connectors": connectors or None, **settings})
    for written in filter(None, (target, text)):
        check_target(written)
    started = time.perf_counter()
    source = source_of(corpus, target or text)
    to_join: CorpusInput | EncodedCorpus = source
    if table is not None:
        phrases = Phrases.load(table)
    else:
        phrases = Phrases(threshold=_thresholds(threshold), connectors=_connectors(connectors), **settings)
        to_join = _fit(phrases, source, is_silent=quiet or json)
    if target is not None:
        phrases.save(target)
    if text is not None:
        _write_text(text, phrases, to_join)
    seconds = time.perf_counter() - started
    if json:
        print_json(_record(phrases, (target, text), seconds, count))
    elif not quiet:
        _print_phrases(phrases, (target, text), seconds, count)


def _check_joining(target: Path | None, text: Path | None, settings: dict[str, Any]) -> None:
    """Raise SettingError for options that have no effect with --table."""
    if target is not None or text is None:
        raise SettingError("--table joins the phrases of a table: give --text FILE, and no -o")
    defaults = {field.name: field.default for field in dataclasses.fields(PhraseSettings)} | {"connectors": None}
    for name, value in settings.items():
        if name != "threads" and value != defaults[name]:
            raise SettingError(f"{option_name(name)} with --table: the settings are those of the table; leave it out")


def _fit(phrases: Phrases, source: CorpusInput, *, is_silent: bool) -> EncodedCorpus:
    """Find phrases; returns the text, which is read once."""
    settings = phrases.settings
    with open_progress(False if is_silent else None) as reporter:
        encoded = encode(source, tokenizer=settings.tokenizer, min_count=1, threads=settings.threads, progress=reporter)
        phrases.fit(encoded, progress=reporter)
    return encoded


def _thresholds(text: str | None) -> float | tuple[float, ...] | None:
    if text is None:
        return None
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        problem = f"--threshold: {text!r} must be a number, or one for each pass; commas separate them"
        raise SettingError(problem) from None
    return values if len(values) > 1 else values[0]


def _connectors(text: str) -> str | list[str]:
    return text if text == "english" else [word.strip() for word in text.split(",") if word.strip()]


def _write_text(path: Path, phrases: Phrases, corpus: "CorpusInput | EncodedCorpus") -> None:
    with atomic_write(path) as file:
        lines: list[str] = []
        for sentence in phrases.join(corpus):
            lines.append(" ".join(sentence) + "\n")
            if len(lines) == _LINES_AT_ONCE:
                file.write("".join(lines).encode())
                lines.clear()
        file.write("".join(lines).encode())


def _print_phrases(phrases: Phrases, written: Iterable[Path | None], seconds: float, count: int) -> None:
    rows = [(" ".join(phrase.words), f"{phrase.count:,}", f"{phrase.score:.4g}") for phrase in phrases.table[:count]]
    if rows:
        print_table("", ["phrase", "count", "score"], rows, numbers=2)
        output.print()
    output.print(f"{len(phrases):,} phrases, {seconds:.1f} s")
    for path in filter(None, written):
        output.print(f"written: {path} ({path.stat().st_size / 1e6:.1f} MB)")


def _record(phrases: Phrases, written: tuple[Path | None, Path | None], seconds: float, count: int) -> dict[str, Any]:
    table, text = (None if path is None else str(path) for path in written)
    return {
        "table": table,
        "text": text,
        "phrases": len(phrases),
        "seconds": seconds,
        "best": [
            {"words": phrase.words, "count": phrase.count, "score": phrase.score, "pass": phrase.in_pass}
            for phrase in phrases.table[:count]
        ],
    }


run = with_settings(_find_phrases, PhraseSettings)
