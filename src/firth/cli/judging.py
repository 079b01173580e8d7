"""What the commands that judge models share: test sets as options, scores as JSON."""

from pathlib import Path
from typing import Annotated, Any

import typer

from firth.evaluation.analogies import AnalogyScore
from firth.evaluation.suite import Scores

__all__ = ["AnalogyFiles", "CategoryFiles", "OddWordFiles", "SimilarityFiles", "score_records"]

AnalogyFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--analogies", metavar="FILE", help="Analogy questions (the format of questions-words.txt); repeatable."
    ),
]
SimilarityFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--similarity", metavar="FILE", help="Pairs of words with people's judgements, csv or tsv; repeatable."
    ),
]
CategoryFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--categories", metavar="FILE", help="Words that belong together, as `fruits: apple pear`; repeatable."
    ),
]
OddWordFiles = Annotated[
    list[Path] | None,
    typer.Option("--odd-words", metavar="FILE", help="Lines of words, the last not like the others; repeatable."),
]


def score_records(scores: Scores) -> dict[str, Any]:
    """Scores for JSON, by the name of the test set."""
    records = {}
    for name, score in scores.items():
        measures, interval = score.measures(), score.interval()
        record: dict[str, Any] = {
            **{name.lower(): value for name, value in measures.items()},
            "interval": [interval.low, interval.high],
            "covered": score.covered,
            "total": score.total,
            "coverage": score.coverage,
        }
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
        records[name] = record
    return records
