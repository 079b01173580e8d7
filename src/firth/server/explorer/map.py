"""Chapter 4: up to 50,000 words as points, which pictures of paper cannot show."""

from typing import Annotated, Literal, NamedTuple

import numpy as np
from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from firth.errors import MissingExtraError
from firth.evaluation.clusters import spherical_clusters
from firth.evaluation.known_words import unit_rows
from firth.plots.canvas import finite_vectors
from firth.plots.projection import check_packages, project
from firth.plots.two_axes import axis_directions
from firth.server.explorer.background import Background, Job, Report
from firth.server.explorer.opened import Opened
from firth.server.explorer.vocabulary import Word
from firth.vectors.query import unit
from firth.vectors.word_vectors import WordVectors

__all__ = ["routes"]

_MOST = 50_000  # words
_CLUSTERS = 8  # as many as there are colours
_STARTS = 3  # of the clustering
_KNOWN, _ONE_IN = 20, 20  # the most frequent words of a group, which may name it: so many, or this part of it
_PATIENCE = 1.0  # seconds in which a request waits for what is being computed

Method = Literal["pca", "umap"]
Count = Annotated[int, Query(ge=10, le=_MOST, description="The first so many words of the model.")]


class MapWords(BaseModel):
    """The words of a map, most frequent first in most models; `methods` are those that can place them here."""

    words: list[str]
    counts: list[int] | None
    methods: list[Method]
    most: int


class Waiting(BaseModel):
    """What was requested is being computed: request it again."""

    waiting: Literal[True] = True
    seconds: float


class Clusters(BaseModel):
    """Groups of words by direction: a digit for each word, and for each group frequent words near its center."""

    labels: str
    names: list[list[str]]


class Near(BaseModel):
    """A word whose neighbours on the map are wanted."""

    word: Word
    among: Annotated[int, Field(ge=10, le=_MOST, description="The first so many words are on the map.")]
    count: Annotated[int, Field(ge=1, le=100)] = 10


class Neighbour(BaseModel):
    """A neighbour by its number on the map, and the cosine."""

    word: str
    index: int
    similarity: float


class Axes(BaseModel):
    """Two axes, each from one word to another."""

    x: tuple[Word, Word]
    y: tuple[Word, Word]
    count: Annotated[int, Field(ge=10, le=_MOST)]


class _Found(NamedTuple):
    labels: NDArray[np.int64]
    names: list[list[str]]


_BINARY = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_POINTS: dict[int | str, dict[str, object]] = {
    200: {"description": "x and y of each word, float32, little-endian", **_BINARY},
    202: {"description": "It is being computed", "model": Waiting},
}


def _binary(points: NDArray[np.floating]) -> Response:
    return Response(points.astype("<f4").tobytes(), media_type="application/octet-stream")


def _waiting(job: Job) -> JSONResponse:
    return JSONResponse(Waiting(seconds=job.seconds).model_dump(), status_code=202)


def _available() -> list[Method]:
    try:
        check_packages("umap")
    except MissingExtraError:
        return ["pca"]
    return ["pca", "umap"]


def _rows(vectors: WordVectors, count: int) -> NDArray[np.float64]:
    return finite_vectors(vectors, list(vectors.words[:count]))


def _cluster(vectors: WordVectors, count: int) -> _Found:
    """Clusters of the first words, with names."""
    units = unit_rows(_rows(vectors, count))
    labels = spherical_clusters(units, min(_CLUSTERS, len(units)), np.random.default_rng(1), _STARTS)
    members = [np.flatnonzero(labels == cluster).tolist() for cluster in range(min(_CLUSTERS, len(units)))]
    words = vectors.words
    names: list[list[str]] = []
    for rows in members:
        named = [words[row] for row in rows]
        known = named[: max(_KNOWN, len(named) // _ONE_IN)]  # rare words are nearest to the center, and say little
        found = vectors.nearest_to_vector(vectors.mean_vector(named), 3, restrict=known) if named else []
        names.append([word for word, _ in found])
    return _Found(labels, names)


def routes(opened: Opened, background: Background) -> APIRouter:
    """GET /explorer/map/words, /points, /clusters; POST /neighbours, /axes."""
    router = APIRouter(prefix="/explorer/map", tags=["explorer"])

    def first_words(count: int) -> tuple[WordVectors, int]:
        vectors = opened.need_vectors()
        return vectors, min(count, len(vectors))

    @router.get("/words")
    def words(count: Count = 5000) -> MapWords:
        """The words of a map, in the order of its points."""
        vectors, n_words = first_words(count)
        counts = None if vectors.counts is None else vectors.counts[:n_words].tolist()
        most = min(_MOST, len(vectors))
        return MapWords(words=list(vectors.words[:n_words]), counts=counts, methods=_available(), most=most)

    @router.get("/points", response_class=Response, responses=_POINTS)
    def points(count: Count = 5000, method: Method = "pca") -> Response:
        """Positions of the words, by principal components at once or by UMAP after some time."""
        vectors, n_words = first_words(count)
        check_packages(method)
        key = (vectors, method, n_words)

        def place(report: Report) -> NDArray[np.float64]:
            return project(_rows(vectors, n_words), method, 1, on_step=report).points

        job = background.request(key, place, is_slow=method == "umap")
        return _binary(job.result) if background.wait(key, job, _PATIENCE) else _waiting(job)

    @router.get("/clusters", responses={202: {"model": Waiting}})
    def clusters(count: Count = 5000) -> Clusters:
        """Groups of words with similar vectors, by spherical k-means."""
        vectors, n_words = first_words(count)
        key = (vectors, "clusters", n_words)
        job = background.request(key, lambda report: _cluster(vectors, n_words), is_slow=False)
        if not background.wait(key, job, _PATIENCE):
            return _waiting(job)  # type: ignore[return-value]  # FastAPI sends a response as it is
        return Clusters(labels="".join(map(str, job.result.labels.tolist())), names=job.result.names)

    @router.post("/neighbours")
    def neighbours(given: Near) -> list[Neighbour]:
        """The words of the map that are most similar to one, by their vectors and not by the map."""
        vectors, n_words = first_words(given.among)
        found = vectors.most_similar(given.word, given.count, restrict=n_words)
        return [Neighbour(word=word, index=vectors.word_id(word), similarity=cosine) for word, cosine in found]

    @router.post("/axes", response_class=Response, responses={200: _POINTS[200]})
    def axes(given: Axes) -> Response:
        """Each word by its cosines with two differences of words."""
        vectors, n_words = first_words(given.count)
        directions = unit(axis_directions(vectors, given.x, given.y).astype(np.float64))
        cosines = vectors.search.cosines(vectors.candidates(n_words), directions.astype(np.float32))
        return _binary(cosines.T)

    return router
