"""The evaluation of chapter 11: the built-in test sets on one model or on two, computed in the background."""

from collections.abc import Callable
from math import isnan
from typing import Annotated, NamedTuple

from fastapi import APIRouter
from pydantic import BaseModel, Field

from firth.evaluation.analogies import AnalogyScore
from firth.evaluation.comparison import Comparison
from firth.evaluation.score import Score
from firth.evaluation.suite import Scores, Suite, compare_scores, headline
from firth.progress import Progress
from firth.server.explorer.background import Background
from firth.server.explorer.opened import Opened
from firth.server.explorer.workbench import Model
from firth.vectors.word_vectors import WordVectors

__all__ = ["routes"]

_PATIENCE = 0.2  # seconds in which a request waits for the end


class Evaluation(BaseModel):
    """What to evaluate: one model or two; `top` considers only so many of the first words of each."""

    models: Annotated[list[Model], Field(min_length=1, max_length=2)] = [0]
    top: Annotated[int | None, Field(ge=100, le=10_000_000)] = None


class Section(BaseModel):
    """The right answers of one section of a test set."""

    name: str
    correct: int
    covered: int
    total: int


class TestResult(BaseModel):
    """The score of one test set, with its 95 % confidence interval; null where no question is covered."""

    name: str
    measure: str
    value: float | None
    low: float | None
    high: float | None
    covered: int
    total: int
    sections: list[Section]


class ModelResult(BaseModel):
    """The scores of one model."""

    name: str
    tests: list[TestResult]


class Difference(BaseModel):
    """The first model minus the second, on what both cover, with its 95 % confidence interval and paired test."""

    name: str
    covered: int
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None


class Evaluated(BaseModel):
    """The results, or how far the evaluation has come: request it again."""

    is_done: bool
    done: int
    total: int
    seconds: float
    models: list[ModelResult]
    differences: list[Difference]


class _Found(NamedTuple):
    models: list[ModelResult]
    differences: list[Difference]


def _number(value: float) -> float | None:
    return None if isnan(value) else value


def _test_result(name: str, score: Score) -> TestResult:
    measure, value = headline(score)
    interval = score.interval()
    sections = score.sections if isinstance(score, AnalogyScore) else ()
    return TestResult(
        name=name,
        measure=measure,
        value=_number(value),
        low=_number(interval.low),
        high=_number(interval.high),
        covered=score.covered,
        total=score.total,
        sections=[
            Section(name=one.section, correct=one.correct, covered=one.covered, total=one.total) for one in sections
        ],
    )


def _difference(name: str, comparison: Comparison) -> Difference:
    return Difference(
        name=name,
        covered=comparison.covered,
        difference=_number(comparison.difference),
        low=_number(comparison.interval.low),
        high=_number(comparison.interval.high),
        p_value=_number(comparison.p_value),
    )


def _evaluate(named: list[tuple[str, WordVectors]], top: int | None, report: Callable[[Progress], object]) -> _Found:
    """Evaluate each model, and compare two."""
    scores: list[Scores] = []
    for _, vectors in named:
        before = len(scores)

        def report_all(progress: Progress, before: int = before) -> None:
            total = progress.total or 0
            report(progress._replace(done=before * total + progress.done, total=len(named) * total))

        scores.append(Suite().evaluate(vectors, top=top, progress=report_all))
    models = [
        ModelResult(name=name, tests=[_test_result(test, score) for test, score in found.items()])
        for (name, _), found in zip(named, scores, strict=True)
    ]
    compared = compare_scores(*scores) if len(scores) == 2 else {}
    return _Found(models, [_difference(test, comparison) for test, comparison in compared.items()])


def routes(opened: Opened, background: Background) -> APIRouter:
    """POST /explorer/workbench/evaluation."""
    router = APIRouter(prefix="/explorer/workbench", tags=["explorer"])

    @router.post("/evaluation")
    def evaluation(given: Evaluation) -> Evaluated:
        """Evaluate models on the built-in test sets; the first request starts it, later ones follow it."""
        chosen = [opened.model(number) for number in dict.fromkeys(given.models)]
        named = [(model.name, model.need_vectors()) for model in chosen]
        key = ("evaluation", given.top, *(vectors for _, vectors in named))
        job = background.request(key, lambda report: _evaluate(named, given.top, report), is_slow=True)
        background.wait(key, job, _PATIENCE)
        done, total = (job.progress.done, job.progress.total or 0) if job.progress else (0, 0)
        found = job.result if job.is_done else _Found([], [])
        return Evaluated(
            is_done=job.is_done,
            done=done,
            total=total,
            seconds=job.seconds,
            models=found.models,
            differences=found.differences,
        )

    return router
