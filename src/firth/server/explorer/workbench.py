"""Chapter 11: what one does with vectors every day, for one word or for two hundred, with one model or with two."""

import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from firth.server.explorer.opened import Opened
from firth.server.explorer.vocabulary import Unknown, Word, sort_out
from firth.vectors.word_vectors import WordVectors

__all__ = ["Model", "routes"]

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


class Export(BaseModel):
    """Words for the Embedding Projector; none: the first `top` of the model."""

    words: Annotated[list[Word], Field(max_length=1000)] = []
    top: Annotated[int, Field(ge=1, le=_MOST_EXPORTED)] = 10_000
    model: Model = 0


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


def routes(opened: Opened) -> APIRouter:
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

    @router.post("/projector", response_class=Response, responses={200: {"content": {"application/zip": {}}}})
    def projector(given: Export) -> Response:
        """Words and vectors as files of the Embedding Projector, in a zip file."""
        vectors = opened.model(given.model).need_vectors()
        words = [word for word in dict.fromkeys(given.words) if word in vectors] or list(vectors.words[: given.top])
        named = {"Content-Disposition": 'attachment; filename="projector.zip"'}
        return Response(_projector_zip(vectors, words), media_type="application/zip", headers=named)

    return router
