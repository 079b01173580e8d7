"""Given words and sentences: their vectors, their similarity, the one that does not belong."""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from firth.arrays import Vector
from firth.server.responses import respond, respond_with_vectors
from firth.server.routes.paths import ModelName, model_router, models_of, responses, search
from firth.server.schemas import (
    OddOneOutRequest,
    OddOneOutResponse,
    SentenceVectorsRequest,
    SentenceVectorsResponse,
    SimilarityRequest,
    SimilarityResponse,
    VectorsRequest,
    VectorsResponse,
)

__all__ = ["router"]

router = model_router("words")


@router.post(
    "/vectors",
    summary="The vectors of words",
    responses=responses(VectorsResponse, arrow="word and vector, a fixed-size list of float32"),
)
async def vectors_of_words(model: ModelName, body: VectorsRequest, request: Request) -> Response:
    """The numbers of each word's vector, as the model has them."""
    vectors = (await models_of(request).vectors(model)).vectors

    def work(words: list[str]) -> Sequence[Vector]:
        return list(vectors[words])

    found = await search(vectors, body.words, lambda word: [word], body.unknown, work)
    size = vectors.vector_size
    return await run_in_threadpool(respond_with_vectors, request, model, "word", body.words, found, size)


@router.post("/similarity", summary="The similarity of two words", responses=responses(SimilarityResponse))
async def similarity(model: ModelName, body: SimilarityRequest, request: Request) -> Response:
    """The cosine of the angle between the vectors of the two words of each pair."""
    vectors = (await models_of(request).vectors(model)).vectors

    def work(pairs: list[list[str]]) -> list[float]:
        cosines: list[float] = vectors.similarity([pair[0] for pair in pairs], [pair[1] for pair in pairs]).tolist()
        return cosines

    found = await search(vectors, body.pairs, lambda pair: pair, body.unknown, work)
    results = [
        {"pair": pair, "similarity": None if cosine is None else round(cosine, 6)}
        for pair, cosine in zip(body.pairs, found, strict=True)
    ]
    return respond(request, {"model": model, "results": results})


@router.post("/odd-one-out", summary="The word that does not belong", responses=responses(OddOneOutResponse))
async def odd_one_out(model: ModelName, body: OddOneOutRequest, request: Request) -> Response:
    """The word of each group that is least similar to the mean of all of them."""
    vectors = (await models_of(request).vectors(model)).vectors
    found = await search(vectors, body.groups, lambda group: group, body.unknown, vectors.odd_one_out)
    results = [{"group": group, "odd_one_out": word} for group, word in zip(body.groups, found, strict=True)]
    return respond(request, {"model": model, "results": results})


@router.post(
    "/sentence-vectors",
    summary="The vectors of sentences",
    responses=responses(SentenceVectorsResponse, arrow="sentence and vector, a fixed-size list of float32"),
)
async def sentence_vectors(model: ModelName, body: SentenceVectorsRequest, request: Request) -> Response:
    """The mean of the vectors of each sentence's words, of which unknown ones are skipped."""
    vectors = (await models_of(request).vectors(model)).vectors

    def work() -> Response:
        found = vectors.sentence_vectors(body.sentences, sif=body.sif, common=False)
        return respond_with_vectors(request, model, "sentence", body.sentences, list(found), vectors.vector_size)

    return await run_in_threadpool(work)
