"""Chapter 5: a language model as the keyboard of a telephone, as probabilities, and as three steps of arithmetic."""

import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from typing import Annotated

import numpy as np
from fastapi import APIRouter
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from firth.datasets import king_james
from firth.errors import SettingError
from firth.illustrated.language_model import Network, compute_prediction, look_up, project
from firth.language_models.keyboard import Keyboard
from firth.language_models.model import LanguageModel, most_probable
from firth.language_models.neural import NeuralModel
from firth.language_models.ngram import NgramModel
from firth.progress import Progress

__all__ = ["LanguageModels", "routes"]

_VERSES_FOR_STEPS = 4000  # of the text that the small neural model reads: two seconds

Typed = Annotated[str, Field(max_length=2000, description="Everything typed so far.")]


class LanguageModels:
    """The models of this chapter: the user's own, or small ones of the demo text, trained when first needed.

    given : the user's own, or None.
    """

    def __init__(self, given: LanguageModel | None = None) -> None:
        self._given = given
        self._trained: dict[str, LanguageModel] = {}
        self._training = threading.Lock()
        self._is_closed = False

    def keyboard(self) -> LanguageModel:
        """What suggests words."""
        return self._given or self._train("ngram", lambda: NgramModel().fit(king_james(), progress=self._look))

    def neural(self) -> NeuralModel:
        """What has the three steps."""
        if isinstance(self._given, NeuralModel):
            return self._given

        def train() -> LanguageModel:
            small = NeuralModel(order=3, vector_size=24, hidden_size=32, epochs=2, max_vocabulary=1500)
            return small.fit(list(king_james())[:_VERSES_FOR_STEPS], progress=self._look)

        model = self._train("neural", train)
        assert isinstance(model, NeuralModel)
        return model

    def close(self) -> None:
        """Have a training end soon."""
        self._is_closed = True

    def _look(self, progress: Progress) -> None:
        if self._is_closed:
            raise SettingError("the server is ending")

    def _train(self, name: str, train: Callable[[], LanguageModel]) -> LanguageModel:
        with self._training:
            if name not in self._trained:
                self._trained[name] = train()
            return self._trained[name]


class History(BaseModel):
    """A text that has been typed."""

    text: Typed = ""
    count: Annotated[int, Field(ge=1, le=100)] = 12


class Likely(BaseModel):
    """A word and its probability."""

    word: str
    probability: float


class Suggested(BaseModel):
    """What may come next: suggestions for the keyboard, the head of the distribution, and how much the rest has."""

    suggestions: list[Likely]
    head: list[Likely]
    rest: float
    outcomes: int
    model: str


class Accepted(BaseModel):
    """A suggestion that was taken."""

    text: Typed = ""
    word: Annotated[str, Field(min_length=1, max_length=100)]


class Steps(BaseModel):
    """The three steps of the neural model for one history: numbers of each."""

    history: list[str]
    embeddings: list[list[float]]
    hidden: list[float]
    head: list[Likely]
    outcomes: int
    multiplications: list[int]


def routes(models: LanguageModels) -> APIRouter:
    """POST /explorer/next-words, /explorer/next-words/accept and /explorer/next-words/steps."""

    @contextlib.asynccontextmanager
    async def ending(_app: object) -> AsyncIterator[None]:
        yield
        models.close()

    router = APIRouter(prefix="/explorer", tags=["explorer"], lifespan=ending)

    @router.post("/next-words")
    def next_words(given: History) -> Suggested:
        """Suggestions of the keyboard, and the distribution of the next word."""
        model = models.keyboard()
        suggestions = Keyboard(model).suggest(given.text, 3)
        distribution = model.distribution(given.text)
        head = _head(model, distribution, given.count)
        return Suggested(
            suggestions=[Likely(word=word, probability=probability) for word, probability in suggestions],
            head=head,
            rest=max(0.0, 1 - sum(one.probability for one in head)),
            outcomes=len(distribution),
            model=repr(model),
        )

    @router.post("/next-words/accept")
    def accept(given: Accepted) -> dict[str, str]:
        """The text after a suggestion was taken: a half-typed word is replaced."""
        return {"text": Keyboard(models.keyboard()).accept(given.text, given.word)}

    @router.post("/next-words/steps")
    def steps(given: History) -> Steps:
        """Look up embeddings, compute the prediction, project to the vocabulary."""
        model = models.neural()
        network = Network(*model.network)
        length = model.settings.order - 1
        ids = ([model.vocabulary.start] * length + model.history_ids(given.text))[-length:]
        x = look_up(network, ids)
        hidden = compute_prediction(network, x)
        distribution = project(network, x, hidden)
        known = model.vocabulary.words
        return Steps(
            history=[known[i] if i < len(known) else "<s>" for i in ids],
            embeddings=x.reshape(length, -1).tolist(),
            hidden=hidden.tolist(),
            head=_head(model, distribution, given.count),
            outcomes=len(distribution),
            multiplications=[0, network.hidden.size, network.output.size],
        )

    return router


def _head(model: LanguageModel, distribution: NDArray[np.floating], count: int) -> list[Likely]:
    best = most_probable(distribution, count)
    return [Likely(word=model.vocabulary.words[i], probability=float(distribution[i])) for i in best]
