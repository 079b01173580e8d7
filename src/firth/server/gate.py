"""What every request has to pass before anything looks at it: host, origin, token, and the size of its body.

A page of another site can have a browser send requests to a server on this machine. The browser then names the site as
the origin, or, where the site's name was pointed at this machine (DNS rebinding), as the host.
"""

import hmac
import ipaddress
from collections.abc import Collection, Mapping
from functools import lru_cache
from http.cookies import SimpleCookie
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firth.errors import SettingError, quoted
from firth.server.headers import header
from firth.server.limits import LONGEST_BODY, SHORTEST_TOKEN
from firth.server.problems import RequestProblem, problem_response

__all__ = ["LOOPBACK", "Gate", "Gatekeeping", "check_access", "check_token", "is_loopback"]

LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
_COOKIE = "firth_token"
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


def check_access(host: str, token: str | None) -> None:
    """Raise SettingError for a token that is too weak, or for none where other machines can reach the server."""
    check_token(token)
    if not is_loopback(host) and token is None:
        raise SettingError(
            f"--host {host}: other machines could use this server; give a --token, or FIRTH_TOKEN in the environment"
        )


class Gatekeeping(NamedTuple):
    """What the gate lets pass.

    token : what requests have to bring as `Authorization: Bearer TOKEN`; None: nothing.
    hosts : the names by which this server may be called; None: any.
    entrance : a path that a browser may open with ?token=TOKEN; it gets a cookie that opens all others. None: no path.
    body_limits : the most bytes of a body, of paths for which LONGEST_BODY is too little.
    """

    token: str | None = None
    hosts: Collection[str] | None = LOOPBACK
    entrance: str | None = None
    body_limits: Mapping[str, int] = MappingProxyType({})


class Gate:
    """An ASGI middleware that refuses requests early, and says of the others whether they had the token."""

    def __init__(self, app: ASGIApp, keeping: Gatekeeping) -> None:
        self._app = app
        self._token = None if keeping.token is None else keeping.token.encode()
        self._hosts = None if keeping.hosts is None else frozenset(host.lower() for host in keeping.hosts)
        self._entrance = keeping.entrance
        self._body_limits = keeping.body_limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or hand it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        try:
            self._check_host(scope)
            if self._enters(scope):
                await self._let_in(scope, receive, send)
                return
            limit = self._body_limits.get(scope["path"], LONGEST_BODY)
            scope["is_authorised"] = self._has_token(scope)
            if not scope["is_authorised"] and scope["path"] not in OPEN_TO_ALL:
                raise RequestProblem(
                    401, "unauthorized", "the token is missing or wrong: send the header Authorization: Bearer TOKEN"
                )
            _check_length(scope, limit)
        except RequestProblem as problem:
            challenge = {"WWW-Authenticate": "Bearer"} if problem.status_code == 401 else None
            await problem_response(problem, challenge)(scope, receive, send)
            return
        await self._app(scope, _Limited(receive, limit), send)

    def _check_host(self, scope: Scope) -> None:
        given = header(scope, b"host") or ""
        if self._hosts is not None and _host_of(f"//{given}") not in self._hosts:
            raise RequestProblem(
                403, "host_not_allowed", f"the header Host is {quoted(given)}: this server is not known by that name"
            )
        origin = header(scope, b"origin")
        if origin is not None and (_place_of(origin) or "").lower() != given.lower():
            raise RequestProblem(
                403,
                "origin_not_allowed",
                f"the request comes from {quoted(origin)}: other sites may not use this server",
            )

    def _has_token(self, scope: Scope) -> bool:
        if self._token is None:
            return True
        scheme, _, token = (header(scope, b"authorization") or "").partition(" ")
        if scheme.lower() == "bearer":
            return self._is_token(token.strip())
        cookies = SimpleCookie(header(scope, b"cookie") or "") if self._entrance else {}
        return _COOKIE in cookies and self._is_token(cookies[_COOKIE].value)

    def _is_token(self, given: str) -> bool:
        return self._token is not None and hmac.compare_digest(given.encode(), self._token)

    def _enters(self, scope: Scope) -> bool:
        """Whether a browser comes to the entrance with the token in the address."""
        if self._token is None or scope["path"] != self._entrance or scope["method"] != "GET":
            return False
        return any(
            self._is_token(token) for token in parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        )

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the token over as a cookie, which only this page itself sends, and take it out of the address."""
        assert self._token is not None and self._entrance is not None
        response = RedirectResponse(self._entrance, 303, {"Cache-Control": "no-store"})
        response.set_cookie(_COOKIE, self._token.decode(), httponly=True, samesite="strict")
        await response(scope, receive, send)


def _place_of(url: str) -> str | None:
    """Host and port of a URL."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return None


@lru_cache(64)  # clients call a server by few names: urlsplit() would take 10 µs for each request
def _host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _too_large(limit: int) -> RequestProblem:
    return RequestProblem(413, "too_large", f"the body has more than {limit:,} bytes: divide it into several requests")


def _check_length(scope: Scope, limit: int) -> None:
    length = header(scope, b"content-length") or "0"
    if not length.isdecimal() or len(length) > 12 or int(length) > limit:
        raise _too_large(limit)


class _Limited:
    """Receives a body whose length was not announced, up to the limit."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._received = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self._limit:
            raise _too_large(self._limit)
        return message
