"""`firth plot map MODEL [WORD…] -o FILE`"""

from pathlib import Path
from typing import Annotated, Any

import typer

from firth.cli.output import Json, Model
from firth.cli.plot.picture import Dark, Target, theme, write
from firth.errors import SettingError
from firth.evaluation.categories import read_categories
from firth.plots.projection import check_packages
from firth.plots.word_map import word_map
from firth.vectors.load import load

__all__ = ["run"]


def run(
    model: Model,
    target: Target,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORD...]", help="Words to show; by default the first of MODEL.")
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(min=2, metavar="N", help="Show the first N words of MODEL; 300 where no words are named."),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            metavar="pca|umap|tsne",
            help="How vectors become points. pca: along the two directions of greatest variance; umap, tsne: "
            "so that near words stay near.",
        ),
    ] = "pca",
    groups: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file of groups to colour, a line for each: `fruits: apple pear`."),
    ] = None,
    highlight: Annotated[
        str | None, typer.Option(metavar="WORD", help="A word to highlight, with its neighbours.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of umap and tsne; 1. [only with these]")] = None,
    dark: Dark = False,
    json: Json = False,
) -> None:
    """Up to 300 words all have labels; of more words, those whose label has space. In .html files the word of
    a point is shown when the mouse is over it.
    """
    if seed is not None and method == "pca":
        raise SettingError(
            "--seed applies only with --method umap or tsne, but here pca; leave it out, or change --method"
        )
    chosen: Any = method  # word_map() checks the name
    check_packages(method)
    coloured = None if groups is None else read_categories(groups)
    picture = word_map(
        load(model),
        words or None,
        top=top,
        method=chosen,
        groups=coloured,
        highlight=highlight,
        seed=1 if seed is None else seed,
        theme=theme(dark),
    )
    write(picture, target, json)
