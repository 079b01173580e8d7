"""The pages and routes of the explorer, to be added to an application."""

from collections.abc import Collection
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from firth.server.app import add_models, guarded_app
from firth.server.explorer import (
    about,
    analogies,
    evaluation,
    map,
    next_word,
    noise,
    people,
    softmax,
    training,
    trainings,
    vocabulary,
    windows,
    words,
    workbench,
)
from firth.server.explorer.background import Background
from firth.server.explorer.opened import Opened
from firth.server.explorer.texts import LARGEST_FILE
from firth.server.gate import LOOPBACK, Gatekeeping
from firth.server.metrics import Metrics
from firth.server.models import Models

__all__ = ["add_explorer", "create_explorer"]

# Scripts, styles and requests of this page's own files alone: text that a user or a file brings cannot become code.
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'none'"
)

_STATIC = Path(__file__).parent.parent / "static"


def create_explorer(
    opened: Opened,
    models: Models | None,
    *,
    token: str | None = None,
    hosts: Collection[str] | None = LOOPBACK,
) -> FastAPI:
    """The application of `firth explore`: the page and what it requests, and the models as create_app() serves them.

    models : the same files for programs, at /v1; None where no file is open.
    token, hosts : see create_app(). A browser opens /?token=TOKEN.
    """
    limits = {"/explorer/texts": LARGEST_FILE}
    metrics = Metrics() if models is None else models.metrics
    app = guarded_app(metrics, Gatekeeping(token, hosts, entrance="/", body_limits=limits))
    if models is not None:
        add_models(app, models)
    add_explorer(app, opened)
    return app


def add_explorer(app: FastAPI, opened: Opened) -> None:
    """Serve the page at /, its files at /static, and what it requests at /explorer."""
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    background = Background()
    routers = [
        about.routes(opened),
        vocabulary.routes(opened),
        people.routes(),
        words.routes(opened),
        analogies.routes(opened),
        map.routes(opened, background),
        next_word.routes(next_word.LanguageModels(opened.language_model)),
        windows.routes(),
        softmax.routes(opened),
        noise.routes(opened),
        training.routes(),
        trainings.routes(opened),
        workbench.routes(opened),
        evaluation.routes(opened, background),
    ]
    for router in routers:
        app.include_router(router)

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        headers = {
            "Content-Security-Policy": _POLICY,
            "Cache-Control": "no-cache",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        return FileResponse(_STATIC / "index.html", headers=headers)
