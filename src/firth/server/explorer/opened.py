"""What the explorer shows: a model, and what is known about it."""

from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path

from firth.colours import fitting_limit
from firth.errors import FirthError, FormatError, SettingError
from firth.language_models.model import LanguageModel
from firth.models.word2vec import Word2Vec
from firth.recommend.recommender import Recommender
from firth.vectors.word_vectors import WordVectors

__all__ = ["NoModelError", "Opened", "axes", "comparisons", "present", "sums"]

_FREQUENT = 1000  # words

# Of these, what a model's vocabulary has is offered: the document's comparisons and sums first.
_COMPARISONS = (
    ("king", "man", "woman"),
    ("queen", "woman", "girl", "boy", "man", "king", "queen", "water"),
    ("bread", "fish", "wine", "sea", "river"),
    ("one", "two", "three", "hundred", "thousand"),
)


_SUMS = (
    "king - man + woman",
    "paris - france + italy",
    "bigger - big + small",
    "queen - woman + man",
    "israel + king",
    "bread + wine",
)

_AXES = (("man", "woman"), ("poor", "rich"), ("bad", "good"), ("young", "old"), ("king", "cat"))


class NoModelError(FirthError):
    """A chapter needs a model, and none is open."""


@dataclass
class Opened:
    """The models of one explorer. Requests read it at one moment and keep what they have read.

    vectors : what most chapters show; None until a model is open.
    language_model : what suggests next words; None for a small one of the demo text.
    name : of the model, to be shown.
    file : its path as it was given, for the lines of code on the page.
    trained : all of the model, if it is one that was trained here: with its context vectors and its settings.
    others : further models, to be compared with this one.
    recommender : of the last chapter; None where none is open.
    recommender_file : its path as it was given.
    """

    vectors: WordVectors | None = None
    language_model: LanguageModel | None = None
    name: str = ""
    file: str = "model.firth"
    trained: Word2Vec | None = None
    others: list["Opened"] = field(default_factory=list)
    recommender: Recommender | None = None
    recommender_file: str = ""

    @classmethod
    def of_file(cls, path: Path, vectors: WordVectors) -> "Opened":
        """A model from a file: with all of it, if it is one that was trained here."""
        try:
            trained = Word2Vec.load(path)
        except (FormatError, SettingError):  # a file of vectors alone, which is all that most chapters need
            trained = None
        return cls(vectors, name=path.name, file=str(path), trained=trained)

    def show(self, model: Word2Vec, name: str) -> None:
        """Go on with a model that was just trained."""
        self.vectors, self.name, self.file, self.trained = model.vectors, name, "model.firth", model
        names = {declared.name for declared in fields(self)}
        for cached in set(vars(self)) - names:  # what was computed of the model before
            vars(self).pop(cached, None)

    @cached_property
    def limit(self) -> float:
        """The number that has the strongest colour on every page: 97 % of the frequent words' numbers are within it."""
        return fitting_limit(self.need_vectors().matrix[:_FREQUENT])

    def need_vectors(self) -> WordVectors:
        """The vectors. Raises NoModelError if no model is open."""
        if self.vectors is None:
            raise NoModelError("no model is open: open one, or train one in the chapter on training")
        return self.vectors

    def need_recommender(self) -> Recommender:
        """The recommender. Raises NoModelError if none is open."""
        if self.recommender is None:
            raise NoModelError("no recommender is open: firth explore RECOMMENDER opens one")
        return self.recommender

    def model(self, number: int) -> "Opened":
        """The model of a number: 0 is this one. Raises SettingError."""
        models = [self, *self.others]
        if number >= len(models):
            raise SettingError(f"model={number}: there are {len(models)} models, numbered from 0")
        return models[number]


def present(words: tuple[str, ...], vectors: WordVectors) -> list[str]:
    """Those of some words that a model has, each once."""
    return [word for word in dict.fromkeys(words) if word in vectors]


def comparisons(vectors: WordVectors) -> list[list[str]]:
    """Words to compare: the document's where the model has them, and its most frequent ones otherwise."""
    found = [words for chosen in _COMPARISONS if len(words := present(chosen, vectors)) >= min(3, len(chosen))]
    return found or [list(vectors.words[:5])]


def sums(vectors: WordVectors) -> list[str]:
    """Sums of words that a model has all words of."""
    found = [text for text in _SUMS if all(word in vectors for word in text.split()[::2])]
    return found or [" + ".join(vectors.words[:2])]


def axes(vectors: WordVectors) -> list[tuple[str, str]]:
    """Two pairs of different words that make axes of a map: known ones, then any."""
    words = vectors.words
    usual = [pair for pair in _AXES if len(present(pair, vectors)) == 2]
    return [*usual, (words[0], words[-1]), (words[0], words[len(words) // 2])][:2]
