"""`firth convert IN OUT`"""

from pathlib import Path
from typing import Annotated, get_args

import typer

from firth.cli.output import Json, output, print_json
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
    json: Json = False,
) -> None:
    """The format of IN is told by its content. OUT appears only when it is complete."""
    vectors = load(source)
    vectors.save(target, format=format)  # type: ignore[arg-type]  # save() itself checks the name
    if json:
        print_json({"written": str(target), "words": len(vectors), "vector_size": vectors.vector_size})
    else:
        output.print(f"{target}: {len(vectors):,} words × {vectors.vector_size} numbers")
