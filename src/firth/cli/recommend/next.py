"""`firth recommend next MODEL ITEM…`"""

from typing import Annotated, Any

import typer

from firth.cli.output import Json, output, print_json, print_table
from firth.cli.recommend.events import RecommenderFile
from firth.recommend.items import Item
from firth.recommend.recommendations import Explanation
from firth.recommend.recommender import Recommender

__all__ = ["ItemCount", "reasons_in_words", "run"]

_REASONS = 2  # shown for each item

ItemCount = Annotated[int, typer.Option("--count", "-n", min=1, help="How many items to show.")]


def run(
    model: RecommenderFile,
    history: Annotated[list[str], typer.Argument(metavar="ITEM...", help="What was chosen so far, oldest first.")],
    count: ItemCount = 10,
    exclude_seen: Annotated[
        bool | None,
        typer.Option(
            "--exclude-seen/--include-seen",
            help="Leave out the items of the history, or not. [default: as was learned from the events]",
        ),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show what each item is recommended for.")] = False,
    json: Json = False,
) -> None:
    """The items that most likely come next, best first. Items that the model does not know are skipped; if it
    knows none, the most frequent items are shown, and a note says so.
    """
    loaded = Recommender.load(model)
    found = loaded.recommend(history, count, exclude_seen=exclude_seen)
    reasons: dict[Item, Explanation] = {}
    if explain and not found.is_popularity:
        reasons = {item: loaded.explain(history, item) for item in found.items}
    if json:
        records: list[dict[str, Any]] = [{"item": item, "score": round(score, 6)} for item, score in found]
        for record in records:
            if record["item"] in reasons:
                record["because"] = [part._asdict() for part in reasons[record["item"]]]
        print_json({"next": records, "skipped": found.skipped, "is_popularity": found.is_popularity})
        return
    rows = [(str(item), f"{score:.4f}") for item, score in found]
    if reasons:
        wide = [
            (item, reasons_in_words(reasons[key]), score) for (item, score), key in zip(rows, found.items, strict=True)
        ]
        print_table("", ["item", "because of", "score"], wide)
    else:
        print_table("", ["item", "score"], rows)
    if found.note:
        output.print(f"\n{found.note}")


def reasons_in_words(reasons: Explanation) -> str:
    """The largest contributions, in one line."""
    largest = [part for part in reasons if part.amount > 0][:_REASONS]
    return ", ".join(
        f"{part.component}{'' if part.item is None else f' of {part.item}'} {part.amount:+.2f}" for part in largest
    )
