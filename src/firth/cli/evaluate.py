"""`firth evaluate MODEL [MODEL2]`"""

from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from firth.cli.candidates import OptionalMethod
from firth.cli.judging import (
    AnalogyFiles,
    CategoryFiles,
    OddWordFiles,
    SentenceFiles,
    SimilarityFiles,
    WeightingOption,
    score_records,
)
from firth.cli.output import Json, Model, output, print_json, print_table
from firth.cli.two_models import load_all
from firth.errors import SettingError
from firth.evaluation import AnalogyScore, Comparison
from firth.evaluation.analogies import SECTION_COLUMNS, AnalogyMethod
from firth.evaluation.comparison import COMPARISON_COLUMNS
from firth.evaluation.score import SCORE_COLUMNS
from firth.evaluation.sentences import Weighting
from firth.evaluation.suite import Scores, Suite, compare_scores
from firth.vectors.analogy_search import check_method
from firth.vectors.search_backend import SearchBackend, check_search_backend

__all__ = ["run"]


def run(
    model: Model,
    other: Annotated[
        Path | None,
        typer.Argument(metavar="[MODEL2]", help="A second model, compared with the first by paired tests."),
    ] = None,
    analogies: AnalogyFiles = None,
    similarity: SimilarityFiles = None,
    categories: CategoryFiles = None,
    odd_words: OddWordFiles = None,
    sentences: SentenceFiles = None,
    top: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Use only the first N words of each model, in most files the most frequent."
        ),
    ] = None,
    method: OptionalMethod = None,
    weighting: WeightingOption = None,
    backend: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(get_args(SearchBackend)),
            help="What searches the answers of analogies: the processor, or an NVIDIA GPU (only with 3cosadd).",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Without files, the built-in test sets are used: analogies of 16 relations, categories, and the odd
    one out. Each score has a 95 % confidence interval and its coverage: the share of questions whose
    words the model knows.
    """
    has_analogies = bool(analogies) or not (similarity or categories or odd_words or sentences)
    for option, given in (("--method", method), ("--backend", backend)):
        if given is not None and not has_analogies:
            raise SettingError(
                f"{option} applies only to analogies, but no --analogies are given: leave it out, or add them"
            )
    if weighting is not None and not sentences:
        raise SettingError("--weighting applies only to --sentences, which are not given: leave it out, or add them")
    searcher = cast(SearchBackend, backend or "cpu")  # checked here
    how = cast(AnalogyMethod, method or "3cosadd")
    check_method(how, searcher)
    check_search_backend(searcher)
    tests = Suite.read(analogies or [], similarity or [], categories or [], odd_words or [], sentences or [])
    models = load_all(model) if other is None else load_all(model, other)
    for vectors in models:
        vectors.search.backend = searcher
    weights = cast(Weighting, weighting or "mean")  # the evaluation refuses what it does not know
    first, *more = [tests.evaluate(vectors, top=top, method=how, weighting=weights) for vectors in models]
    second = more[0] if more else None
    comparisons = compare_scores(first, second) if second is not None else {}
    if json:
        print_json(_records(model, first, other, second, comparisons))
        return
    _print_scores(model, first)
    if other is not None and second is not None:
        _print_scores(other, second)
        _print_comparisons(model, other, comparisons)


def _print_scores(model: Path, scores: Scores) -> None:
    rows = [(name if i == 0 else "", *row) for name, score in scores.items() for i, row in enumerate(score.rows())]
    print_table(str(model), ["test", *SCORE_COLUMNS], rows, numbers=3)
    for name, score in scores.items():
        if isinstance(score, AnalogyScore) and score.covered and len(score.sections) > 1:
            output.print()
            print_table(f"{name}: sections", SECTION_COLUMNS, score.section_rows(), numbers=4)
    output.print()


def _print_comparisons(model: Path, other: Path, comparisons: dict[str, Comparison]) -> None:
    title = f"{model} minus {other}, on what both models cover"
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
                "covered": comparison.covered,
                "first": comparison.first,
                "second": comparison.second,
                "difference": comparison.difference,
                "interval": [comparison.interval.low, comparison.interval.high],
                "p_value": comparison.p_value,
            }
            for name, comparison in comparisons.items()
        }
    return record
