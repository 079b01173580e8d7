"""Chapter 9: training, one step at a time: look up, multiply, squash, compare, move. Whole trainings: trainings.py."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, Field

from firth.arrays import Counts
from firth.backends.plan import epoch_key
from firth.corpus.tokenizers import tokenize_line
from firth.errors import SettingError
from firth.illustrated.draws import Draws
from firth.illustrated.first_step import CENTER, NEIGHBOUR, NOISE, SENTENCE, VECTOR_SIZE, first_matrices
from firth.illustrated.negative_sampling import training_step
from firth.illustrated.windows import skipgram_rows
from firth.training.hyperparameters import Hyperparameters
from firth.training.sampling_tables import keep_thresholds, noise_table
from firth.training.trace import trace_step

__all__ = ["routes"]

_COMING = 6  # examples that are shown in advance


class Step(BaseModel):
    """A sentence to train on, and how far training has come."""

    text: Annotated[str, Field(max_length=500, description="Each line is a sentence.")] = SENTENCE
    step: Annotated[int, Field(ge=0, le=2000, description="How many steps were made before.")] = 0
    window: Annotated[int, Field(ge=1, le=5)] = 2
    negatives: Annotated[int, Field(ge=1, le=5)] = 2
    learning_rate: Annotated[float, Field(gt=0, le=2, allow_inf_nan=False)] = 0.5


class Pair(BaseModel):
    """An example: an input word and its neighbour."""

    input: str
    output: str


class StepOfTraining(BaseModel):
    """One step: the matrices before it, and every number in it."""

    words: list[str]
    embedding: Annotated[list[list[float]], Field(description="(V, D), before the step.")]
    context: list[list[float]]
    trace: Annotated[dict[str, Any], Field(description="What Word2Vec.trace returns, as JSON.")]
    examples: Annotated[int, Field(description="In one epoch.")]
    coming: Annotated[list[Pair], Field(description="This example and those after it.")]
    losses: Annotated[list[float], Field(description="Of each step, this one included, before it.")]


@dataclass(frozen=True)
class _Exercise:
    words: list[str]
    counts: Counts
    pairs: list[tuple[int, int]]
    negatives: int

    def noise(self, number: int) -> list[int]:
        """The noise words of a step: at first those of the document."""
        _, neighbour = self.pairs[number % len(self.pairs)]
        if number == 0 and self.words[neighbour] == NEIGHBOUR and self.negatives == len(NOISE):
            return [self.words.index(word) for word in NOISE]
        return self._draws.noise_words(neighbour, number)

    @cached_property
    def _draws(self) -> Draws:
        """Made when it is first needed: the first step, which is seen first, does without compiled code."""
        tables = keep_thresholds(self.counts, 0), noise_table(self.counts, 0.75)
        return Draws(*tables, 1, False, self.negatives, int(epoch_key(1, 0)))


def routes() -> APIRouter:
    """POST /explorer/training/step."""
    router = APIRouter(prefix="/explorer", tags=["explorer"])

    @router.post("/training/step")
    def step(given: Step) -> StepOfTraining:
        """A step of skip-gram with negative sampling on a sentence, after all steps before it."""
        exercise = _exercise(given)
        matrices = first_matrices(exercise.words)
        losses = []
        for number in range(given.step):
            word, neighbour = exercise.pairs[number % len(exercise.pairs)]
            made = training_step(*matrices, word, neighbour, exercise.noise(number), given.learning_rate)
            losses.append(made.loss)
        word, neighbour = exercise.pairs[given.step % len(exercise.pairs)]
        settings = Hyperparameters(vector_size=VECTOR_SIZE, window=given.window, negative_samples=given.negatives)
        rows = [word], [neighbour, *exercise.noise(given.step)]
        named = [(exercise.words[row], row) for row in rows[0]], [(exercise.words[row], row) for row in rows[1]]
        trace = trace_step(settings, matrices, named, given.learning_rate)
        coming = [exercise.pairs[(given.step + ahead) % len(exercise.pairs)] for ahead in range(_COMING)]
        return StepOfTraining(
            words=exercise.words,
            embedding=matrices[0].tolist(),
            context=matrices[1].tolist(),
            trace=trace.to_json(),
            examples=len(exercise.pairs),
            coming=[Pair(input=exercise.words[a], output=exercise.words[b]) for a, b in coming],
            losses=[*losses, trace.loss],
        )

    return router


def _exercise(given: Step) -> _Exercise:
    sentences = [tokenize_line(line) for line in given.text.splitlines()]
    counted = Counter(word for sentence in sentences for word in sentence)
    counted.update(word for word in NOISE if word not in counted)
    words = list(counted)
    ids = {word: row for row, word in enumerate(words)}
    pairs = [
        (ids[word], ids[other]) for sentence in sentences for word, other, _ in skipgram_rows(sentence, given.window)
    ]
    if not pairs:
        raise SettingError("the text has no two words in one line: there is no example to learn from")
    first = (ids.get(CENTER), ids.get(NEIGHBOUR))
    start = pairs.index(first) if first in pairs else 0
    counts = np.array(list(counted.values()), np.int64)
    return _Exercise(words, counts, pairs[start:] + pairs[:start], min(given.negatives, len(words) - 1))
