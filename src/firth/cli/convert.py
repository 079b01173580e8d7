"""`firth convert IN OUT`"""

from pathlib import Path
from typing import Annotated, get_args

import typer

from firth.cli.output import Json, output, print_json, printable
from firth.formats.bad_lines import OnError
from firth.formats.save import FormatName
from firth.vectors.word_vectors import load

__all__ = ["run"]


def run(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A file of vectors of any format.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write.")],
    format: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(get_args(FormatName)),
            help="The format to write; by default the suffix of OUT tells.",
        ),
    ] = None,
    on_error: Annotated[
        str,
        typer.Option(
            metavar="|".join(get_args(OnError)),
            help="What to do about a bad line: stop, or leave it out and count it.",
        ),
    ] = "raise",
    json: Json = False,
) -> None:
    """The format of IN is told by its content. OUT appears only when it is complete."""
    vectors = load(source, on_error=on_error)  # type: ignore[arg-type]  # load() itself checks it
    vectors.save(target, format=format)  # type: ignore[arg-type]  # save() itself checks the name
    if on_error == "skip":
        for problem in vectors.skipped.problems:
            typer.echo(f"{source}: {printable(problem)}", err=True)
        typer.echo(f"{source}: {vectors.skipped.count:,} skipped", err=True)
    if json:
        written = {"written": str(target), "words": len(vectors), "vector_size": vectors.vector_size}
        print_json(written | ({"skipped": vectors.skipped.count} if on_error == "skip" else {}))
    else:
        output.print(f"{target}: {len(vectors):,} words × {vectors.vector_size} numbers")
