"""Chapter 1: people as vectors of their scores."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from firth.errors import SettingError
from firth.illustrated.people import cosines

__all__ = ["routes"]

Number = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]


class Person(BaseModel):
    """A person's scores, from -1 to 1."""

    name: Annotated[str, Field(max_length=100)] = ""
    vector: Annotated[list[Number], Field(min_length=2, max_length=50)]


class People(BaseModel):
    """The people to compare with the first of them."""

    people: Annotated[list[Person], Field(min_length=2, max_length=50)]
    traits: Annotated[tuple[int, int], Field(description="The two traits that are drawn, numbered from 0.")] = (0, 1)


class Alike(BaseModel):
    """Cosines of each person with the first, by the two traits and by all."""

    of_two: list[float]
    of_all: list[float]


def routes() -> APIRouter:
    """POST /explorer/people."""
    router = APIRouter(prefix="/explorer", tags=["explorer"])

    @router.post("/people")
    def people(given: People) -> Alike:
        """How alike people are: the cosine of their vectors with the first person's."""
        sizes = {len(person.vector) for person in given.people}
        if len(sizes) > 1:
            raise SettingError(f"people have {sorted(sizes)} scores: all need equally many")
        if not all(0 <= trait < min(sizes) for trait in given.traits):
            raise SettingError(f"traits={list(given.traits)}: must be numbers from 0 to {min(sizes) - 1}")
        vectors = [person.vector for person in given.people]
        two = [[vector[trait] for trait in given.traits] for vector in vectors]
        return Alike(of_two=cosines(two)[0].tolist(), of_all=cosines(vectors)[0].tolist())

    return router
