"""`firth lm predict MODEL "TEXT"`"""

from typing import Annotated

import typer

from firth.cli.lm.arguments import LanguageModelFile, probability_records, probability_rows
from firth.cli.output import Count, Json, print_json, print_table
from firth.language_models.load import load_language_model

__all__ = ["run"]


def run(
    model: LanguageModelFile,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The sentence so far; '' for its start.")],
    count: Count = 10,
    json: Json = False,
) -> None:
    """Every word of the vocabulary has a probability; these are the highest. Words that the model
    does not know count as one unknown word.
    """
    found = load_language_model(model).next_words(text, count)
    if json:
        print_json({"text": text, "next_words": probability_records(found)})
        return
    print_table(f"{text} …", ["word", "probability"], probability_rows(found))
