"""Chapter 7: the slow way, a softmax over the whole vocabulary at every step."""

import time
from typing import Annotated, TypeAlias

import numpy as np
from fastapi import APIRouter
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from firth.arrays import Matrix
from firth.errors import SettingError
from firth.illustrated.first_step import first_matrices
from firth.illustrated.softmax import prediction_errors, softmax, softmax_step
from firth.interruption import blas
from firth.server.explorer.opened import Opened

__all__ = ["routes"]

Word = Annotated[str, Field(min_length=1, max_length=100)]
Numbers: TypeAlias = NDArray[np.floating]

_HEAD = 10  # words of a large vocabulary that are shown
_LARGEST = 50_000  # words of a large vocabulary that a step computes
_NEGATIVES = 5  # as many noise words as training draws


class Softmax(BaseModel):
    """A vocabulary, and the pair of words that is learned from, again and again."""

    words: Annotated[list[Word], Field(min_length=2, max_length=60, description="The vocabulary, without repetition.")]
    center: Annotated[Word, Field(description="The input word.")]
    neighbour: Annotated[Word, Field(description="The word to predict.")]
    steps: Annotated[int, Field(ge=0, le=500, description="How many steps were made before.")] = 0
    learning_rate: Annotated[float, Field(gt=0, le=5, allow_inf_nan=False)] = 0.5


class Columns(BaseModel):
    """Over the vocabulary: what is predicted, what is right, their difference, and the prediction after the update."""

    scores: list[float]
    predictions: list[float]
    targets: list[int]
    errors: Annotated[list[float], Field(description="Target - prediction.")]
    after: Annotated[list[float], Field(description="The predictions after the step.")]
    losses: Annotated[list[float], Field(description="Before each step, this one included, in nats.")]
    multiplications: Annotated[int, Field(description="Of the scores alone: words x numbers.")]
    sampled: Annotated[int, Field(description="The same with negative sampling.")]


class Large(BaseModel):
    """The input word of the open model whose prediction is wanted."""

    word: Word


class HeadWord(BaseModel):
    """A word and its predicted probability."""

    word: str
    prediction: float


class Head(BaseModel):
    """A prediction over the vocabulary of the open model."""

    word: str
    words: Annotated[int, Field(description="How many words got a probability.")]
    head: list[HeadWord]
    rest: Annotated[float, Field(description="What all other words get together.")]
    trained: Annotated[bool, Field(description="With the model's context vectors; else with random ones.")]
    multiplications: int
    sampled: int
    milliseconds: Annotated[float, Field(description="Measured.")]


def routes(opened: Opened) -> APIRouter:
    """POST /explorer/softmax and /explorer/softmax/large."""
    router = APIRouter(prefix="/explorer", tags=["explorer"])

    @router.post("/softmax")
    def step(given: Softmax) -> Columns:
        """A step of full softmax, after some others with the same pair of words."""
        return _columns(given)

    @router.post("/softmax/large")
    def large(given: Large) -> Head:
        """What a word of the open model predicts: a probability for each of up to 50,000 words, and what that takes."""
        vectors, model = opened.need_vectors(), opened.trained
        vector = vectors[given.word]
        count = min(len(vectors), _LARGEST)
        trained = model is not None and model.hyperparameters.objective == "negative_sampling"
        if model is not None and trained:
            context: Matrix = model.context_vectors[:count]
        else:
            context = np.random.default_rng(1).standard_normal((count, len(vector)), np.float32)
            context /= len(vector)
        begun = time.perf_counter()
        predictions = _predictions(vector, context)
        seconds = time.perf_counter() - begun
        best = np.argsort(-predictions, kind="stable")[:_HEAD]
        return Head(
            word=given.word,
            words=count,
            head=[HeadWord(word=vectors.words[row], prediction=predictions[row]) for row in best],
            rest=max(0.0, 1 - float(predictions[best].sum())),
            trained=trained,
            multiplications=count * len(vector),
            sampled=(1 + _NEGATIVES) * len(vector),
            milliseconds=seconds * 1000,
        )

    return router


def _columns(given: Softmax) -> Columns:
    words = list(dict.fromkeys(given.words))
    missing = [word for word in (given.center, given.neighbour) if word not in words]
    if missing:
        raise SettingError(f"{missing[0]!r} is not among the words: add it to them")
    center, neighbour = words.index(given.center), words.index(given.neighbour)
    matrices = first_matrices(words)
    losses = []

    def move() -> None:
        losses.append(softmax_step(*matrices, [[center]], [neighbour], given.learning_rate))

    for _ in range(given.steps):
        move()
    scores = matrices[0][center] @ matrices[1].T
    errors = prediction_errors(scores[None], [neighbour])[0]
    move()
    size = matrices[0].shape[1]
    return Columns(
        scores=scores.tolist(),
        predictions=softmax(scores).tolist(),
        targets=[int(row == neighbour) for row in range(len(words))],
        errors=errors.tolist(),
        after=softmax(matrices[0][center] @ matrices[1].T).tolist(),
        losses=losses,
        multiplications=len(words) * size,
        sampled=(1 + _NEGATIVES) * size,
    )


@blas
def _predictions(vector: Numbers, context: Numbers) -> Numbers:
    return softmax(context @ vector)
