"""`firth align A B [WORD…]`"""

from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer

from firth.cli.output import Json, output, print_json, print_table
from firth.cli.similar import neighbour_records
from firth.cli.two_models import load_all
from firth.vectors.alignment import Alignment, WordChange, WordComparison, align
from firth.vectors.neighbours import Neighbour

__all__ = ["run"]


def run(
    first: Annotated[Path, typer.Argument(metavar="A", help="A file of vectors of any format.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another one, with vectors of the same size.")],
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD...]", help="Words whose neighbours to compare.")
    ] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many words to show.")] = 10,
    top: Annotated[
        int | None, typer.Option(min=1, help="Align by the N most frequent shared words, and show only these.")
    ] = None,
    min_count: Annotated[int, typer.Option(min=0, help="Only words that occur at least this often in both texts.")] = 0,
    json: Json = False,
) -> None:
    """Without words: those that changed most from A to B, and those that changed least. With words: their
    neighbours in both models, side by side.

    B is rotated so that the shared words, as chosen by --top and --min-count, come as close as possible to where they
    are in A. The change of a word is then 1 minus the cosine of its two vectors.
    """
    before, after = load_all(first, second)
    alignment = align(before, after, top=top, min_count=min_count)
    facts = {"first": str(first), "second": str(second), "shared": len(alignment.shared)}
    facts["anchors"] = len(alignment.anchors)
    if words:
        compared = alignment.compare(words, count)
        if json:
            print_json({**facts, "words": [_word_record(some) for some in compared]})
            return
        for some in compared:
            _print_word(some, first, second)
        return
    chosen: dict[str, Any] = {"top": top, "min_count": min_count}
    most = alignment.most_changed(count, **chosen)
    least = alignment.least_changed(count, **chosen)
    if json:
        print_json({**facts, "most_changed": _change_records(most), "least_changed": _change_records(least)})
        return
    _print_changes(alignment, most, least)


def _print_changes(alignment: Alignment, most: list[WordChange], least: list[WordChange]) -> None:
    print_table("", ["most changed", "change"], _change_rows(most))
    output.print()
    print_table("", ["least changed", "change"], _change_rows(least))
    output.print(f"\n{len(alignment.shared):,} shared words, aligned by {len(alignment.anchors):,} of them")


def _change_rows(changes: list[WordChange]) -> list[tuple[str, str]]:
    return [(word, f"{change:.3f}") for word, change in changes]


def _change_records(changes: list[WordChange]) -> list[dict[str, str | float]]:
    return [{"word": word, "change": round(change, 6)} for word, change in changes]


def _print_word(compared: WordComparison, first: Path, second: Path) -> None:
    columns = [str(first), "similarity", str(second), "similarity"]
    sides = [_neighbour_cells(compared.first), _neighbour_cells(compared.second)]
    rows = [(*ours, *theirs) for ours, theirs in zip_longest(*sides, fillvalue=("", ""))]
    print_table(compared.word, columns, rows, numbers=1)
    if compared.overlap is not None and compared.cosine is not None:
        output.print(f"overlap {compared.overlap:.3f}, cosine after alignment {compared.cosine:.3f}")
    output.print()


def _neighbour_cells(neighbours: list[Neighbour] | None) -> list[tuple[str, str]]:
    if neighbours is None:
        return [("(not there)", "")]
    return [(near.word, f"{near.similarity:.4f}") for near in neighbours]


def _word_record(compared: WordComparison) -> dict[str, Any]:
    return {
        "word": compared.word,
        "first": None if compared.first is None else neighbour_records(compared.first),
        "second": None if compared.second is None else neighbour_records(compared.second),
        "overlap": compared.overlap,
        "cosine": None if compared.cosine is None else round(compared.cosine, 6),
    }
