"""What every language model can do; how it does it is its own business.

Words in, a probability for each word of the vocabulary out. Shapes: V outcomes (vocabulary.py), T words.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from firth.corpus.line_words import line_words
from firth.corpus.sources import Corpus
from firth.corpus.tokenizers import Tokenizer, check_tokenizer
from firth.errors import NotFittedError
from firth.language_models.model_file import ModelFile, read_model, write_model
from firth.language_models.sentences import Sentences, read_known
from firth.language_models.vocabulary import LanguageVocabulary
from firth.vectors.ranking import check_count, largest

__all__ = ["LanguageModel", "LanguageScore", "NextWord", "most_probable", "most_probable_words"]

SCORED_AT_ONCE = 1 << 18  # words: a few MB for each array of a portion


class NextWord(NamedTuple):
    """A word that may come next, and how probable it is."""

    word: str
    probability: float


class LanguageScore(NamedTuple):
    """How well a model foresees a text; every word and every end of a sentence is predicted once."""

    perplexity: float  # exp(nats): as uncertain as among so many equally probable words
    nats: float  # mean negative log-probability
    predicted: int  # words and sentence ends
    sentences: int
    unknown_words: int  # among the words; each counts as "<unk>"


def most_probable(probabilities: NDArray[np.floating], count: int) -> list[int]:
    """Where the `count` highest probabilities (n,) are, highest first; of equal ones the first. Fewer if n is smaller.

    Raises SettingError if `count` is below 1.
    """
    check_count(count)
    if not len(probabilities):
        return []
    best = largest(probabilities[None], min(count, len(probabilities)))[0]
    order: list[int] = best[np.argsort(-probabilities[best], kind="stable")].tolist()
    return order


def most_probable_words(words: Sequence[str], probabilities: NDArray[np.floating], count: int) -> list[NextWord]:
    """The `count` words with the highest probabilities (n,), as `most_probable` orders them."""
    return [NextWord(words[i], float(probabilities[i])) for i in most_probable(probabilities, count)]


class LanguageModel(ABC):
    """A probability for every word that may come next.

    A history is the sentence so far, from its start: a text, which is split into words as the training text was, or a
    list of words. Words that the model does not know are "<unk>".

    Attributes
    ----------
    tokenizer : how text becomes words.
    """

    kind: ClassVar[str]  # what a file of it is called inside
    version: ClassVar[int]  # of that file

    tokenizer: Tokenizer
    _vocabulary: LanguageVocabulary | None = None

    @property
    def vocabulary(self) -> LanguageVocabulary:
        """The words that can be predicted. Raises NotFittedError before fit()."""
        if self._vocabulary is None:
            raise NotFittedError("this model has not read anything yet: call fit(corpus) or load(path) first")
        return self._vocabulary

    @abstractmethod
    def fit(self, corpus: Corpus) -> Self:
        """Learn from a corpus, and return self."""

    @abstractmethod
    def pack(self) -> ModelFile:
        """The model as arrays and JSON, for a file."""

    @classmethod
    @abstractmethod
    def unpack(cls, path: str | Path, content: ModelFile) -> Self:
        """The model from arrays and JSON. Raises FormatError, naming `path`, where they make no sense."""

    def save(self, path: str | Path) -> None:
        """Write the model to one file (safetensors), atomically.

        Raises NotFittedError before fit(), FormatError if the place cannot be written.
        """
        write_model(path, self.kind, self.version, self.pack())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a model that save() wrote; a tokenizer that was a function must be set again.

        Raises FileNotFoundError, or FormatError if the file is damaged or something else.
        """
        return cls.unpack(path, read_model(path, cls.kind, cls.version))

    @abstractmethod
    def probabilities_after(self, history: Sequence[int]) -> NDArray[np.float64]:
        """The distribution (V,) after a sentence that began with these ids."""

    @abstractmethod
    def log_probabilities(self, sentences: Sentences) -> NDArray[np.float64]:
        """The natural logarithm of the probability of each word and each "</s>" (T + S,), sentence by sentence."""

    def distribution(self, history: str | Sequence[str] = "") -> NDArray[np.float64]:
        """The probability of every outcome (V,), in the order of `vocabulary.words`; they sum to 1.

        Raises NotFittedError before fit().
        """
        return self.probabilities_after(self.history_ids(history))

    def history_ids(self, history: str | Sequence[str]) -> list[int]:
        """The ids of a history."""
        if isinstance(history, str):
            if not callable(self.tokenizer):
                check_tokenizer(self.tokenizer)  # a file cannot keep a function: set `tokenizer` to it again
            history = line_words(history, self.tokenizer)
        return [self.vocabulary.id_of(word) for word in history]

    def next_words(self, history: str | Sequence[str] = "", count: int = 10) -> list[NextWord]:
        """The words most likely to come next, best first; "<unk>" and "</s>" are not among them.

        Raises SettingError if `count` is below 1, NotFittedError before fit().
        """
        known = self.vocabulary.known
        return most_probable_words(known, self.distribution(history)[: len(known)], count)

    def score(self, corpus: Corpus) -> LanguageScore:
        """How well the model foresees a text, best one that it has not seen. Raises CorpusError as encode() does."""
        sentences = read_known(corpus, self.tokenizer, self.vocabulary)
        total = 0.0
        for part in sentences.parts(SCORED_AT_ONCE):
            total -= float(self.log_probabilities(part).sum())
        n_sentences = len(sentences.offsets) - 1
        predicted = len(sentences.ids) + n_sentences
        nats = total / predicted
        unknown = int((sentences.ids == self.vocabulary.unknown).sum())
        return LanguageScore(math.exp(min(nats, 700.0)), nats, predicted, n_sentences, unknown)

    def perplexity(self, corpus: Corpus) -> float:
        """exp(mean negative log-probability): as uncertain as among so many equally probable words."""
        return self.score(corpus).perplexity
