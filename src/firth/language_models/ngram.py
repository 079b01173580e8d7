"""The n-gram language model: predicts the next word from counts of word sequences.

ngrams.py counts, kneser_ney.py smooths, ngram_file.py stores.

Shapes   V outcomes, T words in S sentences, N_k n-grams of order k, a level of a tree (ngrams.py).
"""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import Tokenizer
from firth.errors import NotFittedError, SettingError
from firth.language_models import ngram_file
from firth.language_models.kneser_ney import Discounts, SmoothedLevel, smooth
from firth.language_models.model import LanguageModel
from firth.language_models.model_file import ModelFile
from firth.language_models.ngrams import count_ngrams
from firth.language_models.sentences import Sentences, pad, read_training_text
from firth.language_models.settings import NgramSettings
from firth.progress import ProgressOption, open_progress
from firth.settings import answers_names

__all__ = ["NgramModel"]


class NgramModel(LanguageModel):
    """An n-gram model: predicts the next word from the n - 1 before it, by interpolated modified Kneser-Ney smoothing.

    Parameters
    ----------
    order : n, from 1 to 5; order 3 predicts a word from the two words before it.
    min_count : words that occur less often become `<unk>`.
    max_vocabulary : keep at most that many words, the most frequent; None for no limit.
    tokenizer : "words", "whitespace", or a function from a line to its words.
    discounts : for each order from 1 to n, what is subtracted from counts of 1, of 2, and of 3 or more; None (best)
        estimates them from the text.

    Attributes
    ----------
    vocabulary : the words that can be predicted.
    discounts : the discounts of each order, after fit().
    n_ngrams : the number of different n-grams of each order.

    Raises SettingError if a setting is impossible.

    Source   Chen & Goodman 1999 (kneser_ney.py); Jurafsky & Martin, Speech and Language Processing, chapter 3.

    Examples
    --------
    >>> model = NgramModel(order=2, min_count=1).fit(["thou shalt not steal", "thou shalt not kill"])
    >>> model.next_words("thou shalt", count=1)[0].word
    'not'
    """

    kind = ngram_file.KIND
    version = ngram_file.VERSION

    @answers_names({})
    def __init__(
        self,
        *,
        order: int = 4,
        min_count: int = 2,
        max_vocabulary: int | None = None,
        tokenizer: Tokenizer = "words",
        discounts: Sequence[tuple[float, float, float]] | None = None,
    ) -> None:
        self.settings = NgramSettings(
            order=order, min_count=min_count, max_vocabulary=max_vocabulary, tokenizer=tokenizer
        )
        self.tokenizer = tokenizer
        self._fixed_discounts = None if discounts is None else _checked_discounts(discounts, order)
        self._discounts: list[Discounts] = []
        self._levels: list[SmoothedLevel] = []

    @property
    def order(self) -> int:
        """n: a word is predicted from the n - 1 words before it."""
        return self.settings.order

    @property
    def discounts(self) -> list[Discounts]:
        """What is subtracted from counts, for each order from 1. Raises NotFittedError before fit()."""
        if not self._discounts:
            raise NotFittedError("this model is not fitted: call fit(corpus), or load(path) a saved one")
        return self._discounts

    @property
    def n_ngrams(self) -> list[int]:
        """The number of different n-grams of each order, from 1; empty before fit()."""
        return [len(level.words) for level in self._levels]

    def fit(self, corpus: CorpusInput, progress: ProgressOption = None) -> Self:
        """Count a corpus, and return self. An earlier fit is replaced when this one is complete.

        Parameters
        ----------
        corpus : whatever Word2Vec.fit takes; a line, or a list of tokens, is a sentence.
        progress : None or True shows a bar (lines where no bar can be drawn); False shows nothing; a function is called
            with Progress records of the stages "reading", "counting" and "smoothing".

        Raises   CorpusError if the corpus cannot be read or no word of it is kept. KeyboardInterrupt on Ctrl-C; the
                 model is then what it was before.
        """
        order = self.order
        with open_progress(progress) as reporter:
            vocabulary, sentences = read_training_text(
                corpus, self.tokenizer, self.settings.min_count, self.settings.max_vocabulary, reporter
            )
            with reporter.stage("counting", order, "orders of n-grams") as stage:
                counted = count_ngrams(pad(sentences, order - 1, vocabulary), vocabulary.start + 1, order, stage)
            with reporter.stage("smoothing", order, "orders of n-grams") as stage:
                levels, discounts = smooth(counted, len(vocabulary), self._fixed_discounts, stage)
        self._vocabulary, self._levels, self._discounts = vocabulary, levels, discounts
        return self

    def probabilities_after(self, history: Sequence[int]) -> NDArray[np.float64]:
        """Begin with the distribution of single words and interpolate with each longer history that was seen."""
        n_outcomes = len(self.vocabulary)
        found = self._levels[0].probabilities[:n_outcomes].astype(np.float64)
        padded = [self.vocabulary.start] * (self.order - 1) + list(history)
        for length in range(1, self.order):
            row = self._find(padded[len(padded) - length :])
            if row is None:
                break  # then no longer history was seen either
            found *= self._levels[length - 1].backoffs[row]
            begin, end = self._levels[length - 1].starts[row : row + 2]
            level = self._levels[length]
            predicted = slice(begin, begin + int(np.searchsorted(level.words[begin:end], n_outcomes)))
            found[level.words[predicted]] = level.probabilities[predicted]
        return found

    def _find(self, ids: Sequence[int]) -> int | None:
        """The row of an n-gram in its level, or None if it was not seen."""
        row = int(ids[0])
        for level, below, word in zip(self._levels, self._levels[1:], ids[1:], strict=False):
            begin, end = (int(start) for start in level.starts[row : row + 2])
            row = begin + int(np.searchsorted(below.words[begin:end], word))
            if row == end or below.words[row] != word:
                return None
        return row

    def log_probabilities(self, sentences: Sentences) -> NDArray[np.float64]:
        """For all words at once: the longest n-gram that was seen, times the backoffs of longer histories that were."""
        text = pad(sentences, self.order - 1, self.vocabulary)
        predicted = np.flatnonzero(text.positions >= self.order - 1)
        log = _logarithms(self._levels[0].probabilities[text.ids[predicted]])
        rows = text.ids.astype(np.int64)  # of the n-gram of the current length that ends at each position; -1: unseen
        for level, below in zip(self._levels, self._levels[1:], strict=False):
            before = np.full(len(rows), -1, np.int64)
            before[1:] = rows[:-1]
            rows = _find_children(level, below, before, text.ids)
            histories, found = before[predicted], rows[predicted]
            known = histories >= 0
            log[known] += _logarithms(level.backoffs[histories[known]])
            seen = found >= 0
            log[seen] = _logarithms(below.probabilities[found[seen]])
        return log

    def pack(self) -> ModelFile:
        """The arrays and metadata of a file. Raises NotFittedError before fit()."""
        settings = dataclasses.replace(self.settings, tokenizer=self.tokenizer)
        return ngram_file.pack(ngram_file.StoredNgrams(self.vocabulary, self._levels, self.discounts, settings))

    @classmethod
    def unpack(cls, path: str | Path, content: ModelFile) -> Self:
        """The model from the content of a file. Raises FormatError, naming `path`, if it is inconsistent."""
        stored = ngram_file.unpack(path, content)
        model = cls(**stored.settings.values())
        model._vocabulary, model._levels, model._discounts = stored.vocabulary, stored.levels, stored.discounts
        return model

    def __repr__(self) -> str:
        if not self._levels:
            return f"NgramModel(order {self.order}, not fitted)"
        return f"NgramModel(order {self.order}, {len(self.vocabulary.known):,} words, {sum(self.n_ngrams):,} n-grams)"


