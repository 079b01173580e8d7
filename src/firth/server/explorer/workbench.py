"""Chapter 11: what one does with vectors every day, for one word or for two hundred, with one model or with two."""

import tempfile
import zipfile
from io import BytesIO
from math import isnan
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from firth.evaluation.analogies import AnalogyScore
from firth.evaluation.score import Score
from firth.evaluation.suite import Scores, Suite, headline
from firth.server.explorer.background import Background
from firth.server.explorer.opened import Opened
from firth.server.explorer.vocabulary import Unknown, Word, sort_out
from firth.vectors.word_vectors import WordVectors

__all__ = ["routes"]

_PATIENCE = 0.2  # seconds in which a request waits for an evaluation to end
_MOST_EXPORTED = 50_000  # words

Model = Annotated[int, Field(ge=0, le=20, description="0: the first model that was opened, 1: the second.")]


class Batch(BaseModel):
    """Words whose neighbours are wanted."""

    words: Annotated[list[Word], Field(min_length=1, max_length=200)]
    count: Annotated[int, Field(ge=1, le=100)] = 10
    model: Model = 0


class Neighbour(BaseModel):
    """A word and its cosine."""

    word: str
    similarity: float


class NeighbourRow(BaseModel):
    """The neighbours of one word, nearest first."""

    word: str
    neighbours: list[Neighbour]


class NeighbourTable(BaseModel):
    """Neighbours of all words that the model has."""

    rows: list[NeighbourRow]
    unknown: list[Unknown]


class Group(BaseModel):
    """Words to compare with each other."""

    words: Annotated[list[Word], Field(min_length=1, max_length=50)]
    model: Model = 0


class Similarities(BaseModel):
    """The cosine of each word with each, and with the mean of all; `odd` is least like the mean, of three or more."""

    words: list[str]
    cosines: list[list[float]]
    odd: str | None
    unknown: list[Unknown]


class Line(BaseModel):
    """The two ends of a line."""

    first: Word
    last: Word
    count: Annotated[int, Field(ge=1, le=100)] = 10
    model: Model = 0


class WordOnLine(BaseModel):
    """A word, its cosine with the nearest point of the line, and where that is: 0 at the first end, 1 at the last."""

    word: str
    similarity: float
    position: float


class WordsBetween(BaseModel):
    """Words near the line between two others, nearest first."""

    between: list[WordOnLine]
    unknown: list[Unknown]


class Evaluation(BaseModel):
    """What to evaluate: `top` considers only so many of the first words."""

    model: Model = 0
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


class Evaluated(BaseModel):
    """The results, or how far the evaluation has come: request it again."""

    is_done: bool
    done: int
    total: int
    seconds: float
    results: list[TestResult]


class Export(BaseModel):
    """Words for the Embedding Projector; none: the first `top` of the model."""

    words: Annotated[list[Word], Field(max_length=1000)] = []
    top: Annotated[int, Field(ge=1, le=_MOST_EXPORTED)] = 10_000
    model: Model = 0


def _number(value: float) -> float | None:
    return None if isnan(value) else value


def _result(name: str, score: Score) -> TestResult:
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


def _results(scores: Scores) -> list[TestResult]:
    return [_result(name, score) for name, score in scores.items()]


def _projector_zip(vectors: WordVectors, words: list[str]) -> bytes:
    """The files of the projector in a zip file; they are made in a temporary folder."""
    counts = None if vectors.counts is None else vectors.counts[vectors.word_ids(words)]
    packed = BytesIO()
    with (
        tempfile.TemporaryDirectory(prefix="firth-") as folder,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file,
    ):
        target = Path(folder) / "projector"
        WordVectors(words, vectors[words], counts).save(target, "projector")
        for path in sorted(target.iterdir()):
            file.write(path, path.name)
    return packed.getvalue()


def routes(opened: Opened, background: Background) -> APIRouter:
    """POST /explorer/workbench/…"""
    router = APIRouter(prefix="/explorer/workbench", tags=["explorer"])

    @router.post("/neighbours")
    def neighbours(given: Batch) -> NeighbourTable:
        """The nearest words of each of many words."""
        vectors = opened.model(given.model).need_vectors()
        known, unknown = sort_out(given.words, vectors)
        rows = [
            NeighbourRow(word=word, neighbours=[Neighbour(word=near, similarity=cosine) for near, cosine in found])
            for word, found in zip(known, vectors.most_similar(known, given.count), strict=True)
        ]
        return NeighbourTable(rows=rows, unknown=unknown)

    @router.post("/similarity")
    def similarity(given: Group) -> Similarities:
        """How similar words are to each other, and which of them does not belong."""
        vectors = opened.model(given.model).need_vectors()
        known, unknown = sort_out(given.words, vectors)
        odd = vectors.odd_one_out(known) if len(known) > 2 else None
        cosines = vectors.similarity_matrix(known).tolist()
        return Similarities(words=known, cosines=cosines, odd=odd, unknown=unknown)

    @router.post("/between")
    def between(given: Line) -> WordsBetween:
        """Words nearest to the line from one word to another."""
        vectors = opened.model(given.model).need_vectors()
        _, unknown = sort_out([given.first, given.last], vectors)
        found = [] if unknown else vectors.between(given.first, given.last, given.count)
        return WordsBetween(between=[WordOnLine(**word._asdict()) for word in found], unknown=unknown)

    @router.post("/evaluation")
    def evaluation(given: Evaluation) -> Evaluated:
        """Evaluate a model on the built-in test sets; the first request starts it, later ones follow it."""
        vectors = opened.model(given.model).need_vectors()
        key = (vectors, "evaluation", given.top)

        def evaluate(report: Any) -> list[TestResult]:
            return _results(Suite().evaluate(vectors, top=given.top, progress=report))

        job = background.start(key, evaluate)
        try:
            job.wait(_PATIENCE)
        except BaseException:
            background.forget(key)
            raise
        done, total = (job.progress.done, job.progress.total or 0) if job.progress else (0, 0)
        results = job.result if job.is_done else []
        return Evaluated(is_done=job.is_done, done=done, total=total, seconds=job.seconds, results=results)

    @router.post("/projector", response_class=Response, responses={200: {"content": {"application/zip": {}}}})
    def projector(given: Export) -> Response:
        """Words and vectors as files of the Embedding Projector, in a zip file."""
        vectors = opened.model(given.model).need_vectors()
        words = [word for word in dict.fromkeys(given.words) if word in vectors] or list(vectors.words[: given.top])
        named = {"Content-Disposition": 'attachment; filename="projector.zip"'}
        return Response(_projector_zip(vectors, words), media_type="application/zip", headers=named)

    return router
