"""Observers: functions of the user's that see a training while it runs, and may end it.

They run in a thread of their own, so that training never waits for a slow one longer than a tick. What they look at is
as it is at that moment: rows of the weights may change while they are copied.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Literal, NamedTuple, Self, TypeAlias

import numpy as np

from firth.arrays import Counts, Matrix
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.sources import CorpusInput
from firth.corpus.vocabulary import Vocabulary
from firth.errors import SettingError, quoted
from firth.formats.stored import StoredVectors
from firth.progress import Progress
from firth.threads import TICK, Assistant
from firth.training.followers import TrainingState
from firth.training.history import History
from firth.training.hyperparameters import Hyperparameters
from firth.training.inputs import WordInputs
from firth.training.scoring import Score, score_text
from firth.vectors.given import listed_words
from firth.vectors.word_vectors import WordVectors

__all__ = ["Observation", "ObservedDocuments", "ObservedModel", "Observer", "Observers", "check_observers"]

ObservedMoment: TypeAlias = Literal["start", "tick", "epoch", "end"]


class ObservedDocuments(NamedTuple):
    """Documents whose vectors are rows behind those of words. N tags.

    tags, words : (N,) the tags, and words of the vocabulary in the documents of each.
    has_words : whether words have vectors of their own, too.
    """

    tags: Sequence[str]
    words: Counts
    has_words: bool


class ObservedModel(NamedTuple):
    """What does not change while a model is trained. documents : None in a model of words alone."""

    hyperparameters: Hyperparameters
    vocabulary: Vocabulary
    inputs: WordInputs
    documents: ObservedDocuments | None = None


class Observation:
    """A training at one moment, given to each observer; to look at, not to keep: it holds all memory of the training.

    Attributes
    ----------
    moment : "start", "tick" (about ten times a second), "epoch" (the end of one) or "end" (after Ctrl-C, too).
    progress : a Progress: words so far, and as facts the epoch, its loss so far, the learning rate, words per second.
    history : an EpochRecord for each epoch so far.
    hyperparameters : the settings of the training.
    vocabulary : the words and their counts.
    tags : those of the documents; none in a model of words alone.
    """

    def __init__(self, training: TrainingState, model: ObservedModel) -> None:
        assert training.moment != "part"
        self.moment: ObservedMoment = training.moment
        self.progress: Progress = training.progress
        self.history: History = training.history
        self.hyperparameters = model.hyperparameters
        self.vocabulary = model.vocabulary
        self.tags: Sequence[str] = () if model.documents is None else model.documents.tags
        self._inputs = model.inputs
        self._documents = model.documents
        self._backend = training.backend
        self._stop = training.stop

    def rows(self, words: Iterable[str]) -> Matrix:
        """The vectors of some words as they are now: a copy (n, D).

        Raises   UnknownWordError with near spellings; SettingError if words are not trained.
        """
        self._check_words()
        ids = self.vocabulary.ids_of(listed_words(words))
        return self._inputs.vectors_of(np.array(ids, np.int32), lambda rows: self._backend.rows("input", rows))

    def vectors(self) -> WordVectors:
        """All vectors of words as they are now: a copy (V, D), for queries, evaluations and files.

        Raises   SettingError if words are not trained.
        """
        self._check_words()
        rows = self._backend.matrices()[0]
        if self._documents is not None:
            rows = rows[: len(self.vocabulary)].copy()
        matrix, _, subwords = self._inputs.learned(self.hyperparameters, rows)
        stored = StoredVectors(self.vocabulary.words, matrix, self.vocabulary.counts, subwords=subwords)
        return WordVectors.from_stored(stored)

    def documents(self) -> WordVectors:
        """The vectors of all tags as they are now: a copy (N, D).

        Raises   SettingError if the model is none of documents.
        """
        if self._documents is None:
            raise SettingError("documents(): a Word2Vec has none; Doc2Vec trains vectors of documents")
        matrix = self._backend.matrices()[0][len(self.vocabulary) :].copy()
        return WordVectors.from_stored(StoredVectors(self._documents.tags, matrix, self._documents.words))

    def _check_words(self) -> None:
        if self._documents is not None and not self._documents.has_words:
            raise SettingError("with train_words=False words have no vectors; documents() has those of documents")

    def encode(self, corpus: "CorpusInput | EncodedCorpus") -> EncodedCorpus:
        """A text as ids of the model's vocabulary, to be scored more than once.

        Raises   CorpusError if it cannot be read; SettingError if it was encoded with another vocabulary.
        """
        if not isinstance(corpus, EncodedCorpus):
            settings = self.hyperparameters
            return encode(corpus, tokenizer=settings.tokenizer, vocabulary=self.vocabulary, threads=1)
        if corpus.vocabulary is not self.vocabulary and corpus.vocabulary.words != self.vocabulary.words:
            raise SettingError("the text was encoded with another vocabulary than that of the model: give the text")
        return corpus

    def score(self, corpus: "CorpusInput | EncodedCorpus", *, seed: int = 1) -> Score:
        """The loss on a held-out text with the weights as they are now; see Word2Vec.score. It takes one thread.

        corpus : a text, or what encode() made of it.

        Raises   what encode() raises; CorpusError if there is no pair of known words; DivergenceError if the loss is
                 not finite; SettingError for a model of documents.
        """
        if self._documents is not None:
            raise SettingError(
                "score(): the loss of a model of documents depends on their vectors, which a held-out text does not "
                "have; judge documents() instead"
            )
        encoded = self.encode(corpus)
        inputs, outputs = self._backend.matrices()
        words, _, _ = self._inputs.learned(self.hyperparameters, inputs)
        return score_text(dataclasses.replace(self.hyperparameters, threads=1), encoded, words, outputs, seed)

    def stop(self) -> None:
        """Have training end within a tick. The model keeps what it has learned; its history says where that was."""
        self._stop()


Observer: TypeAlias = Callable[[Observation], object]


def check_observers(observers: object) -> Sequence[Observer]:
    """The observers as a list. Raises SettingError unless all of them are functions."""
    if callable(observers) or not isinstance(observers, Iterable):
        raise SettingError(f"observers={quoted(observers)}: must be a list of functions of an Observation")
    listed = list(observers)
    for observer in listed:
        if not callable(observer):
            raise SettingError(f"observers: {quoted(observer)} must be a function of an Observation")
    return listed


class Observers:
    """Shows observers a training: follows it (see followers.py).

    A tick is left out while they are busy. The start and the ends of epochs wait until they have time, and training
    waits for that, but no longer than a tick. At the end all is delivered. After an error, or Ctrl-C, what they are
    busy with is left to itself.
    """

    part_seconds = None

    def __init__(self, observers: Sequence[Observer], model: ObservedModel) -> None:
        self._observers = observers
        self._model = model
        self._assistant = Assistant(patience=TICK)

    def __enter__(self) -> Self:
        self._assistant.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._assistant.__exit__(kind, error, trace)

    def follow(self, training: TrainingState) -> None:
        """Let observers see this moment. Raises what one of them raised."""
        moment = training.moment
        self._assistant.check()
        if moment == "part" or (moment == "tick" and not self._assistant.is_idle):
            return
        observation = Observation(training, self._model)
        self._assistant.give(lambda: self._show(observation))
        if moment in ("start", "epoch"):
            self._assistant.wait(TICK)
            self._assistant.check()

    def _show(self, observation: Observation) -> None:
        for observer in self._observers:
            observer(observation)