def _find_children(
    level: SmoothedLevel, below: SmoothedLevel, prefixes: NDArray[np.int64], words: NDArray[np.int32]
) -> NDArray[np.int64]:
    """The rows of (prefix, word) in the level below, for many at once; -1 where there is none.

    A binary search for all of them in parallel: each step halves every range of children.
    """
    found = np.full(len(prefixes), -1, np.int64)
    searched = np.flatnonzero(prefixes >= 0)
    low = level.starts[prefixes[searched]].astype(np.int64)
    end = level.starts[prefixes[searched] + 1].astype(np.int64)
    high, wanted = end.copy(), words[searched]
    while (open_ := low < high).any():
        middle = (low + high) // 2
        smaller = np.zeros(len(low), bool)
        smaller[open_] = below.words[middle[open_]] < wanted[open_]
        low = np.where(open_ & smaller, middle + 1, low)
        high = np.where(open_ & ~smaller, middle, high)
    hit = low < end
    hit[hit] = below.words[low[hit]] == wanted[hit]
    found[searched[hit]] = low[hit]
    return found


def _logarithms(probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    """-inf for 0: without discounts, what was not seen is impossible."""
    with np.errstate(divide="ignore"):
        return np.log(probabilities.astype(np.float64))


def _checked_discounts(discounts: Sequence[tuple[float, float, float]], order: int) -> list[Discounts]:
    try:
        checked = [Discounts(*map(float, one)) for one in discounts]
    except (TypeError, ValueError):
        checked = []
    if len(checked) != order or not all(0 <= d <= c for one in checked for c, d in enumerate(one, 1)):
        raise SettingError(
            f"discounts={discounts!r}: must be three numbers for each order from 1 to {order}, "
            "each from 0 to the count that it is subtracted from (1, 2, 3)"
        )
    return checked
