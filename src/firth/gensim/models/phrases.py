"""gensim.models.phrases: pairs of words that become words of their own."""

import inspect
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Self

from firth.errors import quoted
from firth.gensim.key_files import check_saving_options
from firth.gensim.phrase_counts import Counted, Scorer, count_text, npmi_scorer, original_scorer
from firth.gensim.phrase_files import PhraseFile, read_phrases, write_phrases
from firth.gensim.settings import warn_without_effect
from firth.gensim.texts import read_text
from firth.phrases import settings as phrase_settings

__all__ = ["ENGLISH_CONNECTOR_WORDS", "FrozenPhrases", "Phraser", "Phrases", "npmi_scorer", "original_scorer"]

ENGLISH_CONNECTOR_WORDS = frozenset(phrase_settings.ENGLISH_CONNECTOR_WORDS)

_SCORERS = {"default": original_scorer, "npmi": npmi_scorer}
_SCORED = ("worda_count", "wordb_count", "bigram_count", "len_vocab", "min_count", "corpus_word_count")

Parts = tuple[Any, ...]


class JoinedSentences:
    """Sentences with phrases joined, each time they are iterated."""

    def __init__(self, phrases: "PhraseJoiner", sentences: Iterable[Any]) -> None:
        self._phrases = phrases
        self._sentences = sentences

    def __iter__(self) -> Iterator[list[Any]]:
        for sentence in self._sentences:
            yield self._phrases.join(sentence)


