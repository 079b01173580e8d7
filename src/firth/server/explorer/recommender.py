"""Chapter 12: a session is built item by item, and the recommender says what comes next, and why."""

import copy
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from firth.recommend.attributes import Attributes
from firth.recommend.items import Item
from firth.recommend.recommendations import Explanation, Recommendations
from firth.recommend.recommender import Recommender
from firth.server.explorer.opened import Opened
from firth.spelling import near_spellings, words_with

__all__ = ["routes"]

_MOST_VALUES = 1000  # of a column, the most frequent ones

Name = Annotated[str, Field(min_length=1, max_length=200, description="The id of an item, as text.")]
Value = Annotated[str, Field(min_length=1, max_length=200)]
Values = Annotated[
    dict[Value, Annotated[list[Value], Field(min_length=1, max_length=50)]],
    Field(min_length=1, max_length=50, description="Values of a new item by column."),
]
Count = Annotated[int, Field(ge=1, le=50)]


class Listed(BaseModel):
    """An item and the number of its events."""

    item: str
    count: int


class Found(BaseModel):
    """Items whose names contain what is typed, or, if there are none, are spelled nearly so; most frequent first."""

    items: list[Listed]
    is_near: bool


class ValueCount(BaseModel):
    """A value of an attribute, and how many items have it."""

    value: str
    count: int


class Column(BaseModel):
    """An attribute of items."""

    name: str
    values: list[ValueCount]


class Session(BaseModel):
    """Items that were chosen, oldest first, and perhaps an item that only its attributes are known of."""

    history: Annotated[list[Name], Field(max_length=100)] = []
    count: Count = 10
    new: Values | None = None


class Part(BaseModel):
    """What one item of the session adds to a score through one component; null for what no item adds."""

    item: str | None
    component: str
    amount: float


class Next(BaseModel):
    """An item that may come next, with the parts that sum to its score."""

    item: str
    score: float
    is_new: bool
    parts: list[Part]


class NextItems(BaseModel):
    """The items that may come next, best first; `components` is the order in which parts are drawn."""

    items: list[Next]
    components: list[str]
    skipped: list[str]
    is_popularity: bool


class One(BaseModel):
    """An item."""

    item: Name
    count: Count = 8


class Scored(BaseModel):
    """An item and a number."""

    item: str
    value: float


class Around(BaseModel):
    """What is around an item: its values, items that lead to the same ones, and items that follow it."""

    item: str
    count: int
    values: dict[str, list[str]]
    similar: list[Scored]
    goes_with: list[Scored]


class New(BaseModel):
    """An item that nobody has chosen yet."""

    values: Values
    count: Count = 8


class Landed(BaseModel):
    """The items nearest to a new one, by the cosine of their vectors."""

    near: list[Scored]


def routes(opened: Opened) -> APIRouter:
    """GET /explorer/recommender/items and /attributes; POST /explorer/recommender/next, /item and /new."""
    router = APIRouter(prefix="/explorer/recommender", tags=["explorer"])

    @router.get("/items")
    def items(
        text: Annotated[str, Query(max_length=200)] = "", count: Annotated[int, Query(ge=1, le=100)] = 24
    ) -> Found:
        """Items for what is typed; the most frequent ones while nothing is."""
        model = opened.need_recommender()
        words = model.items.vocabulary.words
        found = words_with(text, words, count)
        is_near = not found
        if is_near:
            found = near_spellings(text, words, count)
        counts = model.items.counts
        return Found(
            items=[Listed(item=word, count=int(counts[model.items.number(word)])) for word in found], is_near=is_near
        )

    @router.get("/attributes")
    def attributes() -> list[Column]:
        """The attributes of the items and their values, most frequent first; empty if none are known."""
        known = opened.need_recommender().learned.attributes
        return [] if known is None else _columns(known)

    @router.post("/next")
    def next_items(given: Session) -> NextItems:
        """What may come next after a session, and why."""
        return _next_items(opened.need_recommender(), given)

    @router.post("/item")
    def item(given: One) -> Around:
        """What is around an item."""
        model = opened.need_recommender()
        similar = model.similar_items(given.item, given.count)
        number = model.items.number(given.item)
        known = model.learned.attributes
        return Around(
            item=given.item,
            count=int(model.items.counts[number]),
            values={} if known is None else _values_of(known, number),
            similar=_scored(similar),
            goes_with=_scored(model.goes_with(given.item, given.count)),
        )

    @router.post("/new")
    def new(given: New) -> Landed:
        """Where an item belongs that nobody has chosen yet."""
        model = opened.need_recommender()
        vector = model.cold_start(given.values).item_vector
        near = model.item_vectors.nearest_to_vector(vector, given.count)
        return Landed(near=[Scored(item=word, value=cosine) for word, cosine in near])

    return router


def _next_items(model: Recommender, given: Session) -> NextItems:
    added = None
    if given.new is not None:
        added = _free_name(model)
        model = copy.copy(model).add_items({added: given.new})
    found = model.recommend(given.history, given.count, new_items=1 if added is not None and given.count > 1 else 0)
    reasons = _reasons(model, given.history, found, added)
    return NextItems(
        items=[
            Next(item=str(item), score=score, is_new=item == added, parts=_parts(reason))
            for (item, score), reason in zip(found, reasons, strict=True)
        ],
        components=_components(reasons),
        skipped=[str(item) for item in found.skipped],
        is_popularity=found.is_popularity,
    )


def _columns(known: Attributes) -> list[Column]:
    counts = np.bincount(known.values, minlength=len(known.names)).tolist()
    by_column: dict[str, list[ValueCount]] = {}
    for (column, value), count in zip(known.names, counts, strict=True):
        by_column.setdefault(column, []).append(ValueCount(value=value, count=count))
    return [
        Column(name=name, values=sorted(values, key=lambda one: -one.count)[:_MOST_VALUES])
        for name, values in by_column.items()
    ]


def _values_of(known: Attributes, number: int) -> dict[str, list[str]]:
    """Of an item by its number: files have the attributes in the order of the items."""
    values: dict[str, list[str]] = {}
    for value in known.of(number).tolist():
        column, text = known.names[value]
        values.setdefault(column, []).append(text)
    return values


def _free_name(model: Recommender) -> Item:
    """The id of a new item: one that the model does not have, of the type that its items have."""
    if model.items.are_integers:
        return max(int(word) for word in model.items.vocabulary.words) + 1
    name = "?"
    while name in model.items.vocabulary:
        name += "?"
    return name


def _reasons(
    model: Recommender, history: list[str], found: Recommendations, added: Item | None
) -> list[Explanation | None]:
    if found.is_popularity:
        return [None] * len(found)
    return [None if item == added else model.explain(history, item) for item in found.items]


def _parts(reason: Explanation | None) -> list[Part]:
    return [
        Part(item=None if item is None else str(item), component=component, amount=amount)
        for item, component, amount in reason or ()
    ]


def _components(reasons: list[Explanation | None]) -> list[str]:
    """Those that occur, the largest first."""
    sums: dict[str, float] = {}
    for reason in reasons:
        for _, component, amount in reason or ():
            sums[component] = sums.get(component, 0.0) + abs(amount)
    return sorted(sums, key=lambda component: -sums[component])


def _scored(found: Recommendations) -> list[Scored]:
    return [Scored(item=str(item), value=score) for item, score in found]
