"""Chapter 3: sums of words, the words nearest to them, and the parallelogram."""

from collections import Counter
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from firth.plots.sum_plane import sum_plane
from firth.server.explorer.opened import Opened
from firth.server.explorer.vocabulary import Unknown, Word, sort_out
from firth.server.explorer.words import WordRow
from firth.vectors.word_vectors import WordVectors

__all__ = ["routes"]

_DRAWN = 6  # answers in the plane


class Term(BaseModel):
    """A word of the sum; 1 adds it, -1 subtracts it."""

    word: Word
    sign: Literal[1, -1] = 1


class Sum(BaseModel):
    """A sum of words."""

    terms: Annotated[list[Term], Field(min_length=1, max_length=20)]
    count: Annotated[int, Field(ge=1, le=100, description="How many words to find.")] = 10


class Answer(BaseModel):
    """A word and the cosine of its vector with the sum."""

    word: str
    similarity: float


class Point(BaseModel):
    """Where a word, or the sum itself, is in the plane."""

    word: str
    kind: Literal["term", "sum", "answer"]
    x: float
    y: float


class Analogy(BaseModel):
    """What a sum of words is near to.

    `sum` is that of the vectors as they are, so that colours add up column by column; the answers are nearest to the
    sum of vectors scaled to length 1.
    """

    answers: list[Answer]
    rows: list[WordRow]
    sum: list[float]
    nearest: WordRow | None
    limit: float
    plane: list[Point]
    unknown: list[Unknown]


def _points(vectors: WordVectors, terms: list[Term], answers: list[Answer]) -> list[Point]:
    """The terms in their order, the sum, the first answers."""
    others = [answer.word for answer in answers[:_DRAWN]]
    found = sum_plane(vectors, [term.word for term in terms], [term.sign for term in terms], others)
    places = zip(terms, found.words.tolist(), strict=True)
    points = [Point(word=term.word, kind="term", x=x, y=y) for term, (x, y) in places]
    points.append(Point(word="", kind="sum", x=found.total[0], y=found.total[1]))
    points += [
        Point(word=word, kind="answer", x=x, y=y) for word, (x, y) in zip(others, found.others.tolist(), strict=True)
    ]
    return points


def _cancels(terms: list[Term]) -> bool:
    """Whether nothing is left of the sum."""
    weights = Counter[str]()
    for term in terms:
        weights[term.word] += term.sign
    return not any(weights.values())


def routes(opened: Opened) -> APIRouter:
    """POST /explorer/analogies."""
    router = APIRouter(prefix="/explorer", tags=["explorer"])

    @router.post("/analogies")
    def analogies(given: Sum) -> Analogy:
        """The words nearest to a sum of words, its vectors, and where all of them are in a plane."""
        vectors = opened.need_vectors()
        known, unknown = sort_out([term.word for term in given.terms], vectors)
        terms = [term for term in given.terms if term.word in known]
        rows = [WordRow(word=term.word, vector=vectors[term.word].tolist()) for term in terms]
        if unknown or _cancels(terms):
            return Analogy(answers=[], rows=rows, sum=[], nearest=None, limit=opened.limit, plane=[], unknown=unknown)
        positive = [term.word for term in terms if term.sign > 0]
        negative = [term.word for term in terms if term.sign < 0]
        found = vectors.most_similar(positive=positive, negative=negative, count=given.count)
        answers = [Answer(word=word, similarity=similarity) for word, similarity in found]
        nearest = WordRow(word=answers[0].word, vector=vectors[answers[0].word].tolist()) if answers else None
        # The mean with weights 1 and -1 is the sum divided by the number of terms.
        mean = vectors.mean_vector([term.word for term in terms], [term.sign for term in terms])
        return Analogy(
            answers=answers,
            rows=rows,
            sum=(mean * len(terms)).tolist(),
            nearest=nearest,
            limit=opened.limit,
            plane=_points(vectors, terms, answers),
            unknown=[],
        )

    return router
