"""The server itself: which models there are, whether it works, and what it has done."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from firth.server.metrics import Metrics
from firth.server.problems import DOCUMENTED
from firth.server.responses import respond
from firth.server.routes.paths import ModelName, models_of, responses
from firth.server.service_schemas import HealthResponse, ModelDescription, ModelsResponse

__all__ = ["router"]

router = APIRouter(tags=["server"])

_METRICS_EXAMPLE = 'firth_requests_total{route="/v1/models/{model}/similar",status="200"} 1042\n'


@router.get("/v1/models", summary="All models", responses=responses(ModelsResponse))
async def all_models(request: Request) -> Response:
    """The name, the kind and the size of every model."""
    return respond(request, {"models": await models_of(request).descriptions()})


@router.get("/v1/models/{model}", summary="One model", responses=responses(ModelDescription))
async def one_model(model: ModelName, request: Request) -> Response:
    """The kind and the size of a model."""
    models = models_of(request)
    await models.newest(model)
    return respond(request, models[model].description(model))


@router.get("/health", summary="Whether the server works", responses=responses(HealthResponse))
async def health(request: Request) -> Response:
    """For load balancers: 200 as long as the server answers. It needs no token, and lists models only with it."""
    descriptions = await models_of(request).descriptions()
    status = "degraded" if any(one["problem"] for one in descriptions) else "ok"
    return respond(request, {"status": status, "models": descriptions if request.scope["is_authorised"] else None})


@router.get(
    "/metrics",
    summary="What the server has done",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"example": _METRICS_EXAMPLE}}}, **DOCUMENTED},
)
async def metrics(request: Request) -> Response:
    """Requests by route and status, their duration, searches and reloads, in the text format of Prometheus.

    The numbers are sums over all worker processes since the server was started.
    """
    counted: Metrics = request.app.state.metrics
    return PlainTextResponse(counted.text(), media_type="text/plain; version=0.0.4")
