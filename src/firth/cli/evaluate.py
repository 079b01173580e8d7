"""`firth evaluate MODEL [MODEL2]`"""

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from firth.cli.output import Json, Model, output, print_json, print_table
from firth.evaluation import AnalogyScore, Comparison, SimilarityScore, compare_analogies, compare_similarities
from firth.evaluation.analogies import SECTION_COLUMNS, AnalogyMethod
from firth.evaluation.comparison import COMPARISON_COLUMNS
from firth.evaluation.judging import Scores, TestSets
from firth.evaluation.shown import SCORE_COLUMNS
from firth.vectors.word_vectors import load

__all__ = ["run", "score_records"]


def run(
    model: Model,
    other: Annotated[
        Path | None,
        typer.Argument(metavar="[MODEL2]", help="A second model to compare the first with."),
    ] = None,
    analogies: Annotated[
        list[Path] | None,
        typer.Option(help="Analogy questions (the format of questions-words.txt); repeatable."),
    ] = None,
    similarity: Annotated[
        list[Path] | None,
        typer.Option(help="Pairs of words with people's judgements, csv or tsv; repeatable."),
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Consider only the N most frequent words.")] = None,
    method: Annotated[str, typer.Option(metavar="3cosadd|3cosmul", help="How analogies are answered.")] = "3cosadd",
    json: Json = False,
) -> None:
    """Without files the built-in questions are asked: analogies of 16 relations, categories and odd
    words out. Each score stands with its 95 % confidence interval and its coverage, the share of
    questions whose words are known.
    """
    tests = TestSets.read(analogies or [], similarity or [])
    how = cast(AnalogyMethod, method)  # the evaluation refuses what it does not know
    first = tests.judge(load(model), top=top, method=how)
    second = tests.judge(load(other), top=top, method=how) if other is not None else None
    comparisons = _compare(first, second) if second is not None else {}
    if json:
        print_json(_records(model, first, other, second, comparisons))
        return
    _print_scores(model, first)
    if other is not None and second is not None:
        _print_scores(other, second)
        _print_comparisons(model, other, comparisons)


def _compare(first: Scores, second: Scores) -> dict[str, Comparison]:
    """The paired tests, for the kinds of test sets that have one."""
    comparisons = {}
    for name, score in first.items():
        other = second[name]
        if isinstance(score, AnalogyScore) and isinstance(other, AnalogyScore):
            comparisons[name] = compare_analogies(score, other)
        elif isinstance(score, SimilarityScore) and isinstance(other, SimilarityScore):
            comparisons[name] = compare_similarities(score, other)
    return comparisons


def _print_scores(model: Path, scores: Scores) -> None:
    rows = [(name if i == 0 else "", *row) for name, score in scores.items() for i, row in enumerate(score.rows())]
    print_table(str(model), ["test", *SCORE_COLUMNS], rows, numbers=3)
    for name, score in scores.items():
        if isinstance(score, AnalogyScore) and len(score.sections) > 1:
            output.print()
            print_table(f"{name}: sections", SECTION_COLUMNS, score.section_rows(), numbers=4)
    output.print()


def _print_comparisons(model: Path, other: Path, comparisons: dict[str, Comparison]) -> None:
    title = f"{model} minus {other}, on the questions asked of both"
    rows = [(name, *comparison.row()) for name, comparison in comparisons.items()]
    print_table(title, ["test", *COMPARISON_COLUMNS], rows, numbers=4)


def _records(
    model: Path,
    first: Scores,
    other: Path | None,
    second: Scores | None,
    comparisons: dict[str, Comparison],
) -> dict[str, Any]:
    record: dict[str, Any] = {"models": [{"model": str(model), "scores": score_records(first)}]}
    if other is not None and second is not None:
        record["models"].append({"model": str(other), "scores": score_records(second)})
        record["comparisons"] = {
            name: {
                "asked": comparison.asked,
                "first": comparison.first,
                "second": comparison.second,
                "difference": comparison.difference,
                "interval": [comparison.interval.low, comparison.interval.high],
                "p_value": comparison.p_value,
            }
            for name, comparison in comparisons.items()
        }
    return record


def score_records(scores: Scores) -> dict[str, Any]:
    """Scores for JSON, by the name of the test set."""
    records = {}
    for name, score in scores.items():
        measures, interval = score.measures(), score.interval()
        record: dict[str, Any] = {
            **{name.lower(): value for name, value in measures.items()},
            "interval": [interval.low, interval.high],
            "asked": score.asked,
            "total": score.total,
            "coverage": score.coverage,
        }
        if isinstance(score, AnalogyScore):
            record["method"] = score.method
            record["words_considered"] = score.words_considered
            record["sections"] = {
                section.section: {
                    "correct": section.correct,
                    "asked": section.asked,
                    "total": section.total,
                }
                for section in score.sections
            }
        records[name] = record
    return records
