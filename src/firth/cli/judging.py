"""Test sets as options and scores as JSON, for the commands that evaluate models."""

from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from firth.evaluation.analogies import AnalogyScore
from firth.evaluation.sentences import SentenceScore, Weighting
from firth.evaluation.suite import Scores

__all__ = [
    "AnalogyFiles",
    "CategoryFiles",
    "OddWordFiles",
    "SentenceFiles",
    "SimilarityFiles",
    "WeightingOption",
    "score_records",
]

AnalogyFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--analogies",
        metavar="FILE",
        help="A file of analogy questions, in the format of questions-words.txt (repeatable).",
    ),
]
SimilarityFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--similarity",
        metavar="FILE",
        help="A table (csv, tsv) of word pairs and how similar people find them (repeatable).",
    ),
]
CategoryFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--categories", metavar="FILE", help="A file of categories, a line for each: `fruits: apple pear` (repeatable)."
    ),
]
OddWordFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--odd-words", metavar="FILE", help="A file of lines of words, of which the last does not belong (repeatable)."
    ),
]

SentenceFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--sentences",
        metavar="FILE",
        help="A table (csv, tsv) of sentence pairs and how similar people find them, as of STS or SICK (repeatable).",
    ),
]
WeightingOption = Annotated[
    str | None,
    typer.Option(
        "--weighting",
        metavar="|".join(get_args(Weighting)),
        help="With --sentences: how the words of a sentence count. mean: all the same; sif: rare ones more, without "
        "what the sentences have in common; tfidf: those of few sentences more. Default: mean.",
    ),
]


def score_records(scores: Scores) -> dict[str, Any]:
    """Scores for JSON, by the name of the test set."""
    records = {}
    for name, score in scores.items():
        record: dict[str, Any] = score.record()
        record["interval"] = [record.pop("low"), record.pop("high")]
        if isinstance(score, AnalogyScore):
            record["method"] = score.method
            record["words_considered"] = score.words_considered
            record["sections"] = {
                section.section: {
                    "correct": section.correct,
                    "covered": section.covered,
                    "total": section.total,
                }
                for section in score.sections
            }
        if isinstance(score, SentenceScore):
            pearson = score.pearson_interval()
            record["pearson_interval"] = [pearson.low, pearson.high]
            record["weighting"] = score.weighting
        records[name] = record
    return records
