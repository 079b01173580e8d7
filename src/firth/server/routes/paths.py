"""What the endpoints of models share: the name in the path, the models of the app, unknown words, checks of sizes."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from firth.server.limits import LONGEST_NAME, MOST_RESULTS
from firth.server.media_types import ARROW, MESSAGE_PACK
from firth.server.models import Models, OpenVectors
from firth.server.operations import OperationRoute
from firth.server.problems import DOCUMENTED, RequestProblem
from firth.vectors.word_vectors import WordVectors

__all__ = ["ModelName", "check_index", "check_results", "model_router", "models_of", "responses", "search"]

Item = TypeVar("Item")
Result = TypeVar("Result")

ModelName = Annotated[
    str, Path(max_length=LONGEST_NAME, description="The name of a model: see /v1/models.", examples=["glove"])
]


def model_router(tag: str) -> APIRouter:
    """A router for operations on a model."""
    return APIRouter(prefix="/v1/models/{model}", tags=[tag], route_class=OperationRoute)


def responses(response: type[Any], *, arrow: str = "") -> dict[int | str, dict[str, Any]]:
    """What an endpoint responds with, for the OpenAPI document.

    arrow : the columns that it has as Arrow; empty if it has none.
    """
    content: dict[str, Any] = {MESSAGE_PACK: {"schema": {"$ref": f"#/components/schemas/{response.__name__}"}}}
    if arrow:
        sentence = f"A stream of Arrow, one row for each query, whose columns are {arrow}. Needs pyarrow on the server."
        content[ARROW] = {"schema": {"type": "string", "format": "binary", "description": sentence}}
    return {200: {"model": response, "content": content}, **DOCUMENTED}


def models_of(request: Request) -> Models:
    """The models of the app that a request came to."""
    models: Models = request.app.state.models
    return models


def check_results(queries: int, count: int) -> None:
    """Raise RequestProblem if a response would be too long."""
    if queries * count > MOST_RESULTS:
        raise RequestProblem(
            422,
            "invalid_request",
            f"{queries:,} queries for {count:,} words each: must be at most {MOST_RESULTS:,} words together",
            field="count",
        )


def check_index(name: str, model: OpenVectors, approximate: bool) -> None:
    """Raise RequestProblem if a query is to be approximate and there is no index."""
    if approximate and not model.has_index:
        raise RequestProblem(
            409, "no_index", f"{name!r} has no index: build one with `firth index MODEL`, or leave out approximate"
        )


async def search(
    vectors: WordVectors,
    queries: Sequence[Item],
    words_of: Callable[[Item], Sequence[str]],
    unknown: str,
    work: Callable[[list[Item]], Sequence[Result]],
) -> list[Result | None]:
    """The results of all queries, computed in a thread.

    With unknown="null", None for queries with words that have no vector; otherwise `work` raises UnknownWordError.
    """

    def search_known() -> list[Result | None]:
        if unknown == "error":
            return list(work(list(queries)))
        is_known = [all(vectors.found(word) is not None for word in words_of(query)) for query in queries]
        known = [query for query, is_one in zip(queries, is_known, strict=True) if is_one]
        found = iter(work(known) if known else ())
        return [next(found) if is_one else None for is_one in is_known]

    return await run_in_threadpool(search_known)
