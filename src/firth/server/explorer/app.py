"""The pages and routes of the explorer, to be added to an application."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

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

__all__ = ["add_explorer"]

_STATIC = Path(__file__).parent.parent / "static"


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
        return FileResponse(_STATIC / "index.html")
