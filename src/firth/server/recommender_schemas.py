"""Queries of recommenders and their results, for the OpenAPI document."""

from typing import Annotated

from pydantic import BaseModel, Field

from firth.server.limits import LONGEST_WORD, MOST_HISTORY, MOST_TEXTS, MOST_WORDS
from firth.server.schemas import Count, Request, example

__all__ = ["RecommendRequest", "RecommendResponse"]

# Signed 64-bit numbers: other implementations of JSON know no longer ones.
Item = Annotated[str, Field(min_length=1, max_length=LONGEST_WORD)] | Annotated[int, Field(ge=-(2**63), lt=2**63)]
Candidates = Annotated[list[Item], Field(max_length=MOST_WORDS)]


class RecommendRequest(Request):
    """Histories, for each of which the next items are wanted."""

    model_config = example(histories=[["tea", "cup"], []], count=3)

    histories: Annotated[
        list[Annotated[list[Item], Field(max_length=MOST_HISTORY)]],
        Field(
            min_length=1,
            max_length=MOST_TEXTS,
            description="Items, the oldest first, as strings or whole numbers. Unknown ones are skipped.",
        ),
    ]
    count: Count = 10
    exclude_seen: Annotated[
        bool | None,
        Field(description="Whether items of the history are left out; null: as the model has learned."),
    ] = None
    only: Annotated[
        Candidates | None, Field(description="The only items that may be recommended, such as those in stock.")
    ] = None
    never: Annotated[Candidates, Field(description="Items that are never recommended.")] = []


class RecommendedItem(BaseModel):
    """An item that may come next."""

    item: str | int
    score: Annotated[float, Field(description="Comparable within one list.")]


class RecommendResult(BaseModel):
    """The next items after one history."""

    items: Annotated[list[RecommendedItem], Field(description="Best first.")]
    skipped: Annotated[int, Field(description="How many items of the history are unknown.")]
    is_popularity: Annotated[
        bool, Field(description="Whether no item of the history is known: these are the most frequent items.")
    ]


class RecommendResponse(BaseModel):
    """The next items after each history, in the order of the request."""

    model_config = example(
        model="shop",
        results=[{"items": [{"item": "spoon", "score": 2.31}], "skipped": 0, "is_popularity": False}],
    )

    model: str
    results: list[RecommendResult]
