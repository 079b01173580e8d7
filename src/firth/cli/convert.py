"""`firth convert IN OUT`"""

from pathlib import Path
from typing import Annotated, get_args

import typer

from firth.cli.output import Json, output, print_json, printable
from firth.errors import SettingError
from firth.formats import static_embedding
from firth.formats.bad_lines import OnError
from firth.formats.save import FormatName
from firth.vectors.word_vectors import load

__all__ = ["run"]


def run(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A file or folder of vectors of any format.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The file or folder to write.")],
    format: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(get_args(FormatName)),
            help="The format to write; by default the suffix of OUT tells. A folder needs it.",
        ),
    ] = None,
    on_error: Annotated[
        str,
        typer.Option(
            metavar="|".join(get_args(OnError)),
            help="What to do about a bad line: stop, or leave it out and count it.",
        ),
    ] = "raise",
    sif: Annotated[
        float | None,
        typer.Option(
            metavar="A",
            help="Of sentence-transformers: multiply each vector by A / (A + the word's share of all "
            "occurrences); 0.001 is usual.",
        ),
    ] = None,
    normalize: Annotated[
        bool,
        typer.Option("--normalize", help="Of sentence-transformers: scale the vector of every text to length 1."),
    ] = False,
    json: Json = False,
) -> None:
    """The format of IN is told by its content. OUT appears only when it is complete."""
    vectors = load(source, on_error=on_error)  # type: ignore[arg-type]  # load() itself checks it
    if sif is None and not normalize:
        vectors.save(target, format=format)  # type: ignore[arg-type]  # save() itself checks the name
    elif format == "sentence-transformers":
        static_embedding.write(target, vectors.stored(), sif=sif, normalize=normalize)
    else:
        raise SettingError("--sif and --normalize belong to --format sentence-transformers")
    if on_error == "skip":
        for problem in vectors.skipped.problems:
            typer.echo(f"{source}: {printable(problem)}", err=True)
        typer.echo(f"{source}: {vectors.skipped.count:,} skipped", err=True)
    if json:
        written = {"written": str(target), "words": len(vectors), "vector_size": vectors.vector_size}
        print_json(written | ({"skipped": vectors.skipped.count} if on_error == "skip" else {}))
    else:
        output.print(f"{target}: {len(vectors):,} words × {vectors.vector_size} numbers")
