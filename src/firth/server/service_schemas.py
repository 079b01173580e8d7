"""What the server says of itself, for the OpenAPI document: its models, its health, its errors."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from firth.server.schemas import example

__all__ = ["ErrorResponse", "HealthResponse", "ModelDescription", "ModelsResponse"]

Kind = Annotated[
    Literal["word vectors", "language model", "recommender"],
    Field(
        description="Which endpoints the model has: next-words for language models, recommend for recommenders, all "
        "others for word vectors."
    ),
]


class ModelDescription(BaseModel):
    """One model."""

    model_config = example(
        name="glove",
        kind="word vectors",
        words=400000,
        vector_size=50,
        has_counts=False,
        has_index=True,
        opened="2026-03-01T12:00:00+00:00",
        problem=None,
    )

    name: str
    kind: Kind
    words: Annotated[int, Field(description="How many words it knows, or items.")]
    vector_size: Annotated[
        int | None, Field(description="Numbers per vector; null for other models than word vectors.")
    ]
    has_counts: Annotated[bool, Field(description="Whether `sif` can be used.")]
    has_index: Annotated[bool, Field(description="Whether queries can be approximate.")]
    opened: Annotated[str, Field(description="When the file that is being served was opened.")]
    problem: Annotated[
        str | None,
        Field(description="Why a newer file, or its index, is not served; null where all is well."),
    ] = None


class ModelsResponse(BaseModel):
    """All models."""

    models: list[ModelDescription]


class HealthResponse(BaseModel):
    """Whether the server works."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok", "models": []}]})

    status: Annotated[
        Literal["ok", "degraded"],
        Field(description='"degraded": every model is served, but for some the file that is there now cannot be.'),
    ]
    models: Annotated[
        list[ModelDescription] | None,
        Field(description="All models; null for requests without the token, where one is required."),
    ]


class ErrorDetail(BaseModel):
    """What was wrong."""

    code: Annotated[str, Field(description="For programs: one of the codes in docs/serving.md.")]
    message: Annotated[str, Field(description="For people: one sentence with what was given and what is wanted.")]
    word: Annotated[str | None, Field(description="With `unknown_word`: the word.")] = None
    suggestions: Annotated[list[str] | None, Field(description="With `unknown_word`: known words spelled alike.")] = (
        None
    )
    field: Annotated[str | None, Field(description="With `invalid_request`: where the wrong value is.")] = None


class ErrorResponse(BaseModel):
    """Every response that is not 200."""

    model_config = example(error={"code": "unknown_model", "message": "no model 'glvoe': there are glove"})

    error: ErrorDetail
