"""A corpus as sentences of word ids for a language model: unknown words become `<unk>`.

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
from firth.training.lone_words import check_neighbours

__all__ = ["PaddedText", "Sentences", "pad", "read_held_out", "read_text", "read_training_text"]


class Sentences(NamedTuple):
    """Sentences as ids of a LanguageVocabulary, without `<s>` and `</s>`."""

    ids: WordIds  # (T,) int32
    offsets: Offsets  # (S + 1,) int64

    def parts(self, tokens: int) -> Iterator["Sentences"]:
        """The same sentences in parts of at most about `tokens` words; no sentence is cut."""
        first = 0
        while first < len(self.offsets) - 1:
            last = int(np.searchsorted(self.offsets, self.offsets[first] + tokens, "right")) - 1
            last = max(last, first + 1)
            begin, end = self.offsets[first], self.offsets[last]
            yield Sentences(self.ids[begin:end], self.offsets[first : last + 1] - begin)
            first = last


class PaddedText(NamedTuple):
    """Sentences end to end, each after n `<s>` and before one `</s>`; all but `<s>` is predicted."""

    ids: WordIds  # (T + S * (n + 1),)
    positions: WordIds  # the same shape: position in the padded sentence, from 0


def read_training_text(
    corpus: CorpusInput,
    tokenizer: Tokenizer,
    min_count: int,
    max_vocabulary: int | None,
    progress: ProgressOption,
) -> tuple[LanguageVocabulary, Sentences]:
    """Read a text and choose its vocabulary; words rarer than `min_count`, or beyond `max_vocabulary`, become `<unk>`.

    Raises CorpusError if the corpus cannot be read or no word is frequent enough.
    """
    check_limits(min_count, max_vocabulary)
    encoded = encode(corpus, tokenizer=tokenizer, min_count=1, progress=progress)
    check_neighbours(encoded, corpus, required=False)
    # The encoded vocabulary is sorted by falling count, so the kept words are its first ones.
    counts = encoded.vocabulary.counts
    frequent = int(np.searchsorted(-counts, -min_count, "right"))
    kept = [word for word in encoded.vocabulary.words[:frequent] if word not in SPECIAL][:max_vocabulary]
    if not kept:
        raise CorpusError(f"no word occurs min_count={min_count} times: give more text, or a smaller min_count")
    vocabulary = LanguageVocabulary(kept, np.array([encoded.vocabulary.count_of(word) for word in kept]))
    return vocabulary, _renumbered(encoded.vocabulary.words, encoded.ids, encoded.sentence_offsets, vocabulary)


def read_text(
    corpus: CorpusInput, tokenizer: Tokenizer, vocabulary: LanguageVocabulary, progress: ProgressOption = False
) -> Sentences:
    """Read a text as ids of an existing vocabulary; all other words become `<unk>`.

    Raises CorpusError if the corpus cannot be read.
    """
    encoded = encode(corpus, tokenizer=tokenizer, min_count=1, progress=progress)
    return _renumbered(encoded.vocabulary.words, encoded.ids, encoded.sentence_offsets, vocabulary)


def read_held_out(
    corpus: CorpusInput, tokenizer: Tokenizer, vocabulary: LanguageVocabulary, progress: ProgressOption = False
) -> Sentences:
    """Read a text to judge a model by.

    Raises CorpusError if the corpus cannot be read, or the model knows no word of it.
    """
    sentences = read_text(corpus, tokenizer, vocabulary, progress)
    if (sentences.ids == vocabulary.unknown).all():
        raise CorpusError(
            f"the model knows none of the {len(sentences.ids):,} words of the text: was it trained with another "
            "tokenizer, or on another language?"
        )
    return sentences


def _renumbered(words: object, ids: WordIds, offsets: Offsets, vocabulary: LanguageVocabulary) -> Sentences:
    new = vocabulary.ids_of(cast("list[str]", words))
    return Sentences(new[ids], offsets)


def pad(sentences: Sentences, starts: int, vocabulary: LanguageVocabulary) -> PaddedText:
    """Put `starts` `<s>` before each sentence and one `</s>` after it."""
    n_sentences = len(sentences.offsets) - 1
    lengths = np.diff(sentences.offsets) + starts + 1
    begins = np.cumsum(lengths) - lengths
    ids = np.full(len(sentences.ids) + n_sentences * (starts + 1), vocabulary.start, np.int32)
    positions = (np.arange(len(ids)) - np.repeat(begins, lengths)).astype(np.int32)
    ids[positions >= starts] = vocabulary.end
    last = np.zeros(len(ids), bool)
    last[begins + lengths - 1] = True
    ids[(positions >= starts) & ~last] = sentences.ids
    return PaddedText(ids, positions)
