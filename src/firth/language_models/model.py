"""LanguageModel, the base class of all language models: words in, a probability for every word of the vocabulary out.

Subclasses are in ngram.py, neural.py and mixture.py. Shapes: V outcomes (vocabulary.py), T words in S sentences.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import Tokenizer, check_tokenizer, tokenize_line
from firth.errors import NotFittedError, SettingError
from firth.language_models.model_file import ModelFile, read_model, write_model
from firth.language_models.sentences import Sentences, read_held_out
from firth.language_models.vocabulary import LanguageVocabulary
from firth.progress import ProgressOption
from firth.vectors.ranking import check_count, largest

__all__ = ["LanguageModel", "LanguageScore", "NextWord", "check_language_model", "most_probable", "most_probable_words"]

SCORED_AT_ONCE = 1 << 18  # words; each array of a part then takes a few MB


class NextWord(NamedTuple):
    """A word that may come next, and how probable it is."""

    word: str
    probability: float


class LanguageScore(NamedTuple):
    """How well a model predicts a text; each word and each end of a sentence is predicted once."""

    perplexity: float  # exp(nats)
    nats: float  # mean negative natural logarithm of the probability
    predicted: int  # words and sentence ends
    sentences: int
    unknown_words: int  # words that are not in the vocabulary; each is scored as `<unk>`


def most_probable(probabilities: NDArray[np.floating], count: int) -> list[int]:
    """The indices of the `count` highest probabilities (n,), highest first, equal ones in order; n if n is smaller.

    Raises SettingError if `count` is below 1.
    """
    check_count(count)
    if not len(probabilities):
        return []
    best = largest(probabilities[None], min(count, len(probabilities)))[0]
    order: list[int] = best[np.argsort(-probabilities[best], kind="stable")].tolist()
    return order


def most_probable_words(words: Sequence[str], probabilities: NDArray[np.floating], count: int) -> list[NextWord]:
    """The `count` words with the highest probabilities (n,), ordered as by most_probable()."""
    return [NextWord(words[i], float(probabilities[i])) for i in most_probable(probabilities, count)]


class LanguageModel(ABC):
    """Predicts the next word of a sentence: a probability for every word of the vocabulary.

    A history is the sentence so far, from its start: a text, which is split into words as the training text was, or a
    list of words. Words that are not in the vocabulary are `<unk>`.

    Attributes
    ----------
    tokenizer : how text becomes words.
    """

    kind: ClassVar[str]  # "format" in the metadata of its files
    version: ClassVar[int]  # of the files that save() writes

    tokenizer: Tokenizer
    _vocabulary: LanguageVocabulary | None = None

    @property
    def vocabulary(self) -> LanguageVocabulary:
        """The words that can be predicted. Raises NotFittedError before fit()."""
        if self._vocabulary is None:
            raise NotFittedError("this model is not fitted: call fit(corpus), or load(path) a saved one")
        return self._vocabulary

    @abstractmethod
    def fit(self, corpus: CorpusInput, *, progress: ProgressOption = None) -> Self:
        """Learn from a corpus, and return self; see the subclass."""

    @abstractmethod
    def pack(self) -> ModelFile:
        """The arrays and metadata of a file."""

    @classmethod
    @abstractmethod
    def unpack(cls, path: str | Path, content: ModelFile) -> Self:
        """The model from the content of a file. Raises FormatError, naming `path`, if it is inconsistent."""

    def save(self, path: str | Path) -> None:
        """Write the model to one file (safetensors), atomically.

        Raises NotFittedError before fit(), FormatError if the path cannot be written.
        """
        write_model(path, self.kind, self.version, self.pack())

    @classmethod
    def load(cls, path: str | Path, *, mmap: bool = True) -> Self:
        """Read a model of this class that save() wrote; a tokenizer that was a function must be set again.

        mmap : False reads the file into memory, for files that other programs write in place; see firth.load.

        Raises FileNotFoundError, or FormatError if the file is damaged or of another kind.
        """
        return cls.unpack(path, read_model(path, cls.kind, cls.version, mmap=mmap))

    @abstractmethod
    def probabilities_after(self, history: Sequence[int]) -> NDArray[np.float64]:
        """The distribution (V,) of the next word after a sentence that begins with these ids."""

    @abstractmethod
    def log_probabilities(self, sentences: Sentences) -> NDArray[np.float64]:
        """The natural logarithms of the probabilities of all words and all `</s>` (T + S,), sentence by sentence."""

    def distribution(self, history: str | Sequence[str] = "") -> NDArray[np.float64]:
        """The probability of every outcome (V,) float64, in the order of `vocabulary.words`; they sum to 1.

        history : the sentence so far; "" for its first word.

        Raises   NotFittedError before fit(); SettingError for a text if a loaded model needs its tokenizer function.
        """
        return self.probabilities_after(self.history_ids(history))

    def history_ids(self, history: str | Sequence[str]) -> list[int]:
        """The ids of a history. Raises as distribution()."""
        if isinstance(history, str):
            if not callable(self.tokenizer):
                check_tokenizer(self.tokenizer)  # a file cannot keep a function: set `tokenizer` to it again
            history = tokenize_line(history, self.tokenizer)
        return [self.vocabulary.id_of(word) for word in history]

    def next_words(self, history: str | Sequence[str] = "", count: int = 10) -> list[NextWord]:
        """The `count` most probable next words, best first, without `<unk>` and `</s>`.

        Fewer if the vocabulary is smaller. Raises SettingError if `count` is below 1, NotFittedError before fit().
        """
        known = self.vocabulary.known
        return most_probable_words(known, self.distribution(history)[: len(known)], count)

    def score(self, corpus: CorpusInput) -> LanguageScore:
        """How well the model predicts a text, which should be held out from its training.

        Raises   CorpusError if the corpus cannot be read, is empty or has no known word, NotFittedError before fit().
        """
        return self.score_sentences(read_held_out(corpus, self.tokenizer, self.vocabulary))

    def score_sentences(self, sentences: Sentences) -> LanguageScore:
        """score() of a text that is read already, as ids of this model's vocabulary."""
        total = 0.0
        for part in sentences.parts(SCORED_AT_ONCE):
            total -= float(self.log_probabilities(part).sum())
        n_sentences = len(sentences.offsets) - 1
        predicted = len(sentences.ids) + n_sentences
        nats = total / predicted
        unknown = int((sentences.ids == self.vocabulary.unknown).sum())
        return LanguageScore(math.exp(min(nats, 700.0)), nats, predicted, n_sentences, unknown)

    def perplexity(self, corpus: CorpusInput) -> float:
        """exp(mean negative log-probability) of the words and sentence ends of a held-out text.

        The model is as uncertain as when choosing among that many equally probable words. Raises as score().
        """
        return self.score(corpus).perplexity


def check_language_model(model: object) -> None:
    """Raise SettingError unless this is a language model: word vectors and their models predict no next word."""
    if not isinstance(model, LanguageModel):
        raise SettingError(
            f"a {type(model).__name__} where a language model is needed: "
            "give a fitted NgramModel or NeuralModel, or load_language_model(path)"
        )
