"""`firth lm fill MODEL "SENTENCE"`"""

from pathlib import Path
from typing import Annotated

import typer

from firth.cli.lm.predict import LanguageModelFile, probability_records
from firth.cli.output import Count, Json, print_json, print_table
from firth.language_models.fill import fill, fill_from_left, fill_with_cbow
from firth.language_models.load import load_language_model
from firth.models.word2vec import Word2Vec

__all__ = ["run"]


def run(
    model: LanguageModelFile,
    sentence: Annotated[str, typer.Argument(metavar="SENTENCE", help='With one gap: "Jay was hit by a ___ bus".')],
    cbow: Annotated[
        Path | None,
        typer.Option(
            metavar="MODEL",
            help="Also show the predictions of this CBOW model, a file from `firth train --architecture cbow`.",
        ),
    ] = None,
    count: Count = 5,
    json: Json = False,
) -> None:
    """The most probable words, predicted from the words before the gap, and from the words on both sides."""
    language_model = load_language_model(model)
    by_cbow = {} if cbow is None else {"CBOW": fill_with_cbow(Word2Vec.load(cbow), sentence, count)}
    answers = {
        "words before": fill_from_left(language_model, sentence, count),
        "both sides": fill(language_model, sentence, count),  # takes longest
    } | by_cbow
    if json:
        names = {name: name.lower().replace(" ", "_") for name in answers}
        print_json({"sentence": sentence} | {names[name]: probability_records(some) for name, some in answers.items()})
        return
    longest = max(map(len, answers.values()))
    rows = [
        [f"{some[i].word} {some[i].probability:.3f}" if i < len(some) else "" for some in answers.values()]
        for i in range(longest)
    ]
    print_table(sentence, list(answers), rows, numbers=0)
