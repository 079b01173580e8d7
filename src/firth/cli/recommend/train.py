"""`firth recommend train EVENTS -o MODEL`"""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from firth.cli.output import Json, output, print_json, print_table
from firth.cli.recommend.events import (
    EventColumn,
    EventOptions,
    EventsFile,
    GapOption,
    ItemColumn,
    LinesOption,
    TestPart,
    TimeColumn,
    TimeUnitOption,
    UserColumn,
    WeightsOption,
    attributes_of,
    sequences_of,
    training_and_test,
)
from firth.cli.settings import with_settings
from firth.formats.target import check_target
from firth.recommend.recommender import Recommender
from firth.recommend.recommender_settings import RecommenderSettings

__all__ = ["run", "weight_rows"]


def _train(
    events: EventsFile,
    target: Annotated[Path, typer.Option("--output", "-o", metavar="MODEL", help="The file to write.")],
    user: UserColumn = None,
    item: ItemColumn = None,
    time_column: TimeColumn = None,
    event: EventColumn = None,
    time_unit: TimeUnitOption = None,
    gap: GapOption = None,
    weights: WeightsOption = None,
    lines: LinesOption = False,
    test: TestPart = None,
    attributes: Annotated[
        Path | None,
        typer.Option(
            metavar="TABLE", help="What is known about items: a table with a row for each. | separates values."
        ),
    ] = None,
    attributes_item: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Its column of items. [default: item]")
    ] = None,
    attribute: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="A column to read; by default all others.")
    ] = None,
    json: Json = False,
    **settings: Any,
) -> None:
    """Learns vectors, rules and nearest sequences, and from held-out answers how much each of them counts."""
    check_target(target)
    recommender = Recommender(**settings)
    recommender.settings.check_backend(attributes is not None)
    started = time.perf_counter()
    options = EventOptions(user, item, time_column, event, time_unit, gap, weights, lines)
    known = attributes_of(attributes, attributes_item, attribute)
    sequences, asked = training_and_test(sequences_of(events, options), test)
    model = recommender.fit(sequences, known)
    model.save(target)
    seconds = time.perf_counter() - started
    record = {
        "model": str(target),
        "events": sequences.n_events,
        "sequences": len(sequences),
        "items": len(model.items),
        "questions_left_out": 0 if asked is None else asked.n_questions,
        "weights": model.weights,
        "seconds": seconds,
    }
    if json:
        print_json(record)
        return
    rows = [
        ("events", f"{sequences.n_events:,} in {len(sequences):,} sequences"),
        ("items", f"{len(model.items):,}"),
        *([] if asked is None else [("left out", f"{asked.n_questions:,} answers, for `firth recommend evaluate`")]),
        *weight_rows(model),
        ("time", f"{seconds:.1f} s"),
        ("saved", f"{target} ({target.stat().st_size / 1e6:.1f} MB)"),
    ]
    print_table("", ["", ""], rows, numbers=0)
    output.print(f"\nNext: firth recommend next {target} ITEM…")


def weight_rows(model: Recommender) -> list[tuple[str, str]]:
    """How much each component counts, as rows of a table."""
    shown = [f"{name} {weight:.2f}" for name, weight in model.weights.items() if not name.startswith("seen ")]
    return [("weights", "  ".join(shown))]


run = with_settings(_train, RecommenderSettings)
