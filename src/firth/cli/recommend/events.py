"""Tables of events as arguments: which columns, how they become sequences, and what of them is the test."""

from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from firth.errors import SettingError
from firth.recommend.attributes import Attributes
from firth.recommend.interactions import Interactions
from firth.recommend.sequences import Sequences

__all__ = [
    "EventColumn",
    "EventOptions",
    "EventsFile",
    "GapOption",
    "ItemColumn",
    "LinesOption",
    "RecommenderFile",
    "TestPart",
    "TimeColumn",
    "TimeUnitOption",
    "UserColumn",
    "WeightsOption",
    "attributes_of",
    "sequences_of",
    "training_and_test",
]

EventsFile = Annotated[
    str,
    typer.Argument(
        metavar="EVENTS",
        help="A table with a row for each event: CSV, TSV (also compressed), Parquet, a folder or a pattern.",
    ),
]
RecommenderFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A file that `firth recommend train` wrote.")]
_COLUMN = "COLUMN"
UserColumn = Annotated[
    str | None,
    typer.Option(
        "--user",
        metavar=_COLUMN,
        help="The column of users, by name, or by number from 0 in a file without a header. [default: user]",
    ),
]
ItemColumn = Annotated[str | None, typer.Option("--item", metavar=_COLUMN, help="The column of items. [default: item]")]
TimeColumn = Annotated[
    str | None,
    typer.Option("--time", metavar=_COLUMN, help="The column of times; without it, rows are in time order."),
]
EventColumn = Annotated[
    str | None, typer.Option("--event", metavar=_COLUMN, help="The column of kinds of events, for --weights.")
]
TimeUnitOption = Annotated[
    str | None, typer.Option("--time-unit", metavar="s|ms|us|ns", help="The unit of times that are numbers.")
]
GapOption = Annotated[
    str | None,
    typer.Option(
        "--gap",
        metavar="SPAN",
        help="Cut the events of a user into sessions where nothing happens for "
        "longer: 30min, 1h, 2d. Without it, all events of a user are one sequence.",
    ),
]
WeightsOption = Annotated[
    str | None,
    typer.Option(
        "--weights",
        metavar="KIND=WEIGHT,…",
        help="What kinds of events weigh: buy=5,click=1; those of weight 0 are left out.",
    ),
]
LinesOption = Annotated[
    bool, typer.Option("--lines", help="EVENTS has a sequence of items on each line, and no columns.")
]
TestPart = Annotated[
    str | None,
    typer.Option(
        "--test",
        metavar="last|SPAN|SHARE",
        help="What is the test, and left out of the training: the last "
        "event of each sequence; the events of the last 7d; the last 0.1 of the events.",
    ),
]


class EventOptions(NamedTuple):
    """The options of a command, as they were given."""

    user: str | None
    item: str | None
    time: str | None
    event: str | None
    time_unit: str | None
    gap: str | None
    weights: str | None
    lines: bool


def sequences_of(events: str, options: EventOptions) -> Sequences:
    """Read a table.

    Raises   SettingError for options that do not fit together; CorpusError or FormatError for a table that is damaged.
    """
    if options.lines:
        given = [name for name, value in options._asdict().items() if value is not None and name != "lines"]
        if given:
            raise SettingError(f"--{given[0].replace('_', '-')} with --lines: lines of items have no columns")
        return Sequences.read(events)
    unit: Any = options.time_unit
    columns = {name: _column(getattr(options, name)) for name in ("user", "item", "time", "event")}
    weights = None if options.weights is None else _weights(options.weights)
    if options.gap is not None and options.time is None:
        raise SettingError("--gap needs times: name their column with --time")
    table = Interactions.read(events, **columns, time_unit=unit)  # type: ignore[arg-type]
    if options.gap is None:
        return table.sequences(minimum_length=1, weights=weights)
    return table.sessions(options.gap, minimum_length=1, weights=weights)


def _column(given: str | None) -> str | int | None:
    return int(given) if given is not None and given.isdecimal() else given


def _weights(text: str) -> dict[str, float]:
    weights = {}
    for part in text.split(","):
        kind, equals, weight = part.rpartition("=")
        try:
            weights[kind.strip()] = float(weight)
        except ValueError:
            equals = ""
        if not equals:
            raise SettingError(f"--weights: {part!r} must be a kind of events and its weight, such as buy=5")
    return weights


def training_and_test(sequences: Sequences, test: str | None) -> tuple[Sequences, Sequences | None]:
    """The two parts of a split, or everything and None."""
    if test is None:
        return sequences, None
    if test == "last":
        train, asked = sequences.split("last")
    else:
        try:
            share: str | float = float(test)
        except ValueError:
            share = test
        train, asked = sequences.split("time", test=share)
    return train, asked


def attributes_of(path: Path | None, item: str | None, columns: list[str] | None) -> Attributes | None:
    """Side information on the items. Raises SettingError for options without a file."""
    if path is None:
        if item is not None or columns:
            raise SettingError("--attributes-item and --attribute need --attributes, the table that has them")
        return None
    chosen: Any = [_column(column) for column in columns] if columns else None
    own = _column(item)
    return Attributes.read(path, item="item" if own is None else own, columns=chosen)
