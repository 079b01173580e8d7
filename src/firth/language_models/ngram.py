"""N-gram language models: the older way to the next word, and still the one to beat.

Shapes   V outcomes, T words in S sentences, N_k n-grams of order k.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import Tokenizer, check_tokenizer, tokenizer_name
from firth.corpus.vocabulary import check_limits
from firth.errors import NotFittedError, SettingError
from firth.language_models import ngram_file
from firth.language_models.kneser_ney import Discounts, SmoothedLevel, smooth
from firth.language_models.model import LanguageModel
from firth.language_models.model_file import ModelFile
from firth.language_models.ngrams import count_ngrams
from firth.language_models.sentences import Sentences, pad, read_new
from firth.progress import ProgressOption

__all__ = ["NgramModel"]


class NgramModel(LanguageModel):
    """The next word from the n - 1 words before it, by interpolated modified Kneser-Ney smoothing.

    Parameters
    ----------
    order : n, 1 to 5; an order of 3 looks at two words to predict the third, as the document draws it.
    min_count : words that occur less often become "<unk>".
    max_vocabulary : so do all words but so many, the most frequent; None for no limit.
    tokenizer : "words", "whitespace", or a function from a line to its words.
    discounts : for each order, from 1 to n, what is taken from counts of 1, 2, and 3 or more; None estimates them from
        counts of counts, which is what one wants.

    Attributes
    ----------
    vocabulary : what can be predicted.
    discounts : those in use, once fitted.

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

    def __init__(
        self,
        *,
        order: int = 4,
        min_count: int = 2,
        max_vocabulary: int | None = None,
        tokenizer: Tokenizer = "words",
        discounts: Sequence[tuple[float, float, float]] | None = None,
    ) -> None:
        if isinstance(order, bool) or not isinstance(order, int) or not 1 <= order <= ngram_file.HIGHEST_ORDER:
            raise SettingError(f"order={order!r}: must be a whole number from 1 to {ngram_file.HIGHEST_ORDER}")
        check_limits(min_count, max_vocabulary)
        check_tokenizer(tokenizer)
        self.order = order
        self.min_count = min_count
        self.max_vocabulary = max_vocabulary
        self.tokenizer = tokenizer
        self._given = None if discounts is None else _checked_discounts(discounts, order)
        self._discounts: list[Discounts] = []
        self._levels: list[SmoothedLevel] = []

    @property
    def discounts(self) -> list[Discounts]:
        """What was taken from counts, for each order from 1. Raises NotFittedError before fit()."""
        if not self._discounts:
            raise NotFittedError("this model has not read anything yet: call fit(corpus) or load(path) first")
        return self._discounts

    @property
    def n_ngrams(self) -> list[int]:
        """How many different n-grams there are of each order, from 1."""
        return [len(level.words) for level in self._levels]

    def fit(self, corpus: CorpusInput, progress: ProgressOption = False) -> Self:
        """Count a corpus, and return self. What was learned before is replaced at the end.

        Parameters
        ----------
        corpus : whatever Word2Vec.fit takes; a line, or a list of tokens, is a sentence.
        progress : as for encode(): reading is what takes long.

        Raises CorpusError if the corpus cannot be read or no word of it is kept.
        """
        vocabulary, sentences = read_new(corpus, self.tokenizer, self.min_count, self.max_vocabulary, progress)
        counted = count_ngrams(pad(sentences, self.order - 1, vocabulary), vocabulary.start + 1, self.order)
        levels, discounts = smooth(counted, len(vocabulary), self._given)
        self._vocabulary, self._levels, self._discounts = vocabulary, levels, discounts
        return self

    def probabilities_after(self, history: Sequence[int]) -> NDArray[np.float64]:
        """From the distribution of single words up: each longer history corrects the one before."""
        n_outcomes = len(self.vocabulary)
        found = self._levels[0].probabilities[:n_outcomes].astype(np.float64)
        padded = [self.vocabulary.start] * (self.order - 1) + list(history)
        for length in range(1, self.order):
            number = self._find(padded[len(padded) - length :])
            if number is None:
                break  # what is unseen stays unseen with more words before it
            found *= self._levels[length - 1].backoffs[number]
            begin, end = self._levels[length - 1].starts[number : number + 2]
            level = self._levels[length]
            predicted = slice(begin, begin + int(np.searchsorted(level.words[begin:end], n_outcomes)))
            found[level.words[predicted]] = level.probabilities[predicted]
        return found

    def _find(self, ids: Sequence[int]) -> int | None:
        """The number of an n-gram on its level, or None if it was not seen."""
        number = int(ids[0])
        for level, below, word in zip(self._levels, self._levels[1:], ids[1:], strict=False):
            begin, end = (int(place) for place in level.starts[number : number + 2])
            number = begin + int(np.searchsorted(below.words[begin:end], word))
            if number == end or below.words[number] != word:
                return None
        return number

    def log_probabilities(self, sentences: Sentences) -> NDArray[np.float64]:
        """All words at once: the longest n-gram that was seen, then the backoffs of the histories that were."""
        text = pad(sentences, self.order - 1, self.vocabulary)
        predicted = np.flatnonzero(text.places >= self.order - 1)
        log = np.log(self._levels[0].probabilities[text.ids[predicted]].astype(np.float64))
        numbers = text.ids.astype(np.int64)  # of the n-gram of each length that ends at each place; -1: unseen
        for level, below in zip(self._levels, self._levels[1:], strict=False):
            before = np.full(len(numbers), -1, np.int64)
            before[1:] = numbers[:-1]
            numbers = _children(level, below, before, text.ids)
            histories, found = before[predicted], numbers[predicted]
            known = histories >= 0
            log[known] += np.log(level.backoffs[histories[known]].astype(np.float64))
            seen = found >= 0
            log[seen] = np.log(below.probabilities[found[seen]].astype(np.float64))
        return log

    def pack(self) -> ModelFile:
        """The model as arrays and JSON, for a file. Raises NotFittedError before fit()."""
        stored = ngram_file.StoredNgrams(self.vocabulary, self._levels, self.discounts, self._settings())
        return ngram_file.pack(stored)

    def _settings(self) -> ngram_file.Settings:
        return ngram_file.Settings(self.order, self.min_count, self.max_vocabulary, tokenizer_name(self.tokenizer))

    @classmethod
    def unpack(cls, path: str | Path, content: ModelFile) -> Self:
        """The model from arrays and JSON. Raises FormatError, naming `path`, where they make no sense."""
        stored = ngram_file.unpack(path, content)
        settings = stored.settings
        model = cls(order=settings.order, min_count=settings.min_count, max_vocabulary=settings.max_vocabulary)
        model.tokenizer = settings.tokenizer  # type: ignore[assignment]
        model._vocabulary, model._levels, model._discounts = stored.vocabulary, stored.levels, stored.discounts
        return model

    def __repr__(self) -> str:
        if not self._levels:
            return f"NgramModel(order {self.order}, not fitted)"
        return f"NgramModel(order {self.order}, {len(self.vocabulary.known):,} words, {sum(self.n_ngrams):,} n-grams)"


