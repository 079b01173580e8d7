"""`firth recommend evaluate EVENTS [--model MODEL]`"""

from pathlib import Path
from typing import Annotated

import typer

from firth.cli.output import Json, output, print_json, print_table
from firth.cli.recommend.events import (
    EventColumn,
    EventOptions,
    EventsFile,
    GapOption,
    ItemColumn,
    LinesOption,
    TimeColumn,
    TimeUnitOption,
    UserColumn,
    WeightsOption,
    sequences_of,
    training_and_test,
)
from firth.recommend import baselines
from firth.recommend.evaluation import evaluate
from firth.recommend.recommender import Recommender
from firth.recommend.report import Report
from firth.recommend.scorer import Scorer

__all__ = ["print_report", "run"]


def run(
    events: EventsFile,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="MODEL",
            help="A file of `firth recommend train` with the same --test; without it, the baselines alone.",
        ),
    ] = None,
    test: Annotated[
        str,
        typer.Option(
            metavar="last|SPAN|SHARE",
            help="The answers: the last event of each sequence; the events of the last 7d; the last 0.1 of the events.",
        ),
    ] = "last",
    user: UserColumn = None,
    item: ItemColumn = None,
    time_column: TimeColumn = None,
    event: EventColumn = None,
    time_unit: TimeUnitOption = None,
    gap: GapOption = None,
    weights: WeightsOption = None,
    lines: LinesOption = False,
    at: Annotated[list[int] | None, typer.Option(metavar="K", help="A length of lists; 10 and 20.")] = None,
    questions: Annotated[int | None, typer.Option(min=1, help="Judge only so many, drawn at random.")] = None,
    json: Json = False,
) -> None:
    """Each answer is ranked among all items. The baselines are fitted to what is left of EVENTS; MODEL has to be
    trained on exactly that, which is what --test of `firth recommend train` does: a model that has seen the answers
    knows them.
    """
    loaded = None if model is None else Recommender.load(model)
    options = EventOptions(user, item, time_column, event, time_unit, gap, weights, lines)
    train, asked = training_and_test(sequences_of(events, options), test)
    assert asked is not None
    first, *others = baselines.all
    scorer: Scorer = first().fit(train) if loaded is None else loaded
    against = others if loaded is None else baselines.all
    report = evaluate(scorer, asked, train=train, against=against, at=at or (10, 20), questions=questions)
    if json:
        print_json({"events": events, "test": test, **report.to_dict()})
        return
    print_report(report, verdict=loaded is not None)


def print_report(report: Report, *, verdict: bool) -> None:
    """The table of a report, what was judged, and whether the first scorer is better than the others."""
    print_table("", report.columns, report.rows(), numbers=len(report.columns) - 1)
    output.print("\n" + "\n".join([*report.notes, *([report.verdict] if verdict else [])]))
