"""Forms of a response, and which one a request accepts."""

from importlib.util import find_spec

from starlette.types import Scope

from firth.server.headers import header

__all__ = ["ARROW", "JSON", "MESSAGE_PACK", "accepted", "has_arrow", "wanted"]

JSON = "application/json"
MESSAGE_PACK = "application/msgpack"
ARROW = "application/vnd.apache.arrow.stream"

_OTHER_NAMES = {"application/x-msgpack": MESSAGE_PACK}


def accepted(scope: Scope) -> list[str]:
    """The types that the header Accept names, without their parameters."""
    accept = header(scope, b"accept")
    if accept is None or accept == "*/*":
        return []
    named = [one.partition(";")[0].strip().lower() for one in accept.split(",")]
    return [_OTHER_NAMES.get(one, one) for one in named]


def has_arrow() -> bool:
    """Whether pyarrow is installed."""
    return find_spec("pyarrow") is not None


def wanted(scope: Scope, *, offers_arrow: bool) -> str:
    """The form of a response: Arrow or MessagePack where they are accepted, as they cost less, and JSON otherwise."""
    kinds = accepted(scope)
    if not kinds:
        return JSON
    if offers_arrow and ARROW in kinds and has_arrow():
        return ARROW
    return MESSAGE_PACK if MESSAGE_PACK in kinds else JSON
