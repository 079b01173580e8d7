"""Chapter 2: words as vectors, in numbers and colours."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, Field

from firth.server.explorer.opened import Opened
from firth.server.explorer.vocabulary import Unknown, Word, sort_out

__all__ = ["WordRow", "routes"]


class Words(BaseModel):
    """Words whose vectors are wanted."""

    words: Annotated[list[Word], Field(min_length=1, max_length=50)]


class WordRow(BaseModel):
    """A word and its vector (D,)."""

    word: str
    vector: list[float]


class WordRows(BaseModel):
    """Vectors of words; `limit` is the number with the strongest colour, `spread` (D,) how much each number differs."""

    rows: list[WordRow]
    unknown: list[Unknown]
    limit: float
    spread: list[float]


def routes(opened: Opened) -> APIRouter:
    """POST /explorer/words."""
    router = APIRouter(prefix="/explorer", tags=["explorer"])

    @router.post("/words")
    def words(given: Words) -> WordRows:
        """The vectors of words, and how alike the words are in each number (their standard deviation)."""
        vectors = opened.need_vectors()
        known, unknown = sort_out(given.words, vectors)
        rows = np.array([vectors[word] for word in known])
        return WordRows(
            rows=[WordRow(word=word, vector=row.tolist()) for word, row in zip(known, rows, strict=True)],
            unknown=unknown,
            limit=opened.limit,
            spread=rows.std(axis=0).tolist() if len(known) else [],
        )

    return router
