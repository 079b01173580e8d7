"""`firth lm mix MODEL MODEL… --held-out CORPUS -o MODEL`"""

from pathlib import Path
from typing import Annotated

import typer

from firth.cli.corpus import source_of
from firth.cli.output import Json, print_json, print_table
from firth.formats.target import check_target
from firth.language_models.load import load_language_model
from firth.language_models.mixture import MixtureModel
from firth.language_models.sentences import read_held_out
from firth.progress import open_progress

__all__ = ["run"]


def run(
    models: Annotated[list[Path], typer.Argument(metavar="MODEL MODEL...", help="Models of the same vocabulary.")],
    held_out: Annotated[
        list[str],
        typer.Option(
            "--held-out",
            metavar="CORPUS",
            help="A held-out text, which none of them was trained on, to choose the weights by (repeatable).",
        ),
    ],
    target: Annotated[Path, typer.Option("--output", "-o", metavar="MODEL", help="The file to write.")],
    json: Json = False,
) -> None:
    """The mixture's probability of a word is the weighted mean of its models' probabilities, which is often
    better than each of them. The weights are those with the lowest perplexity on the held-out text. The
    models must have been trained on one text with the same `--min-count`, `--max-vocabulary` and
    `--tokenizer`.
    """
    check_target(target)
    mixture = MixtureModel([load_language_model(path) for path in models])
    sentences = read_held_out(source_of(held_out, target), mixture.tokenizer, mixture.vocabulary)
    mixture.fit_sentences(sentences, open_progress(False if json else None))
    perplexities = [model.score_sentences(sentences).perplexity for model in (*mixture.models, mixture)]
    mixture.save(target)
    if json:
        parts = zip(models, mixture.weights.tolist(), perplexities, strict=False)
        print_json(
            {
                "model": str(target),
                "perplexity": perplexities[-1],
                "models": [{"model": str(path), "weight": w, "perplexity": p} for path, w, p in parts],
            }
        )
        return
    rows = [
        (str(path), f"{weight:.3f}", f"{perplexity:,.2f}")
        for path, weight, perplexity in zip(models, mixture.weights, perplexities, strict=False)
    ]
    rows.append((str(target), "", f"{perplexities[-1]:,.2f}"))
    print_table("perplexity of the held-out text", ["model", "weight", "perplexity"], rows, numbers=2)
