"""`firth people [FILE]`"""

from pathlib import Path
from typing import Annotated, Any

import typer

from firth.cli.output import Json, output, print_json, print_table
from firth.errors import SettingError
from firth.formats.save import check_saving
from firth.illustrated.people import EXAMPLE, cosines
from firth.vectors.load import read_table
from firth.vectors.word_vectors import WordVectors

__all__ = ["Scale", "ScoreTable", "run"]

_TABLE_FITS = 12  # people in a table of all similarities; --json has more


ScoreTable = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE]", help="A table (CSV): a line of column names, then a line for each person: name and scores."
    ),
]
Scale = Annotated[
    tuple[float, float],
    typer.Option(metavar="LOW HIGH", help="The lowest and the highest possible score, which become -1 and 1."),
]


def run(
    file: ScoreTable = None,
    scale: Scale = (0, 100),
    column: Annotated[
        list[str] | None, typer.Option(help="Compare by this column only (repeatable, for several columns).")
    ] = None,
    target: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="MODEL", help="Also save the vectors in this file, for other commands."),
    ] = None,
    json: Json = False,
) -> None:
    """Each person's scores become a vector of numbers from -1 to 1, and the cosine measures who is most
    similar to whom. Without FILE: Jay and the two persons of the document.
    """
    if target is not None:
        check_saving(target, None)
    people = read_table(EXAMPLE if file is None else file, scale=scale, columns=column)
    if len(people) < 2:
        raise SettingError("a table of one person: give at least two, to compare them")
    if target is not None:
        people.save(target)
    if json:
        print_json(_record(people))
        return
    _print_people(people)
    if target is not None:
        output.print(f"saved {target}")


def _record(people: WordVectors) -> dict[str, Any]:
    names = list(people.words)
    pairs = zip(names, people.most_similar(names, count=1), strict=True)
    return {
        **people.metadata,
        "most_similar": [
            {"name": name, "most_similar": best.word, "similarity": round(best.similarity, 6)}
            for name, (best,) in pairs
        ],
        "names": names,
        "vectors": [[round(float(number), 6) for number in row] for row in people.matrix],
        "similarities": [[round(value, 6) for value in row] for row in cosines(people.matrix).tolist()],
    }


def _print_people(people: WordVectors) -> None:
    names = list(people.words)
    answers = zip(names, people.most_similar(names, count=1), strict=True)
    rows = [(name, best.word, f"{best.similarity:.3f}") for name, (best,) in answers]
    print_table("who is most like whom", ["name", "most similar", "similarity"], rows)
    output.print()
    if len(people) > _TABLE_FITS:
        output.print(f"({len(people)} people are too many for a table of all similarities; --json has it)")
        return
    cells = [[f"{value:.3f}" for value in row] for row in cosines(people.matrix)]
    table = [(name, *row) for name, row in zip(names, cells, strict=True)]
    print_table("similarity (cosine)", ["", *names], table, numbers=len(names))
