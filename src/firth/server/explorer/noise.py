"""Chapter 8: negative sampling: are these two words neighbours? And where do the wrong answers come from?"""

from functools import lru_cache
from typing import Annotated, NamedTuple

import numpy as np
from fastapi import APIRouter
from pydantic import BaseModel, Field

from firth.arrays import Counts
from firth.backends.plan import epoch_key
from firth.corpus.encoding import encode
from firth.illustrated.draws import Draws
from firth.illustrated.first_step import CENTER, NEIGHBOUR, NOISE, SENTENCE
from firth.illustrated.neighbours import SENTENCES, train_neighbours
from firth.illustrated.windows import negative_rows, skipgram_rows
from firth.server.explorer.built_in_text import built_in_text, built_in_texts
from firth.server.explorer.opened import Opened
from firth.training.sampling_tables import keep_thresholds, noise_probabilities, noise_table

__all__ = ["routes"]

Word = Annotated[str, Field(min_length=1, max_length=100)]

_BARS = 11  # words whose share is shown, from the most frequent to the rarest
_WINDOW = 2


class Noise(BaseModel):
    """How noise words are drawn."""

    exponent: Annotated[float, Field(ge=-1, le=2, description="Words are drawn in proportion to count ** exponent.")]
    negatives: Annotated[int, Field(ge=0, le=20, description="Noise words for each pair of neighbours.")] = 2
    draw: Annotated[int, Field(ge=0, le=100_000, description="Number of the draw; 0: the document's own rows.")] = 0
    words: Annotated[list[Word], Field(max_length=20, description="Words to show as well.")] = []


class Share(BaseModel):
    """A word, how often it occurs, and how likely it is as a noise word."""

    word: str
    count: int
    text: Annotated[float, Field(description="Its share of the text.")]
    noise: Annotated[float, Field(description="Its probability in the noise distribution.")]


class Example(BaseModel):
    """A row of the table: are the two words neighbours?"""

    input: str
    output: str
    target: int


class NoiseWords(BaseModel):
    """The noise distribution, and examples with words drawn from it."""

    source: Annotated[str, Field(description="What was counted: the open model, or a text.")]
    words: int
    shares: list[Share]
    unknown: list[str]
    rows: list[Example]


class SmartAlec(BaseModel):
    """What a model learns with these examples."""

    negatives: Annotated[int, Field(ge=0, le=10, description="Noise words for each pair; 0: all targets are 1.")] = 0
    epochs: Annotated[int, Field(ge=1, le=20)] = 20


class Pair(BaseModel):
    """Two words, and what the model says of them."""

    first: str
    second: str
    similarity: Annotated[float, Field(description="The cosine of their embeddings.")]


class Learned(BaseModel):
    """How good a model seems to be, and what it has learned."""

    accuracy: Annotated[float, Field(description="On the examples it was trained with.")]
    always: Annotated[float, Field(description="That of a model which always says 1, on the same examples.")]
    alike: Annotated[float, Field(description="The mean cosine of all pairs of words: 1 if all are the same.")]
    losses: list[float]
    words: list[str]
    embedding: list[list[float]]
    pairs: list[Pair]


class _Counted(NamedTuple):
    source: str
    words: list[str]
    counts: Counts


def routes(opened: Opened) -> APIRouter:
    """POST /explorer/noise and /explorer/smart-alec."""
    router = APIRouter(prefix="/explorer", tags=["explorer"])

    @router.post("/noise")
    def noise(given: Noise) -> NoiseWords:
        """How likely words are as noise, and rows of the table with words that were drawn."""
        counted = _counted(opened)
        probabilities = noise_probabilities(counted.counts, given.exponent)
        ids = {word: row for row, word in enumerate(counted.words)}
        wanted = [ids[word] for word in dict.fromkeys(given.words) if word in ids]
        spread = np.unique(np.geomspace(1, len(counted.words), _BARS).astype(int) - 1)
        shown = sorted({*spread.tolist(), *wanted})
        total = int(counted.counts.sum())
        return NoiseWords(
            source=counted.source,
            words=len(counted.words),
            shares=[
                Share(
                    word=counted.words[row],
                    count=int(counted.counts[row]),
                    text=counted.counts[row] / total,
                    noise=probabilities[row],
                )
                for row in shown
            ],
            unknown=[word for word in given.words if word not in ids],
            rows=_rows(given, counted),
        )

    @router.post("/smart-alec")
    def smart_alec(given: SmartAlec) -> Learned:
        """Train a small model on two topics, with or without noise words."""
        return _learned(given.negatives, given.epochs)

    return router


def _counted(opened: Opened) -> _Counted:
    vectors = opened.vectors
    if vectors is not None and vectors.counts is not None:
        return _Counted(opened.name, list(vectors.words), vectors.counts)
    return _built_in()


@lru_cache(maxsize=1)
def _built_in() -> _Counted:
    vocabulary = encode(built_in_texts(), min_count=1, threads=1).vocabulary
    return _Counted(built_in_text().name, list(vocabulary.words), vocabulary.counts)


def _rows(given: Noise, counted: _Counted) -> list[Example]:
    """The neighbours of the document's word, each followed by its noise words."""
    neighbours = [other for word, other, _ in skipgram_rows(SENTENCE.split(), _WINDOW) if word == CENTER]
    table = noise_table(counted.counts, given.exponent)
    count = min(given.negatives, len(counted.words) - 1)
    draws = Draws(keep_thresholds(counted.counts, 0), table, _WINDOW, False, count, int(epoch_key(given.draw, 0)))
    rows = []
    for number, neighbour in enumerate(neighbours):
        rows.append(Example(input=CENTER, output=neighbour, target=1))
        if given.draw == 0 and neighbour == NEIGHBOUR and count == len(NOISE):
            drawn = list(NOISE)
        else:
            row = counted.words.index(neighbour) if neighbour in counted.words else -1
            drawn = [counted.words[word] for word in draws.noise_words(row, number)]
        rows += [Example(input=CENTER, output=word, target=0) for word in drawn]
    return rows


@lru_cache(maxsize=64)
def _learned(negatives: int, epochs: int) -> Learned:
    vocabulary = list(dict.fromkeys(word for sentence in SENTENCES for word in sentence))
    sentences = [[vocabulary.index(word) for word in sentence] for sentence in SENTENCES]
    counts = np.bincount([word for sentence in sentences for word in sentence]).astype(np.int64)
    draws = Draws(
        keep_thresholds(counts, 0), noise_table(counts, 0.75), _WINDOW, False, negatives, int(epoch_key(1, 0))
    )
    rows = list(negative_rows(sentences, _WINDOW, draws))
    model = train_neighbours(rows, len(vocabulary), epochs=epochs)
    pairs = [("queen", "king"), ("dog", "cat"), ("queen", "dog")]
    return Learned(
        accuracy=model.accuracy(rows),
        always=sum(target for _, _, target in rows) / len(rows),
        alike=model.mean_similarity(),
        losses=model.losses,
        words=vocabulary,
        embedding=model.embedding.tolist(),
        pairs=[
            Pair(first=a, second=b, similarity=model.similarity(vocabulary.index(a), vocabulary.index(b)))
            for a, b in pairs
        ],
    )
