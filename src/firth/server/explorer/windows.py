"""Chapter 6: a window slides over a text, and makes examples."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, TypeAlias

from fastapi import APIRouter
from pydantic import BaseModel, Field

from firth.corpus.tokenizers import tokenize_line
from firth.illustrated.windows import WindowState, cbow_rows, language_model_rows, skipgram_rows, window_states

__all__ = ["routes"]

Kind: TypeAlias = Literal["lm", "cbow", "skipgram"]
Row: TypeAlias = tuple[int | None, ...]  # positions of words; None outside the sentence


class Windows(BaseModel):
    """A text, and how a window slides over it."""

    text: Annotated[str, Field(max_length=4000, description="Each line is a sentence.")]
    kind: Annotated[Kind, Field(description="What predicts what: see firth.illustrated.windows.")] = "lm"
    window: Annotated[int, Field(ge=1, le=10, description="Words before the label (lm), or on each side.")] = 2


class State(BaseModel):
    """The window at one position. All numbers are positions in `words`."""

    position: int
    features: list[int]
    labels: list[int]
    rows: Annotated[list[list[int | None]], Field(description="The examples it makes: inputs, then the output.")]


class States(BaseModel):
    """The words of the text, and the window at each position that makes an example."""

    words: list[str]
    sentence_ends: Annotated[list[int], Field(description="For each sentence, the position after its last word.")]
    states: list[State]


def routes() -> APIRouter:
    """POST /explorer/windows."""
    router = APIRouter(prefix="/explorer", tags=["explorer"])

    @router.post("/windows")
    def windows(given: Windows) -> States:
        """Every position of the window, and the rows of the table that it makes there."""
        sentences = [words for line in given.text.splitlines() if (words := tokenize_line(line))]
        states: list[State] = []
        start, ends = 0, []
        for sentence in sentences:
            states += _states(start, len(sentence), given)
            start += len(sentence)
            ends.append(start)
        return States(words=[word for sentence in sentences for word in sentence], sentence_ends=ends, states=states)

    return router


def _states(start: int, length: int, given: Windows) -> Iterator[State]:
    positions = range(start, start + length)
    rows = _rows(positions, given)
    for state in window_states(length, given.kind, given.window):
        count = len(state.labels) if given.kind == "skipgram" else 1
        yield _state(start, state, [list(next(rows)) for _ in range(count)])


def _rows(positions: Sequence[int], given: Windows) -> Iterator[Row]:
    if given.kind == "lm":
        return language_model_rows(positions, given.window)
    if given.kind == "cbow":
        return cbow_rows(positions, given.window)
    return ((word, neighbour) for word, neighbour, _ in skipgram_rows(positions, given.window))


def _state(start: int, state: WindowState, rows: list[list[int | None]]) -> State:
    position, features, labels = state
    shifted = [[start + at for at in some] for some in (features, labels)]
    return State(position=start + position, features=shifted[0], labels=shifted[1], rows=rows)
