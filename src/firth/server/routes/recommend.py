"""Recommenders: the items that may come next."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from firth.server.recommender_schemas import RecommendRequest, RecommendResponse
from firth.server.responses import respond
from firth.server.routes.paths import ModelName, check_results, model_router, models_of, responses

__all__ = ["router"]

router = model_router("recommenders")


@router.post("/recommend", summary="The items that may come next", responses=responses(RecommendResponse))
async def recommend(model: ModelName, body: RecommendRequest, request: Request) -> Response:
    """The items that a recommender finds most likely after each history."""
    check_results(len(body.histories), body.count)
    recommender = await models_of(request).recommender(model)

    def work() -> list[dict[str, Any]]:
        found = recommender.recommend_many(
            body.histories, body.count, exclude_seen=body.exclude_seen, only=body.only, never=body.never or None
        )
        return [
            {
                "items": [{"item": item, "score": round(score, 6)} for item, score in entries],
                "skipped": int(skipped),
                "is_popularity": entries.is_popularity,
            }
            for entries, skipped in zip(found, found.skipped, strict=True)
        ]

    return respond(request, {"model": model, "results": await run_in_threadpool(work)})
