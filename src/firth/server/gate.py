"""What every request has to pass before anything looks at it: host, origin, token, and the size of its body.

A page of another site can have a browser send requests to a server on this machine. The browser then names the site as
the origin, or, where the site's name was pointed at this machine (DNS rebinding), as the host.
"""

import hmac
import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firth.errors import SettingError, quoted
from firth.server.limits import LONGEST_BODY, SHORTEST_TOKEN
from firth.server.problems import RequestProblem, problem_response

__all__ = ["LOOPBACK", "Gate", "check_token", "is_loopback"]

LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
OPEN_TO_ALL = frozenset(("/health",))  # without a token: for load balancers, which learn nothing but the status


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can reach a server that is bound to this host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK


def check_token(token: str | None) -> None:
    """Raise SettingError for a token that could be guessed or that a header could not have."""
    if token is None:
        return
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise SettingError(
            f"a token of {len(token)} characters: must be at least {SHORTEST_TOKEN} letters and digits, as "
            "`openssl rand -hex 16` prints"
        )


class Gate:
    """An ASGI middleware that refuses requests early, and says of the others whether they had the token.

    Parameters
    ----------
    token : what requests have to bring as `Authorization: Bearer TOKEN`; None: nothing.
    hosts : the names by which this server may be called; None: any.
    """

    def __init__(self, app: ASGIApp, token: str | None, hosts: Collection[str] | None) -> None:
        self._app = app
        self._token = None if token is None else token.encode()
        self._hosts = None if hosts is None else frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or hand it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
            scope["is_authorised"] = self._has_token(headers)
            if not scope["is_authorised"] and scope["path"] not in OPEN_TO_ALL:
                raise RequestProblem(
                    401, "unauthorized", "the token is missing or wrong: send the header Authorization: Bearer TOKEN"
                )
            _check_length(headers)
        except RequestProblem as problem:
            challenge = {"WWW-Authenticate": "Bearer"} if problem.status_code == 401 else None
            await problem_response(problem, challenge)(scope, receive, send)
            return
        await self._app(scope, _Limited(receive), send)

    def _check_host(self, headers: Headers) -> None:
        given = headers.get("host", "")
        host = _host_of(f"//{given}")
        if self._hosts is not None and host not in self._hosts:
            raise RequestProblem(
                403, "host_not_allowed", f"the header Host is {quoted(given)}: this server is not known by that name"
            )
        origin = headers.get("origin")
        if origin is not None and (_place_of(origin) or "").lower() != given.lower():
            raise RequestProblem(
                403,
                "origin_not_allowed",
                f"the request comes from {quoted(origin)}: other sites may not use this server",
            )

    def _has_token(self, headers: Headers) -> bool:
        if self._token is None:
            return True
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return hmac.compare_digest(token.strip().encode(), self._token) and scheme.lower() == "bearer"


def _place_of(url: str) -> str | None:
    """Host and port of a URL."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return None


def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _too_large() -> RequestProblem:
    return RequestProblem(
        413, "too_large", f"the body has more than {LONGEST_BODY:,} bytes: divide it into several requests"
    )


def _check_length(headers: Headers) -> None:
    length = headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 12 or int(length) > LONGEST_BODY:
        raise _too_large()


class _Limited:
    """Receives a body whose length was not announced, up to the limit."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._received = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > LONGEST_BODY:
            raise _too_large()
        return message
