"""Errors as JSON: every one has a code for programs and one clear sentence for people."""

from typing import Any

import fastapi
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from firth.errors import FirthError, FormatError, SettingError, UnknownWordError, quoted
from firth.server.headers import header
from firth.server.media_types import ARROW, JSON, MESSAGE_PACK, accepted, has_arrow
from firth.server.responses import json_bytes
from firth.server.service_schemas import ErrorResponse

__all__ = [
    "DOCUMENTED",
    "RequestProblem",
    "answer_errors",
    "check_accept",
    "check_type",
    "problem_response",
    "response_for",
]

# What any endpoint may respond with besides 200, for the OpenAPI document.
_STATUSES = {
    400: ("invalid_json", "The body is not JSON."),
    401: ("unauthorized", "The token is missing or wrong."),
    403: ("host_not_allowed, origin_not_allowed", "The request was meant for another host, or is another site's."),
    404: ("unknown_model, not_found", "There is no such model or path."),
    405: ("method_not_allowed", "The path has other methods."),
    406: ("not_acceptable", "There is no Arrow of these results, or the server has no pyarrow."),
    409: ("wrong_kind, no_index", "The model cannot do this: it is of another kind, or has no index."),
    413: ("too_large", "The body is larger than the limit."),
    415: ("unsupported_media_type", "The body has another type than JSON."),
    422: ("invalid_request, unknown_word", "A value is missing or wrong, or a word is unknown."),
    500: ("internal_error", "A fault of the server."),
    503: ("model_unavailable", "The file of the model was damaged while it was open."),
}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorResponse, "description": f"{text} Codes: {codes}."}
    for status, (codes, text) in _STATUSES.items()
}
_CODES = {404: "not_found", 405: "method_not_allowed", 400: "invalid_json", 413: "too_large"}


class RequestProblem(fastapi.HTTPException):
    """A request that cannot be answered: the status, the code and the sentence of the response.

    FastAPI lets this kind of exception pass, wherever it is raised.
    """

    def __init__(self, status: int, code: str, message: str, **details: Any) -> None:
        super().__init__(status, message)
        self.code = code
        self.message = message
        self.details = details


def problem_response(problem: RequestProblem, headers: dict[str, str] | None = None) -> Response:
    """The response for a problem."""
    content = {"error": {"code": problem.code, "message": problem.message, **problem.details}}
    return Response(json_bytes(content), problem.status_code, headers, media_type=JSON)


def check_type(request: Request) -> None:
    """Raise RequestProblem unless the body of a request is JSON by its header."""
    given = header(request.scope, b"content-type") or ""
    if given == JSON:
        return
    kind = given.partition(";")[0].strip().lower()
    if kind == JSON or (kind.startswith("application/") and kind.endswith("+json")):
        return
    shown = f"the body is {quoted(kind)}" if kind else "the body has no content type"
    raise RequestProblem(415, "unsupported_media_type", f"{shown}: send JSON with the header Content-Type: {JSON}")


def check_accept(request: Request, offers_arrow: bool) -> None:
    """Raise RequestProblem for a request that accepts Arrow alone where there is none. Others get JSON at least."""
    if set(accepted(request.scope)) != {ARROW}:
        return
    if not offers_arrow:
        sentence = f"these results do not come as Arrow: send Accept: {JSON} or {MESSAGE_PACK}"
        raise RequestProblem(406, "not_acceptable", sentence)
    if not has_arrow():
        remedy = "pip install 'firth[parquet]' where the server runs"
        sentence = f"Arrow needs pyarrow, which the server does not have: {remedy}, or send Accept: {MESSAGE_PACK}"
        raise RequestProblem(406, "not_acceptable", sentence)


def response_for(request: Request, error: RequestProblem | RequestValidationError | FirthError) -> Response:
    """The response for an error."""
    if isinstance(error, RequestProblem):
        return problem_response(error)
    return _invalid(request, error) if isinstance(error, RequestValidationError) else _firths(request, error)


def answer_errors(app: FastAPI) -> None:
    """Have every error of an app answered in JSON."""
    for kind in (RequestProblem, RequestValidationError, FirthError):
        app.add_exception_handler(kind, response_for)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _refused)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, _fault)


def _invalid(request: Request, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        reason = first.get("ctx", {}).get("error", "")
        return problem_response(RequestProblem(400, "invalid_json", f"the body is not JSON: {reason}"))
    if first["loc"] == ("body",):
        try:
            check_type(request)
        except RequestProblem as problem:
            return problem_response(problem)
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"][1:]).lstrip(".")
    sentence = first["msg"][:1].lower() + first["msg"][1:]
    shown = field if field.isprintable() and len(field) <= 200 else "the body"
    message = f"{shown or 'the body'}: {sentence}"
    return problem_response(RequestProblem(422, "invalid_request", message, field=shown))


def _refused(request: Request, error: HTTPException) -> Response:
    sentences = {
        404: f"no path {quoted(request.url.path)}: see /openapi.json",
        405: f"{request.method} is not a method of {quoted(request.url.path)}",
        400: "the body cannot be read as JSON",
    }
    code = _CODES.get(error.status_code, "invalid_request")
    problem = RequestProblem(error.status_code, code, sentences.get(error.status_code, str(error.detail)))
    return problem_response(problem, dict(error.headers) if error.headers else None)


def _firths(request: Request, error: FirthError) -> Response:
    """What the library refuses. Messages that name a file of the server's are replaced."""
    if isinstance(error, UnknownWordError):
        details = {"word": error.word, "suggestions": error.suggestions}
        return problem_response(RequestProblem(422, "unknown_word", str(error), **details))
    if isinstance(error, SettingError):
        return problem_response(RequestProblem(422, "invalid_request", str(error)))
    if isinstance(error, FormatError):
        message = f"the file of the model can no longer be used: {error.located_problem}"
        return problem_response(RequestProblem(503, "model_unavailable", message))
    return _fault(request, error)


def _fault(request: Request, error: Exception) -> Response:
    return problem_response(RequestProblem(500, "internal_error", "the server made an error; its log has details"))
