"""Trainings with the real trainer, for the chapters that train: begun, watched, paused, stopped, saved, opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from json import dumps
from typing import Annotated, Any, Literal

import anyio
from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, Field

from firth.errors import SettingError
from firth.server.explorer.built_in_text import built_in_text, built_in_texts
from firth.server.explorer.opened import Opened
from firth.server.explorer.texts import add_texts
from firth.server.explorer.training_sessions import Snapshot, Source, TrainingSession, TrainingSessions
from firth.training.hyperparameters import Hyperparameters

__all__ = ["routes"]

_LONGEST_STREAM = 5.0  # seconds; the page opens the next one, so that the end of the server waits for none
_BETWEEN = 0.15  # seconds between looks at a training
_MOST_WORDS = 50_000  # of a vocabulary

Word = Annotated[str, Field(min_length=1, max_length=100)]
Words = Annotated[list[Word], Field(max_length=12, description="Words whose neighbours are shown.")]
Command = Literal["pause", "resume", "stop"]


class Settings(BaseModel):
    """Settings of the training: those of Word2Vec, within bounds."""

    architecture: Literal["skipgram", "cbow"] = "skipgram"
    vector_size: Annotated[int, Field(ge=2, le=300)] = 50
    window: Annotated[int, Field(ge=1, le=50)] = 5
    negative_samples: Annotated[int, Field(ge=1, le=30)] = 5
    epochs: Annotated[int, Field(ge=1, le=1000)] = 5
    min_count: Annotated[int, Field(ge=1, le=1000)] = 5
    learning_rate: Annotated[float | None, Field(gt=0, le=1, allow_inf_nan=False)] = None
    seed: Annotated[int, Field(ge=0, le=2**31)] = 1


class Training(BaseModel):
    """A text and how to train on it. Without text and file, it is the built-in text."""

    text: Annotated[str | None, Field(max_length=300_000, description="The text itself.")] = None
    file: Annotated[str | None, Field(max_length=40, description="The id of a file that was sent.")] = None
    settings: Settings = Settings()
    words: Words = []


class Watch(BaseModel):
    """Words to watch from now on."""

    words: Words


class TrainingState(BaseModel):
    """A training at one moment."""

    id: str
    name: Annotated[str, Field(description="Of the text.")]
    state: Literal["waiting", "reading", "training", "paused", "stopped", "done", "failed"]
    version: int
    message: Annotated[str, Field(description="Why it failed.")]
    words: Annotated[int, Field(description="In the vocabulary; 0 before it is known.")]
    progress: dict[str, Any]
    losses: Annotated[list[tuple[float, float]], Field(description="Epochs done, and the loss of the epoch so far.")]
    watched: dict[str, Any] | None
    settings: dict[str, Any]


class NameOfModel(BaseModel):
    """The model that the chapters show now."""

    name: str
    words: int


def routes(opened: Opened) -> APIRouter:
    """Everything at /explorer/trainings and /explorer/texts."""
    sessions = TrainingSessions()

    @asynccontextmanager
    async def ending(app: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await anyio.to_thread.run_sync(sessions.close)

    router = APIRouter(prefix="/explorer", tags=["explorer"], lifespan=ending)

    add_texts(router, sessions)
    _add_trainings(router, sessions)
    _add_models(router, sessions, opened)
    return router


def _add_trainings(router: APIRouter, sessions: TrainingSessions) -> None:
    @router.post("/trainings")
    def begin(given: Training) -> TrainingState:
        """Begin a training; at most two run at a time, others wait."""
        settings = Hyperparameters(**given.settings.model_dump(), max_vocabulary=_MOST_WORDS, threads=1)
        return _state(sessions.begin(_source(given, sessions), settings, given.words))

    @router.get("/trainings/{id}")
    def look(id: str) -> TrainingState:
        """A training as it is now."""
        return _state(sessions.find(id))

    @router.get("/trainings/{id}/events")
    def events(id: str) -> StreamingResponse:
        """A training whenever it has changed, as server-sent events; the last one of a training at rest has no more."""
        stream = _events(sessions.find(id))
        return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    @router.post("/trainings/{id}/words")
    def watch(id: str, given: Watch) -> TrainingState:
        """Watch other words."""
        session = sessions.find(id)
        session.watch(given.words)
        return _state(session)

    @router.post("/trainings/{id}/do/{command}")
    def command(id: str, command: Command) -> TrainingState:
        """Pause a training, resume or stop it."""
        session = sessions.find(id)
        {"pause": session.pause, "resume": session.start, "stop": session.stop}[command]()
        return _state(session)


def _add_models(router: APIRouter, sessions: TrainingSessions, opened: Opened) -> None:
    @router.get("/trainings/{id}/model")
    def save(id: str) -> FileResponse:
        """The model as a .firth file."""
        return FileResponse(sessions.find(id).saved(), filename="model.firth", media_type="application/octet-stream")

    @router.post("/trainings/{id}/open")
    def open_model(id: str) -> NameOfModel:
        """Go on with this model in all chapters."""
        session = sessions.find(id)
        model = session.finished_model()
        opened.show(model, session.snapshot().name)
        return NameOfModel(name=opened.name, words=len(model.vocabulary))


def _source(given: Training, sessions: TrainingSessions) -> Source:
    if given.file is not None:
        return sessions.upload(given.file)
    if given.text is not None:
        if not given.text.strip():
            raise SettingError("the text is empty: paste one")
        return Source(" ".join(given.text.split()[:4]) + " …", [given.text])
    return Source(built_in_text().name, built_in_texts())


def _values(snapshot: Snapshot) -> dict[str, Any]:
    values = snapshot._asdict()
    watched = snapshot.watched
    if watched is not None:
        values["watched"] = {
            "words": [{"word": word, "neighbours": near} for word, near in watched.words],
            "unknown": watched.unknown,
            "points": [point._asdict() for point in watched.points],
        }
    return values


def _state(session: TrainingSession) -> TrainingState:
    return TrainingState(**_values(session.snapshot()))


async def _events(session: TrainingSession) -> AsyncIterator[str]:
    last = -1
    with anyio.move_on_after(_LONGEST_STREAM):
        while True:
            snapshot = session.snapshot()
            if snapshot.version != last:
                last = snapshot.version
                yield f"data: {dumps(_values(snapshot), separators=(',', ':'), allow_nan=False)}\n\n"
            if not snapshot.is_active:
                return
            await anyio.sleep(_BETWEEN)