def _children(
    level: SmoothedLevel, below: SmoothedLevel, prefixes: NDArray[np.int64], words: NDArray[np.int32]
) -> NDArray[np.int64]:
    """The number of (prefix, word) on the level below, for many at once; -1 where there is none.

    Searches all of them side by side, halving each one's range of children until a single place is left.
    """
    found = np.full(len(prefixes), -1, np.int64)
    places = np.flatnonzero(prefixes >= 0)
    low = level.starts[prefixes[places]].astype(np.int64)
    end = level.starts[prefixes[places] + 1].astype(np.int64)
    high, wanted = end.copy(), words[places]
    while (open_ := low < high).any():
        middle = (low + high) // 2
        smaller = np.zeros(len(low), bool)
        smaller[open_] = below.words[middle[open_]] < wanted[open_]
        low = np.where(open_ & smaller, middle + 1, low)
        high = np.where(open_ & ~smaller, middle, high)
    hit = low < end
    hit[hit] = below.words[low[hit]] == wanted[hit]
    found[places[hit]] = low[hit]
    return found


def _checked_discounts(discounts: Sequence[tuple[float, float, float]], order: int) -> list[Discounts]:
    try:
        checked = [Discounts(*map(float, one)) for one in discounts]
    except (TypeError, ValueError):
        checked = []
    if len(checked) != order or not all(0 <= d <= c for one in checked for c, d in enumerate(one, 1)):
        raise SettingError(
            f"discounts={discounts!r}: must be three numbers for each order from 1 to {order}, "
            "each from 0 to the count it is taken from (1, 2, 3)"
        )
    return checked
