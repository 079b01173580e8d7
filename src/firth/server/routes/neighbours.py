"""Searching: similar words, sums of words, words between two others."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from firth.server.models import OpenVectors
from firth.server.responses import respond, respond_with_neighbours
from firth.server.routes.paths import (
    ModelName,
    check_index,
    check_results,
    model_router,
    models_of,
    responses,
    search,
)
from firth.server.schemas import (
    AnalogyRequest,
    AnalogyResponse,
    BetweenRequest,
    BetweenResponse,
    SimilarRequest,
    SimilarResponse,
    Sum,
)
from firth.vectors.neighbours import Neighbour

__all__ = ["router"]

router = model_router("search")


@router.post(
    "/similar",
    summary="The words most similar to each word",
    responses=responses(SimilarResponse, arrow="word and neighbours, a list of structs of word and similarity"),
)
async def similar(model: ModelName, body: SimilarRequest, request: Request) -> Response:
    """The words whose vectors have the largest cosine to that of each given word, without that word."""
    check_results(len(body.words), body.count)
    opened = await models_of(request).vectors(model)
    check_index(model, opened, body.approximate)
    found = await _similar(opened, body)
    return respond_with_neighbours(request, model, [{"word": word} for word in body.words], found)


async def _similar(opened: OpenVectors, body: SimilarRequest) -> Sequence[Sequence[Neighbour] | None]:
    vectors = opened.vectors
    if body.restrict is None and not body.exclude and all(word in vectors for word in body.words):
        return await opened.batches.most_similar(body.words, body.count, body.approximate)

    def work(words: list[str]) -> list[Any]:
        options: Any = {"restrict": body.restrict, "exclude": body.exclude, "approximate": body.approximate}
        return vectors.most_similar(words, body.count, **options)

    return await search(vectors, body.words, lambda word: [word], body.unknown, work)


@router.post(
    "/analogy",
    summary="The words nearest to sums of words",
    responses=responses(
        AnalogyResponse, arrow="positive, negative and neighbours, a list of structs of word and similarity"
    ),
)
async def analogy(model: ModelName, body: AnalogyRequest, request: Request) -> Response:
    """The words nearest to each sum, such as king - man + woman, without the words of the sum."""
    check_results(len(body.sums), body.count)
    opened = await models_of(request).vectors(model)
    check_index(model, opened, body.approximate)
    vectors = opened.vectors

    def work(sums: list[Sum]) -> list[Any]:
        positive: list[list[Any]] = [list(one.positive) for one in sums]
        negative: list[list[Any]] = [list(one.negative) for one in sums]
        return vectors.most_similar(
            positive=positive,
            negative=negative,
            count=body.count,
            method=body.method,
            restrict=body.restrict,
            exclude=body.exclude,
            approximate=body.approximate,
        )

    found = await search(vectors, body.sums, lambda one: [*one.positive, *one.negative], body.unknown, work)
    queries = [{"positive": one.positive, "negative": one.negative} for one in body.sums]
    return respond_with_neighbours(request, model, queries, found)


@router.post("/between", summary="The words between two words", responses=responses(BetweenResponse))
async def between(model: ModelName, body: BetweenRequest, request: Request) -> Response:
    """The words nearest to the straight line from one word to another; none that are nearest to one of its ends."""
    check_results(len(body.pairs), body.count)
    vectors = (await models_of(request).vectors(model)).vectors

    def work(pairs: list[list[str]]) -> list[Any]:
        firsts, seconds = map(list, zip(*pairs, strict=True))
        return vectors.between(firsts, seconds, body.count, restrict=body.restrict, exclude=body.exclude)

    found = await search(vectors, body.pairs, lambda pair: pair, body.unknown, work)
    results = [
        {
            "pair": pair,
            "between": some
            and [
                {"word": word, "similarity": round(similarity, 6), "position": round(position, 6)}
                for word, similarity, position in some
            ],
        }
        for pair, some in zip(body.pairs, found, strict=True)
    ]
    return respond(request, {"model": model, "results": results})