class PhraseJoiner:
    """What Phrases and FrozenPhrases have in common: joining."""

    connector_words: frozenset[Any]
    delimiter: str
    threshold: float
    min_count: int
    scoring: Scorer | None

    def known_phrases(self) -> dict[Parts, float]:
        """The phrases, as tuples of words, and their scores."""
        raise NotImplementedError

    def __getitem__(self, sentence: Any) -> Any:
        """The words of a sentence with phrases joined; of a corpus, its sentences, lazily."""
        iterator = iter(sentence)
        try:
            first = next(iterator)
        except StopIteration:
            return []
        rest = chain([first], iterator)
        if isinstance(first, str):
            return self.join(rest)
        return JoinedSentences(self, rest if iterator is sentence else sentence)

    def join(self, sentence: Iterable[Any]) -> list[Any]:
        """One sentence with phrases joined."""
        return [token for token, _ in self.analyze_sentence(sentence)]

    def analyze_sentence(self, sentence: Iterable[Any]) -> Iterator[tuple[Any, float | None]]:
        """(word, None) and (phrase, score) of a sentence: from the left, and no word is in two of them."""
        phrases, connectors, join = self.known_phrases(), self.connector_words, self.delimiter.join
        pending: list[Any] = []  # a word that may begin a phrase, and connectors behind it
        for word in sentence:
            if word in connectors:
                if pending:
                    pending.append(word)
                else:
                    yield word, None
                continue
            if pending:
                parts = (*pending, word)
                score = phrases.get(parts)
                if score is not None:
                    yield join(parts), score
                    pending = []
                    continue
                for one in pending:
                    yield one, None
            pending = [word]
        for one in pending:
            yield one, None

    def find_phrases(self, sentences: Iterable[Iterable[Any]]) -> dict[str, float]:
        """The phrases that occur in sentences, and their scores."""
        found = (self.analyze_sentence(sentence) for sentence in sentences)
        return {phrase: score for tokens in found for phrase, score in tokens if score is not None}

    def score_candidate(self, word_a: Any, word_b: Any, in_between: list[Any]) -> tuple[str | None, float | None]:
        """The phrase of two words with connectors between them, and its score; (None, None) if it is none."""
        parts = (word_a, *in_between, word_b)
        score = self.known_phrases().get(parts)
        return (None, None) if score is None else (self.delimiter.join(parts), score)

    def _options(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Path:
        path = kwargs.pop("fname_or_handle", None) or args[0]
        names = ("separately", "sep_limit", "ignore", "pickle_protocol")
        options = dict(zip(names, args[1:], strict=False)) | kwargs
        if options.get("pickle_protocol") == 4:  # gensim's default here
            del options["pickle_protocol"]
        check_saving_options(path, options)
        return Path(path)


class Phrases(PhraseJoiner):
    """Counts of a corpus's words and pairs, and the phrases among them: gensim's Phrases.

    sentences : lists of words, or one of gensim's readers. min_count : rarer words and pairs are ignored.
    threshold : pairs with a higher score are phrases. max_vocab_size : of words and pairs; the rarest are left out.
    delimiter : joins words. scoring : "default", "npmi" or a function of gensim's six counts.
    connector_words : may be inside a phrase, and begin and end none.
    """

    def __init__(
        self,
        sentences: Iterable[Any] | None = None,
        min_count: int = 5,
        threshold: float = 10.0,
        max_vocab_size: int = 40000000,
        delimiter: str = "_",
        progress_per: int = 10000,
        scoring: Any = "default",
        connector_words: Iterable[Any] = frozenset(),
    ) -> None:
        warn_without_effect("Phrases()", {"progress_per": (progress_per, 10000)})
        self.connector_words = frozenset(connector_words)
        if min_count <= 0:
            raise ValueError("min_count should be at least 1")
        if threshold <= 0 and scoring == "default":
            raise ValueError("threshold should be positive for default scoring")
        if scoring == "npmi" and not -1 <= threshold <= 1:
            raise ValueError("threshold should be between -1 and 1 for npmi scoring")
        self.scoring = checked_scorer(scoring)
        self.min_count, self.threshold, self.max_vocab_size = min_count, threshold, max_vocab_size
        self.delimiter, self.progress_per = delimiter, progress_per
        self.corpus_word_count = 0
        self._counted: Counted | None = None
        self._vocabulary: dict[Any, int] | None = {}
        self._known: tuple[Any, dict[Parts, float]] | None = None
        if sentences is not None:
            self.add_vocab(sentences)

    def __str__(self) -> str:
        size = self._counted.distinct if self._counted is not None else len(self.vocab)
        return (
            f"{type(self).__name__}<{size} vocab, min_count={self.min_count}, threshold={self.threshold}, "
            f"max_vocab_size={self.max_vocab_size}>"
        )

    @property
    def vocab(self) -> dict[Any, int]:
        """How often words and joined pairs occur."""
        if self._vocabulary is None:
            assert self._counted is not None
            self._vocabulary, self._counted = self._counted.vocabulary(self.delimiter), None
        return self._vocabulary

    def add_vocab(self, sentences: Iterable[Any]) -> None:
        """Count more sentences."""
        is_first = self._counted is None and not self._vocabulary
        text = read_text(sentences, None)
        counted = count_text(text, self.connector_words)
        self.corpus_word_count += text.total_words
        self._known = None
        if is_first:
            self._counted, self._vocabulary = counted, None
            if counted.distinct > self.max_vocab_size:
                self._prune()
            return
        vocabulary = self.vocab
        for token, count in counted.vocabulary(self.delimiter).items():
            vocabulary[token] = vocabulary.get(token, 0) + count
        if len(vocabulary) > self.max_vocab_size:
            self._prune()

    def _prune(self) -> None:
        frequent = sorted(self.vocab, key=self.vocab.__getitem__, reverse=True)[: self.max_vocab_size]
        self._vocabulary = {token: self.vocab[token] for token in frequent}

    def known_phrases(self) -> dict[Parts, float]:
        """The phrases, as tuples of words, and their scores."""
        if self.scoring is None:
            raise ValueError("the scoring function was not in the file: give it to Phrases.load(path, scoring=…)")
        settings = (self.scoring, self.min_count, self.threshold)
        if self._counted is None:
            return self._phrases_of_vocabulary()
        if self._known is None or self._known[0] != settings:
            self._known = settings, self._counted.phrases(*settings)
        return self._known[1]

    def _phrases_of_vocabulary(self) -> dict[Parts, float]:
        vocabulary, state = self.vocab, (self.scoring, self.min_count, self.threshold, len(self.vocab))
        if self._known is not None and self._known[0] == state:
            return self._known[1]
        found = {}
        for phrase in vocabulary:
            for parts in self._splits(phrase):
                score = self._score(vocabulary, parts, vocabulary[phrase])
                if score is not None:
                    found[parts] = score
        self._known = state, found
        return found

    def _splits(self, phrase: Any) -> Iterator[Parts]:
        """The ways in which a token may be two words with connectors between them."""
        tokens = phrase.split(self.delimiter) if isinstance(phrase, str) else []
        for end in range(1, len(tokens)):
            for start in range(end, len(tokens)):
                between = tokens[end:start]
                if all(token in self.connector_words for token in between):
                    yield self.delimiter.join(tokens[:end]), *between, self.delimiter.join(tokens[start:])

    def _score(self, vocabulary: dict[Any, int], parts: Parts, count: int) -> float | None:
        first, second = vocabulary.get(parts[0], 0), vocabulary.get(parts[-1], 0)
        if first <= 0 or second <= 0:
            return None
        assert self.scoring is not None
        score = self.scoring(
            worda_count=first,
            wordb_count=second,
            bigram_count=count,
            len_vocab=len(vocabulary),
            min_count=self.min_count,
            corpus_word_count=self.corpus_word_count,
        )
        return score if score > self.threshold else None

    def export_phrases(self) -> dict[str, float]:
        """All phrases and their scores."""
        return {self.delimiter.join(parts): score for parts, score in self.known_phrases().items()}

    def freeze(self) -> "FrozenPhrases":
        """The phrases alone, without the counts."""
        return FrozenPhrases(self)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a JSON document; a scoring function of your own is not in it."""
        path = self._options(args, kwargs)
        write_phrases(path, PhraseFile.of(self, corpus_word_count=self.corpus_word_count, vocab=self.vocab))

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> Self:
        """Read what save() wrote, or gensim's own file.

        scoring : in place of that in the file, which cannot hold a function of your own.
        """
        path = kwargs.get("fname") or args[0]
        file = read_phrases(path, "vocab")
        phrases = cls(max_vocab_size=file.max_vocab_size, delimiter=file.delimiter, connector_words=file.connectors)
        phrases.min_count, phrases.threshold = file.min_count, file.threshold
        phrases.scoring = chosen_scorer(file, kwargs.get("scoring"))
        phrases.corpus_word_count, phrases._vocabulary = file.corpus_word_count, file.counts
        return phrases


class FrozenPhrases(PhraseJoiner):
    """Phrases without the counts that they were found by: smaller, and quicker to join with.

    phrasegrams : the score of each phrase.
    """

    def __init__(self, phrases_model: Any) -> None:
        for name in ("threshold", "min_count", "delimiter", "scoring", "connector_words"):
            setattr(self, name, getattr(phrases_model, name))
        self._parts = dict(phrases_model.known_phrases())
        self.phrasegrams = {self.delimiter.join(parts): score for parts, score in self._parts.items()}

    def __str__(self) -> str:
        return (
            f"{type(self).__name__}<{len(self.phrasegrams)} phrases, min_count={self.min_count}, "
            f"threshold={self.threshold}>"
        )

    def known_phrases(self) -> dict[Parts, float]:
        """The phrases, as tuples of words, and their scores."""
        return self._parts

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a JSON document."""
        path = self._options(args, kwargs)
        write_phrases(path, PhraseFile.of(self, phrases=self._parts))

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> Self:
        """Read what save() wrote, or gensim's own file."""
        file = read_phrases(kwargs.get("fname") or args[0], "phrasegrams")
        return cls(LoadedPhrases(file, chosen_scorer(file, kwargs.get("scoring"))))


class LoadedPhrases:
    """What a FrozenPhrases is made of, from a file."""

    def __init__(self, file: PhraseFile, scoring: Scorer | None) -> None:
        self.threshold, self.min_count, self.delimiter = file.threshold, file.min_count, file.delimiter
        self.scoring, self.connector_words = scoring, frozenset(file.connectors)
        self._file = file

    def known_phrases(self) -> dict[Parts, float]:
        """The phrases of the file."""
        return self._file.phrases


Phraser = FrozenPhrases


def checked_scorer(scoring: Any) -> Scorer:
    """A scoring function, or that of a name. Raises ValueError for others."""
    if isinstance(scoring, str):
        if scoring not in _SCORERS:
            raise ValueError(f"unknown scoring method string {scoring} specified")
        return _SCORERS[scoring]
    if not callable(scoring):
        raise ValueError(f"scoring={quoted(scoring)}: must be 'default', 'npmi' or a function")
    missing = [name for name in _SCORED if name not in inspect.signature(scoring).parameters]
    if missing:
        raise ValueError(f"scoring function missing expected parameters {missing}")
    function: Scorer = scoring
    return function


def chosen_scorer(file: PhraseFile, given: Any) -> Scorer | None:
    """The scoring function of a file that is loaded; None where it was one of the user's."""
    return checked_scorer(given) if given is not None else _SCORERS.get(file.scoring)
