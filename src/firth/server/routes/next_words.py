"""Language models: the words that may come next."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from firth.server.language_schemas import NextWordsRequest, NextWordsResponse
from firth.server.responses import respond
from firth.server.routes.paths import ModelName, check_results, model_router, models_of, responses

__all__ = ["router"]

router = model_router("language models")


@router.post("/next-words", summary="The most probable next words", responses=responses(NextWordsResponse))
async def next_words(model: ModelName, body: NextWordsRequest, request: Request) -> Response:
    """The words that a language model finds most probable after each text, without `<unk>` and `</s>`.

    Words of the text that the model does not know count as the unknown word `<unk>`.
    """
    check_results(len(body.texts), body.count)
    language_model = await models_of(request).language_model(model)

    def work() -> list[dict[str, Any]]:
        return [
            {
                "text": text,
                "next_words": [
                    {"word": word, "probability": round(probability, 6)}
                    for word, probability in language_model.next_words(text, body.count)
                ],
            }
            for text in body.texts
        ]

    return respond(request, {"model": model, "results": await run_in_threadpool(work)})
