"""Phrases: found in a text, kept as a table, joined in texts and for training."""

import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import CUSTOM_TOKENIZER, Tokenizer
from firth.errors import FormatError, NotFittedError, SettingError, quoted, warn
from firth.notebook import html_table
from firth.phrases.encoding import encode_joined
from firth.phrases.learning import PassCandidates, find_phrases
from firth.phrases.scoring import Scoring
from firth.phrases.sentences import joined_sentences
from firth.phrases.settings import Connectors, PhraseSettings
from firth.phrases.table import Phrase, check_phrase, read_table, write_table
from firth.progress import ProgressOption, open_progress
from firth.settings import answers_names

__all__ = ["Phrases", "PhrasesInput", "given_phrases"]

_SHOWN = 10  # phrases of a notebook's table

# What gensim calls settings and methods.
GENSIM_NAMES = {
    "sentences": "give the text to fit(): Phrases().fit(corpus)",
    "connector_words": "it is connectors here",
    "common_terms": "it is connectors here",
    "max_vocab_size": "counts are exact here; max_pairs limits how many pairs are in memory at one time",
    "progress_per": "leave it out; fit(corpus, progress=…) shows progress",
}


class Phrases:
    """Pairs of words that occur together more often than chance would have it, to be made one word: new_york.

    Parameters
    ----------
    min_count : pairs that occur less often are no phrases.
    threshold : pairs whose score is above it are phrases; None for 10, or 0.5 with npmi. A tuple has one number for
        each pass: a pair of plain words is always compared with the first, a pair with a phrase of the first pass with
        the second, and so on.
    scoring : "default": (n_ab - min_count) V / (n_a n_b), where V is the number of different words and pairs (Mikolov
        et al. 2013, arXiv:1310.4546, section 4; as in gensim). "npmi": normalised pointwise mutual information, from
        -1 to 1 (Bouma 2009). Or a function of a PairCounts, of arrays (N,), that returns scores (N,).
    connectors : words that may be inside a phrase, but begin and end none: bank_of_england. "english" stands for
        ENGLISH_CONNECTOR_WORDS.
    delimiter : what joins the words.
    passes : how often phrases are joined: with 2, phrases have up to four words, connectors not counted.
    overlaps : which of several phrases that share a word is joined. "first": the one that begins first, as in gensim.
        "best": the one with the highest score.
    max_pairs : pairs kept in memory at one time. With less, the text is read more often; counts stay exact. Only where
        the pairs that occur min_count times do not fit, the rarest of these are left out, with a FirthWarning.
    tokenizer : "words" (lower case, punctuation dropped), "whitespace", or a function from a line to its words.
    threads : worker threads; None for one per available core. The result does not depend on it.

    Raises   SettingError if a value is impossible.
    """

    @answers_names(GENSIM_NAMES)
    def __init__(
        self,
        *,
        min_count: int = 5,
        threshold: float | Sequence[float] | None = None,
        scoring: str | Scoring = "default",
        connectors: Connectors = (),
        delimiter: str = "_",
        passes: int = 1,
        overlaps: str = "first",
        max_pairs: int = 40_000_000,
        tokenizer: Tokenizer = "words",
        threads: int | None = None,
    ) -> None:
        settings: dict[str, Any] = {name: value for name, value in locals().items() if name != "self"}
        self.settings = PhraseSettings(**settings)
        self._table: list[Phrase] | None = None
        self._candidates: list[PassCandidates] = []

    @classmethod
    def from_table(cls, table: Iterable[Phrase | tuple[Any, ...]], **settings: Any) -> Self:
        """Phrases of your own, or a choice of those that were found.

        table : Phrase records; or tuples of the same parts, of which all but the words may be missing.
        settings : as for Phrases().

        Raises   SettingError if one of them is no phrase.
        """
        phrases = cls(**settings)
        phrases._table = [check_phrase(given) for given in table]
        return phrases

    def fit(self, corpus: "CorpusInput | EncodedCorpus", progress: ProgressOption = None) -> Self:
        """Find the phrases of a text, and return self. What was found before is replaced.

        Parameters
        ----------
        corpus : as for Word2Vec.fit. An EncodedCorpus should be encoded with min_count=1: where words were left out,
            those on both sides count as neighbours, and a warning says so.
        progress : as for Word2Vec.fit; the stages are "reading" (bytes), "counting pairs" and "joining phrases", both
            in words.

        Raises   CorpusError if the corpus cannot be read or has no words; SettingError if the scoring function or the
                 tokenizer was lost with a file, or the function returns no scores.
        """
        with open_progress(progress) as reporter:
            encoded = self._every_word(corpus, reporter)
            self._candidates = find_phrases(self.settings, encoded, reporter)
        chosen = [found.phrases(np.flatnonzero(found.is_phrase)) for found in self._candidates]
        self._table = [phrase for of_pass in chosen for phrase in of_pass]
        return self

    def _every_word(self, corpus: "CorpusInput | EncodedCorpus", progress: ProgressOption) -> EncodedCorpus:
        """The corpus as ids of all words."""
        if isinstance(corpus, EncodedCorpus):
            corpus.check()
            if corpus.unknown_words:
                warn(
                    f"{corpus.unknown_words:,} of {corpus.total_words:,} words were left out when the corpus was "
                    "encoded: those on both sides of them count as neighbours; encode with min_count=1"
                )
            return corpus
        return encode(
            corpus, tokenizer=self._tokenizer(), min_count=1, threads=self.settings.threads, progress=progress
        )

    def _tokenizer(self) -> Tokenizer:
        if self.settings.tokenizer == CUSTOM_TOKENIZER:
            raise SettingError(
                "tokenizer='custom': it was a function, which a table cannot keep: give it to "
                "Phrases.load(path, tokenizer=…)"
            )
        return self.settings.tokenizer

    @property
    def is_fitted(self) -> bool:
        """Whether there is a table: after fit(), load() or from_table()."""
        return self._table is not None

    @property
    def table(self) -> list[Phrase]:
        """The phrases, by pass and falling score. Raises NotFittedError before fit()."""
        if self._table is None:
            raise NotFittedError("no phrases have been found yet: call fit(corpus) or Phrases.load(path) first")
        return self._table

    @property
    def candidates(self) -> list[Phrase]:
        """All pairs that occur min_count times, phrases or not, by pass and falling score: to choose a threshold by.

        Raises   NotFittedError unless fit() was called: files do not keep them.
        """
        if not self._candidates:
            raise NotFittedError("a table has no candidates, only the phrases: call fit(corpus) first")
        return [phrase for found in self._candidates for phrase in found.phrases(np.arange(len(found.scores)))]

    def join(self, corpus: "CorpusInput | EncodedCorpus") -> Iterator[list[str]]:
        """The sentences of a text as lists of words, phrases joined; read while they are taken.

        corpus : as for fit(). Memory is bounded by the number of different words.

        Raises   NotFittedError before fit(); CorpusError if the corpus cannot be read.
        """
        table = self.table
        tokenizer = "words" if isinstance(corpus, EncodedCorpus) else self._tokenizer()
        return joined_sentences(corpus, tokenizer, table, self.settings)

    def encode(
        self,
        corpus: "CorpusInput | EncodedCorpus",
        *,
        min_count: int = 5,
        max_vocabulary: int | None = None,
        progress: ProgressOption = False,
    ) -> EncodedCorpus:
        """A text as ids, phrases joined, and its vocabulary: what Word2Vec.fit trains on.

        Parameters
        ----------
        corpus : as for fit().
        min_count : words and phrases that occur less often in the joined text are left out.
        max_vocabulary : keep at most this many, the most frequent; None for no limit.
        progress : as for firth.corpus.encode; the stages are "reading" (bytes) and "joining phrases" (words).

        Raises   NotFittedError before fit(); CorpusError if the corpus cannot be read or nothing is kept.
        """
        table = self.table
        with open_progress(progress) as reporter:
            encoded = self._every_word(corpus, reporter)
            return encode_joined(encoded, table, self.settings, (min_count, max_vocabulary), reporter)

    def save(self, path: str | Path) -> None:
        """Write the table as text, tab-separated, with the settings in its first line; docs/phrases.md describes it.

        Raises   NotFittedError before fit(); FormatError or OSError if the file cannot be written.
        """
        write_table(path, self.settings, self.table)

    @classmethod
    def load(
        cls, path: str | Path, *, scoring: str | Scoring | None = None, tokenizer: Tokenizer | None = None
    ) -> Self:
        """Read a table that save() wrote, or that was written by hand.

        scoring, tokenizer : in place of those in the file, which cannot keep functions.

        Raises   FormatError naming file and line of what is no phrase; OSError if it cannot be read.
        """
        stored, table = read_table(path)
        given = {"scoring": scoring, "tokenizer": tokenizer}
        stored.update({name: value for name, value in given.items() if value is not None})
        try:
            settings = PhraseSettings.from_json(stored)
        except SettingError as error:
            raise FormatError(path, str(error), line=1) from None
        phrases = cls.from_table(table)
        phrases.settings = settings
        return phrases

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        if self._table is None:
            return "Phrases(not fitted)"
        shown = ", ".join(self.settings.delimiter.join(phrase.words) for phrase in self._table[:3])
        more = ", …" if len(self._table) > 3 else ""
        return f"Phrases({len(self._table):,} phrases: {shown}{more})"

    def _repr_html_(self) -> str:
        if self._table is None:
            return html_table("Phrases", ["", ""], [("phrases", "not fitted")], numbers=0)
        rows = [(" ".join(row.words), f"{row.count:,}", f"{row.score:.4g}") for row in self._table[:_SHOWN]]
        return html_table(f"{len(self._table):,} phrases", ["phrase", "count", "score"], rows, numbers=2)


PhrasesInput: TypeAlias = Phrases | str | os.PathLike[str]


def given_phrases(given: Any, threads: int | None) -> Phrases:
    """Phrases; where a path was given, those of its table.

    threads : for those that are read from a table.

    Raises   SettingError for anything else; FormatError if the table is damaged.
    """
    if isinstance(given, Phrases):
        return given
    if isinstance(given, str | os.PathLike):
        phrases = Phrases.load(Path(given))
        phrases.settings = dataclasses.replace(phrases.settings, threads=threads)
        return phrases
    raise SettingError(f"phrases={quoted(given)}: must be Phrases, or the path of a table that Phrases.save wrote")
