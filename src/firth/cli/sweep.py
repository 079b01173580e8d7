"""`firth sweep CORPUS…`"""

from pathlib import Path
from typing import Annotated, Any

import typer

from firth.cli.corpus import CorpusArgument, source_of
from firth.cli.judging import (
    AnalogyFiles,
    CategoryFiles,
    OddWordFiles,
    SentenceFiles,
    SimilarityFiles,
    score_records,
)
from firth.cli.output import Json, output, print_json, print_table
from firth.cli.settings import read_values, with_several_values
from firth.evaluation.cooccurrence import DISTANCE, NEIGHBOURS
from firth.evaluation.suite import Suite, headline
from firth.experiments.sweep import Cell, Sweep

__all__ = ["run"]


def _sweep(
    corpus: CorpusArgument,
    words: Annotated[
        str | None,
        typer.Option(
            metavar="WORD,…",
            help="Words whose neighbours are shown; by default four frequent words.",
        ),
    ] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many neighbours to show.")] = 6,
    analogies: AnalogyFiles = None,
    similarity: SimilarityFiles = None,
    categories: CategoryFiles = None,
    odd_words: OddWordFiles = None,
    sentences: SentenceFiles = None,
    folder: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="A folder to save every model in.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    json: Json = False,
    **hyperparameters: Any,
) -> None:
    """A model for every combination of settings: any of them takes several values, with commas
    between. Without any list, --window is 2,5,15,30. Shown are the neighbours of some words and
    the scores of each model; without files the built-in test sets are used.

    Ctrl-C ends it early and shows the models that are done.
    """
    sweep = Sweep(
        read_values(hyperparameters),
        words=None if words is None else [word.strip() for word in words.split(",")],
        count=count,
        tests=Suite.read(analogies or [], similarity or [], categories or [], odd_words or [], sentences or []),
        folder=folder,
    )
    interrupted = False
    try:
        sweep.run(source_of(corpus), progress=False if quiet or json else None)
    except KeyboardInterrupt:
        if not sweep.cells:
            raise
        interrupted = True
    if json:
        print_json({"interrupted": interrupted, "cells": [_record(cell) for cell in sweep.cells]})
    else:
        _print_neighbours(sweep)
        _print_scores(sweep)
    if interrupted:
        typer.echo(f"firth: stopped early, after {len(sweep.cells)} of {len(sweep.grid)} models", err=True)
        raise typer.Exit(130)


def _setting_columns(sweep: Sweep) -> list[str]:
    return [name.replace("_", " ") for name in sweep.grid[0][0]] or [""]


def _setting_cells(cell: Cell) -> list[str]:
    return [str(value) for value in cell.settings.values()] or [""]


def _print_neighbours(sweep: Sweep) -> None:
    """A table for each word."""
    for word in sweep.words or []:
        rows = [
            [*_setting_cells(cell), "  ".join(neighbour.word for neighbour in cell.neighbours.get(word, []))]
            for cell in sweep.cells
        ]
        print_table(word, [*_setting_columns(sweep), "most similar"], rows, numbers=0)
        output.print()


def _print_scores(sweep: Sweep) -> None:
    judged = [cell for cell in sweep.cells if not cell.diverged]
    scores = judged[0].scores if judged else {}
    columns = [*_setting_columns(sweep), *scores, "lift", "seconds"]
    rows = [_score_row(cell, len(scores)) for cell in sweep.cells]
    blank = [""] * (len(_setting_columns(sweep)) - 1)
    if scores:  # every model has the same words, so all cover the same questions
        rows.append(["measure", *blank, *(headline(score).measure for score in scores.values()), "", ""])
        covered = (f"{score.covered:,} of {score.total:,}" for score in scores.values())
        rows.append(["covered", *blank, *covered, "", ""])
    print_table("scores", columns, rows, numbers=len(scores) + 2)
    output.print(
        f"\nlift: how many times as often as by chance a word's {NEIGHBOURS} nearest neighbours occur within "
        f"{DISTANCE} words of it"
    )


def _score_row(cell: Cell, n_scores: int) -> list[str]:
    if cell.diverged:
        return [*_setting_cells(cell), "diverged", *[""] * (n_scores + 1)]
    values = [f"{headline(score).value:.3f}" for score in cell.scores.values()]
    return [*_setting_cells(cell), *values, f"{cell.cooccurrence_lift:.1f}", f"{cell.seconds:.1f}"]


def _record(cell: Cell) -> dict[str, Any]:
    return {
        "settings": dict(cell.settings),
        "neighbours": {
            word: [neighbour._asdict() for neighbour in neighbours] for word, neighbours in cell.neighbours.items()
        },
        "scores": score_records(cell.scores),
        "cooccurrence_lift": cell.cooccurrence_lift,
        "loss": cell.loss,
        "seconds": cell.seconds,
        "diverged": cell.diverged,
        "model": None if cell.path is None else str(cell.path),
        "hyperparameters": cell.hyperparameters.to_json(),
    }


run = with_several_values(_sweep)
