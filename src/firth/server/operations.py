"""Operations on models, POST /v1/models/NAME/OPERATION, and the short way from a request to its operation.

FastAPI's way to an endpoint leads through routes, dependencies and stacks of contexts, which took 0.6 ms of a core, as
long as the search. FastAPI describes the operations in the OpenAPI document, and refuses what is none of them; Shortcut
takes what is for an operation and hands it over at once.
"""

import json
from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import Any, NamedTuple, get_type_hints

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from firth.errors import FirthError
from firth.server.limits import LONGEST_NAME
from firth.server.media_types import ARROW
from firth.server.problems import RequestProblem, check_accept, check_type, response_for

__all__ = ["Compression", "OperationRoute", "Operations", "Shortcut"]


class OperationRoute(APIRoute):
    """The route of an operation: `async def operation(model: ModelName, body: …, request: Request) -> Response`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What FastAPI calls where a request does not take the shortcut: in an app that is mounted in another one."""

        async def handle(request: Request) -> Response:
            return await self.respond(request.path_params["model"], request)

        return handle

    @cached_property
    def _body_type(self) -> type[BaseModel]:
        body_type: type[BaseModel] = get_type_hints(self.endpoint)["body"]
        return body_type

    @cached_property
    def _offers_arrow(self) -> bool:
        return ARROW in self.responses[200]["content"]

    async def respond(self, model: str, request: Request) -> Response:
        """The response for the model of this name. Raises what response_for() turns into one."""
        if len(model) > LONGEST_NAME:
            sentence = f"model: string should have at most {LONGEST_NAME} characters"
            raise RequestProblem(422, "invalid_request", sentence, field="model")
        check_accept(request, self._offers_arrow)
        content = await _content_of(request)
        try:
            body = self._body_type.model_validate(content, from_attributes=True)  # as FastAPI validates
        except ValidationError as error:
            found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)]
            raise RequestValidationError(found) from None
        response: Response = await self.endpoint(model, body, request)
        return response


async def _content_of(request: Request) -> Any:
    """The JSON of a request. Raises RequestProblem."""
    try:
        body = await request.body()
    except ClientDisconnect:
        raise RequestProblem(400, "invalid_json", "the body ends early") from None
    check_type(request)
    if not body:
        raise RequestProblem(422, "invalid_request", "the body: field required", field="the body")
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        raise RequestProblem(400, "invalid_json", f"the body is not JSON: {error.msg}") from None
    except (ValueError, RecursionError):  # bytes that are no text, or lists in lists in lists
        raise RequestProblem(400, "invalid_json", "the body cannot be read as JSON") from None


class Operations:
    """The operations of an application, by the last part of their path; there may be none."""

    def __init__(self) -> None:
        self._routes: dict[str, OperationRoute] = {}

    def add(self, router: APIRouter) -> None:
        """Add those of a router."""
        for route in router.routes:
            if isinstance(route, OperationRoute):
                self._routes[route.path.rpartition("/")[2]] = route

    def find(self, scope: Scope) -> tuple[str, OperationRoute] | None:
        """The model and the operation that a request is for; None: FastAPI knows what to do."""
        if scope["type"] != "http" or scope["method"] != "POST":
            return None
        parts = scope["path"].split("/")
        if len(parts) != 5 or parts[:3] != ["", "v1", "models"] or not parts[3] or parts[4] not in self._routes:
            return None
        return parts[3], self._routes[parts[4]]


class Compression(NamedTuple):
    """Which responses are compressed, and how much."""

    shortest: int  # bytes
    level: int  # 1 … 9


class Shortcut:
    """An ASGI middleware that answers requests for operations, and hands on all others."""

    def __init__(self, app: ASGIApp, operations: Operations, compression: Compression) -> None:
        self._app = app
        self._operations = operations
        self._compression = compression

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        found = self._operations.find(scope)
        if found is None:
            await self._app(scope, receive, send)
            return
        model, scope["route"] = found
        request = Request(scope, receive)
        try:
            response = await found[1].respond(model, request)
        except (RequestProblem, RequestValidationError, FirthError) as error:
            response = response_for(request, error)
        response.raw_headers.append((b"vary", b"Accept-Encoding"))
        shortest, level = self._compression
        if len(response.body) < shortest or response.media_type == ARROW:  # numbers, which compress to 90 %
            await response(scope, receive, send)
        else:
            await GZipMiddleware(response, minimum_size=shortest, compresslevel=level)(scope, receive, send)
