"""Models over HTTP, as JSON: needs the packages of the extra `explore`."""

from importlib.util import find_spec

from firth.errors import MissingExtraError

if not all(map(find_spec, ("fastapi", "uvicorn", "msgpack"))):
    raise MissingExtraError("the server", "explore")
