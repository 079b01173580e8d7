"""Any text to sentences of ids for a language model, unknown words included.

Shapes   T words in S sentences; `offsets` (S + 1,), as in EncodedCorpus. No sentence is empty.
"""

from collections.abc import Iterator
from typing import NamedTuple, cast

import numpy as np

from firth.arrays import Offsets, WordIds
from firth.corpus.encoding import encode
from firth.corpus.sources import CorpusInput
from firth.corpus.tokenizers import Tokenizer
from firth.corpus.vocabulary import check_limits
from firth.errors import CorpusError
from firth.language_models.vocabulary import SPECIAL, LanguageVocabulary
from firth.progress import ProgressOption

__all__ = ["PaddedText", "Sentences", "pad", "read_known", "read_new"]


class Sentences(NamedTuple):
    """Sentences as ids of a LanguageVocabulary; "<s>" and "</s>" are not written."""

    ids: WordIds  # (T,) int32
    offsets: Offsets  # (S + 1,) int64

    def parts(self, tokens: int) -> Iterator["Sentences"]:
        """The same sentences in portions of about so many words."""
        first = 0
        while first < len(self.offsets) - 1:
            last = int(np.searchsorted(self.offsets, self.offsets[first] + tokens, "right")) - 1
            last = max(last, first + 1)
            begin, end = self.offsets[first], self.offsets[last]
            yield Sentences(self.ids[begin:end], self.offsets[first : last + 1] - begin)
            first = last


class PaddedText(NamedTuple):
    """Sentences end to end with n "<s>" before and one "</s>" after each; what is predicted is all but "<s>"."""

    ids: WordIds  # (T + S * (n + 1),)
    places: WordIds  # the same shape: place in the padded sentence, from 0


def read_new(
    corpus: CorpusInput,
    tokenizer: Tokenizer,
    min_count: int,
    max_vocabulary: int | None,
    progress: ProgressOption = False,
) -> tuple[LanguageVocabulary, Sentences]:
    """Read a text once; words rarer than `min_count`, or beyond `max_vocabulary`, become "<unk>".

    Raises CorpusError if the corpus cannot be read or no word is frequent enough.
    """
    check_limits(min_count, max_vocabulary)
    encoded = encode(corpus, tokenizer=tokenizer, min_count=1, progress=progress)
    # The vocabulary comes most frequent first, so what is kept are its first words.
    counts = encoded.vocabulary.counts
    frequent = int(np.searchsorted(-counts, -min_count, "right"))
    kept = [word for word in encoded.vocabulary.words[:frequent] if word not in SPECIAL][:max_vocabulary]
    if not kept:
        raise CorpusError(f"no word occurs min_count={min_count} times: give more text or a smaller min_count")
    vocabulary = LanguageVocabulary(kept, np.array([encoded.vocabulary.count_of(word) for word in kept]))
    return vocabulary, _renumbered(encoded.vocabulary.words, encoded.ids, encoded.sentence_offsets, vocabulary)


def read_known(corpus: CorpusInput, tokenizer: Tokenizer, vocabulary: LanguageVocabulary) -> Sentences:
    """Read a text in the words of a vocabulary; all others become "<unk>"."""
    encoded = encode(corpus, tokenizer=tokenizer, min_count=1)
    return _renumbered(encoded.vocabulary.words, encoded.ids, encoded.sentence_offsets, vocabulary)


def _renumbered(words: object, ids: WordIds, offsets: Offsets, vocabulary: LanguageVocabulary) -> Sentences:
    new = vocabulary.ids_of(cast("list[str]", words))
    return Sentences(new[ids], offsets)


def pad(sentences: Sentences, starts: int, vocabulary: LanguageVocabulary) -> PaddedText:
    """Put `starts` times "<s>" before each sentence and "</s>" after it."""
    n_sentences = len(sentences.offsets) - 1
    lengths = np.diff(sentences.offsets) + starts + 1
    begins = np.cumsum(lengths) - lengths
    ids = np.full(len(sentences.ids) + n_sentences * (starts + 1), vocabulary.start, np.int32)
    places = (np.arange(len(ids)) - np.repeat(begins, lengths)).astype(np.int32)
    ids[places >= starts] = vocabulary.end
    last = np.zeros(len(ids), bool)
    last[begins + lengths - 1] = True
    ids[(places >= starts) & ~last] = sentences.ids
    return PaddedText(ids, places)
