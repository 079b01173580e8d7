"""`firth score MODEL CORPUS…`"""

from pathlib import Path
from typing import Annotated

import typer

from firth.cli.corpus import CorpusArgument, source_of
from firth.cli.output import Json, print_json, print_table
from firth.models.word2vec import Word2Vec
from firth.phrases.model import Phrases

__all__ = ["run"]


def run(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A .firth file that `firth train` wrote.")],
    corpus: CorpusArgument,
    phrases: Annotated[
        Path | None, typer.Option(metavar="TABLE", help="The table of phrases that the model was trained with.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the windows, noise words and subsampling that are drawn.")] = 1,
    json: Json = False,
) -> None:
    """The mean loss per pair of neighbouring words, in nats: the smaller, the better the model predicts
    them. Only models of the same vocabulary and settings can be compared. With negative sampling,
    an untrained model has a loss of (1 + negative samples) × 0.693. The model does not change.
    """
    trained = Word2Vec.load(model)
    source = source_of(corpus)
    score = trained.score(source if phrases is None else Phrases.load(phrases).join(source), seed=seed)
    if json:
        print_json({"model": str(model), **score._asdict(), "coverage": round(score.coverage, 6), "seed": seed})
        return
    rows = [
        ("loss", f"{score.loss:.4f} nats per pair"),
        ("pairs", f"{score.pairs:,}"),
        ("words", f"{score.words:,}"),
        ("unknown words", f"{score.unknown_words:,}"),
        ("coverage", f"{score.coverage:.3f}"),
    ]
    if trained.history:
        rows.insert(1, ("", f"{trained.history[-1].loss:.4f} in the last epoch of training"))
    print_table(str(model), ["", ""], rows, numbers=0)
