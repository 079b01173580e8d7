"""A corpus as users of gensim give it, read once: any tokens to ids."""

import logging
from array import array
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.merging import renumber
from firth.corpus.vocabulary import Vocabulary
from firth.errors import CorpusError, quoted
from firth.gensim.corpora import LineSentence

__all__ = ["Text", "check_corpus", "in_rows", "read_text"]

logger = logging.getLogger(__name__)

_PLAIN = (
    "Each 'sentences' item should be a list of words (usually unicode strings). First item here is instead plain %s."
)


class Text(NamedTuple):
    """What was read.

    corpus : all words, numbered; those of equal counts by first appearance, and so are all where lists were read.
    sentences : including empty ones.
    """

    corpus: EncodedCorpus
    sentences: int

    @property
    def words(self) -> list[Any]:
        """The different tokens."""
        return list(self.corpus.vocabulary.words)

    @property
    def counts(self) -> list[int]:
        """How often each occurs."""
        counts: list[int] = self.corpus.vocabulary.counts.tolist()
        return counts

    @property
    def total_words(self) -> int:
        """Words that were read."""
        return self.corpus.total_words


def check_corpus(corpus_iterable: Any, corpus_file: Any) -> None:
    """Raise TypeError unless one of both is given, and can be a corpus."""
    if corpus_file is None and corpus_iterable is None:
        raise TypeError("Either one of corpus_file or corpus_iterable value must be provided")
    if corpus_file is not None and corpus_iterable is not None:
        raise TypeError("Both corpus_file and corpus_iterable must not be provided at the same time")
    if corpus_file is not None and not isinstance(corpus_file, str | Path):
        raise TypeError(f"corpus_file={quoted(corpus_file)}: must be the path of a file")
    if isinstance(corpus_iterable, str | bytes):
        raise TypeError(f"{quoted(corpus_iterable)}: sentences must be lists of words; a path is given as corpus_file=")
    if corpus_iterable is not None and not isinstance(corpus_iterable, Iterable):
        raise TypeError(f"{quoted(corpus_iterable)}: must be an iterable of lists of words")


def read_text(corpus_iterable: Any, corpus_file: Any) -> Text:
    """Read a corpus once: lists of any hashable tokens, or files with a sentence a line.

    Raises   TypeError if it is none; FileNotFoundError, CorpusError.
    """
    check_corpus(corpus_iterable, corpus_file)
    files = [Path(corpus_file)] if corpus_file is not None else None
    if isinstance(corpus_iterable, LineSentence):
        files = corpus_iterable.whole_files()
    return _read_lists(corpus_iterable) if files is None else _read_files(files)


def _read_files(files: list[Path]) -> Text:
    if all(path.stat().st_size == 0 for path in files):
        return _read_lists([])
    corpus = encode(files, tokenizer="whitespace", min_count=1)
    return Text(corpus, corpus.n_sentences)


def _read_lists(sentences: Iterable[Any]) -> Text:
    ids: dict[Any, int] = _Numbers()
    stream, ends, read = array("i"), array("q", [0]), 0
    for read, sentence in zip(count(1), sentences, strict=False):
        if read == 1 and isinstance(sentence, str):
            logger.warning(_PLAIN, type(sentence))
        stream.extend(map(ids.__getitem__, sentence.tolist() if isinstance(sentence, np.ndarray) else sentence))
        if len(stream) > ends[-1]:
            ends.append(len(stream))
    numbers = np.frombuffer(stream, np.int32) if stream else np.zeros(0, np.int32)
    counts = np.bincount(numbers, minlength=len(ids)).astype(np.int64)
    return Text(EncodedCorpus(Vocabulary(list(ids), counts), numbers, np.frombuffer(ends, np.int64)), read)


class _Numbers(dict[Any, int]):
    """Numbers by first appearance."""

    def __missing__(self, token: Any) -> int:
        return self.setdefault(token, len(self))


def in_rows(text: Text, rows: dict[Any, int], vocabulary: Vocabulary) -> EncodedCorpus | None:
    """The text with the ids of a vocabulary; other words are left out. None if no word of it is known.

    rows : the id of each word.
    """
    numbers = np.fromiter((rows.get(word, -1) for word in text.corpus.vocabulary.words), np.int32, len(text.words))
    if not (numbers >= 0).any():
        return None
    try:
        return renumber(text.corpus, numbers, vocabulary)
    except CorpusError:
        return None
