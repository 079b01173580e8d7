"""Queries of language models and their results, for the OpenAPI document."""

from typing import Annotated

from pydantic import BaseModel, Field

from firth.server.limits import MOST_TEXTS
from firth.server.schemas import Count, Request, Text, example

__all__ = ["NextWordsRequest", "NextWordsResponse"]


class NextWordsRequest(Request):
    """Beginnings of sentences, of each of which the next word is wanted."""

    model_config = example(texts=["in the beginning", ""], count=3)

    texts: Annotated[
        list[Text],
        Field(
            min_length=1,
            max_length=MOST_TEXTS,
            description='Sentences so far, each from its start; "" for the first word of a sentence.',
        ),
    ]
    count: Count = 10


class NextWord(BaseModel):
    """A word that may come next."""

    word: str
    probability: Annotated[float, Field(description="In [0, 1].")]


class NextWordsResult(BaseModel):
    """The most probable next words of one text."""

    text: str
    next_words: Annotated[list[NextWord], Field(description="Most probable first.")]


class NextWordsResponse(BaseModel):
    """The most probable next words of each text, in the order of the request."""

    model_config = example(
        model="kjv",
        results=[{"text": "in the beginning", "next_words": [{"word": "of", "probability": 0.41}]}],
    )

    model: str
    results: list[NextWordsResult]
