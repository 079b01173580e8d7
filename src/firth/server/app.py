"""The application: create_app() puts models, routes, errors, metrics and the gate together.

Every request passes Measured (metrics.py) and Gate (gate.py). Operations on models then take a shortcut
(operations.py); everything else passes gzip and FastAPI's routes. Further routes are added to the app that create_app()
returns, with include_router() or mount(): they are behind the same gate.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from firth.server.gate import LOOPBACK, Gate, Gatekeeping, check_token
from firth.server.metrics import Measured, Metrics
from firth.server.models import Models
from firth.server.operations import Compression, Operations, Shortcut
from firth.server.problems import answer_errors
from firth.server.routes import neighbours, next_words, recommend, service, words
from firth.vectors.lookup import Fallback

__all__ = ["Application", "add_models", "create_app", "guarded_app"]

VERSION = "1"  # of the contract, as in the paths
# Of shorter responses compressing takes longer than sending; level 4 is twice as fast as 9, and 3 % longer.
COMPRESSION = Compression(shortest=2_000, level=4)

_DESCRIPTION = """\
Models of Firth over HTTP. Requests and responses are JSON; responses are MessagePack for clients that send
`Accept: application/msgpack`, vectors and neighbours also a stream of Arrow for
`Accept: application/vnd.apache.arrow.stream`, and JSON and MessagePack are compressed for those that accept gzip. One
request can have many queries, and its results come in the order of the queries. Every error is
`{"error": {"code", "message"}}`.
"""


def create_app(
    models: Models,
    *,
    token: str | None = None,
    hosts: Collection[str] | None = LOOPBACK,
) -> FastAPI:
    """An ASGI application that serves models.

    Parameters
    ----------
    token : what requests have to bring as `Authorization: Bearer TOKEN`; None: nothing.
    hosts : the names by which the server may be called, as in the header Host; None: any.

    Raises SettingError for a token that is too short.
    """
    app = guarded_app(models.metrics, Gatekeeping(token, hosts))
    add_models(app, models)
    return app


def guarded_app(metrics: Metrics, gatekeeping: Gatekeeping) -> FastAPI:
    """An application without routes: whatever it is given is measured, compressed and behind the gate.

    Raises SettingError for a token that is too short.
    """
    check_token(gatekeeping.token)
    app = FastAPI(
        title="Firth",
        version=VERSION,
        description=_DESCRIPTION,
        docs_url=None,  # these pages would fetch scripts from elsewhere
        redoc_url=None,
    )
    app.state.metrics = metrics
    answer_errors(app)
    app.state.operations = Operations()
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSION.shortest, compresslevel=COMPRESSION.level)
    app.add_middleware(Shortcut, operations=app.state.operations, compression=COMPRESSION)
    app.add_middleware(Gate, keeping=gatekeeping)
    app.add_middleware(Measured, metrics=metrics)
    return app


def add_models(app: FastAPI, models: Models) -> None:
    """Have an application answer requests about models."""
    app.state.models = models
    for routes in (service, neighbours, words, next_words, recommend):
        app.include_router(routes.router)
        app.state.operations.add(routes.router)


@dataclass(frozen=True)
class Application:
    """How a worker process makes its app: a function of no arguments that can be sent to it.

    Parameters are those of Models and create_app(); `metrics_folder` is what all workers share.
    """

    paths: dict[str, Path]
    fallback: Fallback | None
    threads: int | None
    token: str | None
    hosts: frozenset[str] | None
    metrics_folder: Path | None

    def __call__(self) -> FastAPI:
        """Open the models and make the app."""
        metrics = Metrics(self.metrics_folder)
        models = Models(self.paths, fallback=self.fallback, threads=self.threads, metrics=metrics)
        return create_app(models, token=self.token, hosts=self.hosts)
