"""Texts to train on: the built-in one, and files that the page sends, which go to a temporary folder."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from firth.errors import SettingError
from firth.server.explorer.built_in_text import built_in_text
from firth.server.explorer.training_sessions import Source, TrainingSessions

__all__ = ["LARGEST_FILE", "add_texts"]

LARGEST_FILE = 64 << 20  # bytes of a text that is sent


class BuiltIn(BaseModel):
    """The built-in text, and words of it that are worth watching."""

    name: str
    watched: list[str]


class SentFile(BaseModel):
    """A file that was sent."""

    id: str
    name: str
    bytes: int


def add_texts(router: APIRouter, sessions: TrainingSessions) -> None:
    """GET /texts/built-in and POST /texts."""

    @router.get("/texts/built-in")
    def built_in() -> BuiltIn:
        """The text that is there without a file."""
        text = built_in_text()
        return BuiltIn(name=text.name, watched=text.watched)

    @router.post("/texts")
    async def send_file(
        request: Request,
        name: Annotated[str, Query(max_length=200, description="What the page calls it; no file gets this name.")] = "",
    ) -> SentFile:
        """Send a text as the body of the request, up to 64 MiB; it is kept in a temporary folder until the end."""
        id, path = sessions.new_upload()
        size = 0
        try:
            with path.open("xb") as file:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > LARGEST_FILE:
                        limit = LARGEST_FILE >> 20
                        raise SettingError(f"the file is larger than {limit} MiB: train on it with `firth train`")
                    file.write(chunk)
            if not size:
                raise SettingError("the file is empty")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        sessions.add_upload(id, Source(name or "file", path))
        return SentFile(id=id, name=name or "file", bytes=size)
