"""`firth convert IN OUT`"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, get_args

import typer

from firth.cli.output import Json, output, print_json, printable
from firth.errors import SettingError
from firth.formats import static_embedding
from firth.formats.compact_numbers import Numbers
from firth.formats.detect import read_any
from firth.formats.save import FormatName, check_compact, check_format, check_saving, check_stream, write_as, write_to
from firth.formats.skip_report import OnError, Skipped
from firth.formats.stored import StoredVectors
from firth.progress import can_show_bar, open_progress

__all__ = ["run"]


NumbersOption = Annotated[
    str,
    typer.Option(
        metavar="|".join(get_args(Numbers)),
        help="The type of the numbers in the file. float16 (.firth, .parquet, .arrow) takes half the space, int8 "
        "(.firth) a quarter; the output side of a trained model is left out then.",
    ),
]


def run(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A file or folder of vectors of any format.")],
    target: Annotated[
        Path, typer.Argument(metavar="OUT", help="The file or folder to write; - is standard output, for files.")
    ],
    format: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(get_args(FormatName)),
            help="The format to write; by default the one of the suffix of OUT. Required for folders and for -.",
        ),
    ] = None,
    on_error: Annotated[
        str,
        typer.Option(
            metavar="|".join(get_args(OnError)),
            help="What to do at a line that cannot be read. raise: stop with an error; skip: leave it out.",
        ),
    ] = "raise",
    sif: Annotated[
        float | None,
        typer.Option(
            metavar="A",
            help="Only with --format sentence-transformers: weight frequent words less in sentences, by multiplying "
            "each vector by A / (A + the word's share of all occurrences); 0.001 is usual.",
        ),
    ] = None,
    normalize: Annotated[
        bool,
        typer.Option(
            "--normalize", help="Only with --format sentence-transformers: scale sentence vectors to length 1."
        ),
    ] = False,
    numbers: NumbersOption = "float32",
    json: Json = False,
) -> None:
    """The format of IN is recognised by its content. OUT is replaced only when the new one is complete."""
    chosen = check_format(target, format)  # type: ignore[arg-type]  # that is what it checks
    _check_weighting(chosen, sif, normalize)
    check_compact(chosen, numbers)  # type: ignore[arg-type]  # that is what it checks
    to_output = str(target) == "-"
    if to_output:
        _check_output(chosen, json)
    else:
        check_saving(target, chosen)
    with open_progress(not json and can_show_bar()) as reporter:
        stored = read_any(source, on_error=on_error, progress=reporter)  # type: ignore[arg-type]  # it checks the choice
        stored = _without_output_side(stored, chosen, is_compact=numbers != "float32")
        if chosen == "sentence-transformers":
            static_embedding.write(target, stored, sif=sif, normalize=normalize)
        elif to_output:
            write_to(sys.stdout.buffer, stored, chosen, progress=reporter, numbers=numbers)  # type: ignore[arg-type]
        else:
            write_as(target, stored, chosen, progress=reporter, numbers=numbers)  # type: ignore[arg-type]
    if on_error == "skip":
        _report_skipped(source, stored.skipped)
    if to_output:
        return
    skipped = {"skipped": stored.skipped.count} if on_error == "skip" else {}
    _report_written(target, stored, json, skipped)


def _report_written(target: Path, stored: StoredVectors, json: bool, skipped: dict[str, int]) -> None:
    rows, columns = stored.matrix.shape
    if json:
        print_json({"written": str(target), "words": rows, "vector_size": columns} | skipped)
    else:
        output.print(f"{target}: {rows:,} words × {columns} numbers")


def _check_output(format: FormatName, json: bool) -> None:
    """Raise SettingError unless vectors in this format, and nothing else, can be printed."""
    if json:
        raise SettingError("--json prints to standard output, and so does OUT = -: leave one of them out")
    check_stream(format)


def _report_skipped(source: Path, skipped: Skipped) -> None:
    for problem in skipped.problems:
        typer.echo(f"{source}: {printable(problem)}", err=True)
    typer.echo(f"{source}: {skipped.count:,} skipped", err=True)


def _check_weighting(format: FormatName, sif: float | None, normalize: bool) -> None:
    """Raise SettingError for options that do not apply to a format, or an impossible `sif`."""
    if format != "sentence-transformers" and (sif is not None or normalize):
        option = "--normalize" if sif is None else "--sif"
        raise SettingError(
            f"{option} applies only with --format sentence-transformers, but here {format}; leave it out, or change it"
        )
    if sif is not None:
        static_embedding.check_sif(sif)


def _without_output_side(stored: StoredVectors, format: FormatName, *, is_compact: bool) -> StoredVectors:
    """Drop what only more training needs, except where it can be used: of a model of Firth's, or in fastText's file."""
    if not is_compact and (format == "fasttext" or "hyperparameters" in stored.metadata):
        return stored
    return replace(stored, context_vectors=None, node_vectors=None, own_vectors=None)
