"""`firth plot map MODEL [WORD…] -o FILE`"""

from pathlib import Path
from typing import Annotated, Any

import typer

from firth.cli.output import Json, Model
from firth.cli.plot.picture import Dark, Target, theme, write
from firth.evaluation.categories import read_categories
from firth.plots.word_map import word_map
from firth.vectors.load import load

__all__ = ["run"]


def run(
    model: Model,
    target: Target,
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORD...]")] = None,
    top: Annotated[
        int | None, typer.Option(min=2, help="The N first words of the model; 300 where no words are named.")
    ] = None,
    method: Annotated[str, typer.Option(metavar="pca|umap|tsne", help="How many numbers become two.")] = "pca",
    groups: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Groups to colour, a line for each: `fruits: apple pear`.")
    ] = None,
    highlight: Annotated[str | None, typer.Option(metavar="WORD", help="A word to show with its neighbours.")] = None,
    seed: Annotated[int, typer.Option(help="Of the random start of UMAP and t-SNE.")] = 1,
    dark: Dark = False,
    json: Json = False,
) -> None:
    """Up to 300 words all have labels; of more, those that find room. In .html every point tells its
    word on hover.
    """
    chosen: Any = method  # the picture itself checks the name
    picture = word_map(
        load(model),
        words or None,
        top=top,
        method=chosen,
        groups=None if groups is None else read_categories(groups),
        highlight=highlight,
        seed=seed,
        theme=theme(dark),
    )
    write(picture, target, json)
