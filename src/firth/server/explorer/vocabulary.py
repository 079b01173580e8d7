"""What is typed, against the vocabulary: completions, and words that are spelled nearly the same way."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from firth.server.explorer.opened import Opened
from firth.spelling import completions, near_spellings
from firth.vectors.word_vectors import WordVectors

__all__ = ["Unknown", "Word", "routes", "sort_out"]

_CORRECTED = 3  # unknown words of a request that get suggestions
_LIKELY = 100_000  # words that may be suggested for a misspelt one: to look at them takes 0.05 s

Word = Annotated[str, Field(min_length=1, max_length=100)]


class Unknown(BaseModel):
    """A word that the model does not have, and words that are spelled nearly the same way."""

    word: str
    near: list[str]


class Completions(BaseModel):
    """Words that begin with what is typed; if there are none, words that are spelled nearly the same way."""

    words: list[str]
    near: list[str]


def sort_out(words: list[str], vectors: WordVectors) -> tuple[list[str], list[Unknown]]:
    """Different words that the model has a vector for, and the others."""
    different = dict.fromkeys(words)
    known = [word for word in different if vectors.found(word) is not None]
    missing = [word for word in different if word not in set(known)]
    return known, [
        Unknown(word=word, near=near_spellings(word, vectors.words[:_LIKELY]) if i < _CORRECTED else [])
        for i, word in enumerate(missing)
    ]


def routes(opened: Opened) -> APIRouter:
    """GET /explorer/complete."""
    router = APIRouter(prefix="/explorer", tags=["explorer"])

    @router.get("/complete")
    def complete(
        prefix: Annotated[str, Query(min_length=1, max_length=100)], count: Annotated[int, Query(ge=1, le=50)] = 8
    ) -> Completions:
        """Words of the vocabulary for what has been typed so far, the most frequent first."""
        words = opened.need_vectors().words
        found = completions(prefix, words, count)
        return Completions(words=found, near=[] if found else near_spellings(prefix, words[:_LIKELY], count))

    return router
