"""Words that are alone in their sentence: they have no neighbours, so nothing can be learned from them."""

import os
from typing import Any

from firth.corpus.encoded import EncodedCorpus
from firth.errors import CorpusError, warn

__all__ = ["check_neighbours", "longest_sentence", "one_word_sentences"]

_SENTENCES_AT_ONCE = 1 << 20
_MANY = 0.5  # share of the words that are alone, above which this is said


def one_word_sentences(corpus: EncodedCorpus) -> int:
    """How many sentences have one word, of those that the vocabulary knows."""
    return sum(int((lengths == 1).sum()) for lengths in _lengths(corpus))


def longest_sentence(corpus: EncodedCorpus) -> int:
    """The words of the longest sentence."""
    return max((int(lengths.max()) for lengths in _lengths(corpus)), default=0)


def _lengths(corpus: EncodedCorpus) -> Any:
    """The lengths of all sentences, in pieces: the offsets may be larger than memory."""
    offsets = corpus.sentence_offsets
    for first in range(0, corpus.n_sentences, _SENTENCES_AT_ONCE):
        piece = offsets[first : first + _SENTENCES_AT_ONCE + 1]
        yield piece[1:] - piece[:-1]


def check_neighbours(
    corpus: EncodedCorpus, given: object = None, *, required: bool = True, alone: int | None = None
) -> None:
    """Warn if most words are alone in their sentence, or if there is only one word.

    given : what the user gave as a corpus, for the advice.
    required : whether a model learns nothing where all words are alone.
    alone : sentences of one word; None: they are counted in the corpus.

    Raises   CorpusError if all words are alone, and neighbours are required.
    """
    alone = one_word_sentences(corpus) if alone is None else alone
    if alone == corpus.n_words and required:
        raise CorpusError(
            f"no word has a neighbour: each of the {alone:,} sentences has one word{_left_out(corpus)}{_advice(given)}"
        )
    if alone > _MANY * corpus.n_words:
        warn(
            f"{alone:,} of {corpus.n_words:,} words are alone in their sentence, and have no neighbours to learn from"
            f"{_left_out(corpus)}{_advice(given)}"
        )
    if len(corpus.vocabulary) == 1:
        warn(
            f"the vocabulary has one word, {corpus.vocabulary.words[0]!r}: there is nothing to compare it with"
            f"{_left_out(corpus)}"
        )


def _left_out(corpus: EncodedCorpus) -> str:
    if not corpus.unknown_words:
        return ""
    vocabulary = corpus.vocabulary
    limit = "" if vocabulary.max_vocabulary is None else f", max_vocabulary={vocabulary.max_vocabulary}"
    return (
        f", and {corpus.unknown_words:,} of {corpus.total_words:,} words were left out "
        f"(min_count={vocabulary.min_count}{limit})"
    )


def _advice(given: object) -> str:
    if given is None or isinstance(given, EncodedCorpus):
        return ""
    first = given[0] if isinstance(given, list | tuple) and given else None
    if isinstance(given, str | os.PathLike) or hasattr(given, "read") or isinstance(first, os.PathLike):
        return "; each line of a file is a sentence: join lines that belong together"
    return "; each string of a list is a text of its own: if these are the words of one text, give [words]"
