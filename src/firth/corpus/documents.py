"""Documents with tags as word ids: any texts or lists of tokens, each a sentence of the corpus.

A document is one sequence of words; where its text has several lines, windows cross their ends. A tag is a name of a
document, or something that it has in common with others: an author, a topic. A document may have several tags, and a
tag several documents.
"""

import itertools
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts, Offsets
from firth.corpus.decoded_lines import Lines
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.encoding import encode
from firth.corpus.mixing import mix
from firth.corpus.paths import Files
from firth.corpus.pieces import BlockSizes
from firth.corpus.sources import Stream, Texts, TokenLists, recognise
from firth.corpus.tokenizers import Tokenizer, tokenize_line
from firth.corpus.vocabulary import Vocabulary
from firth.errors import CorpusError, SettingError, quoted
from firth.progress import ProgressOption

__all__ = [
    "NO_TAGS",
    "DocumentsInput",
    "EncodedDocuments",
    "KnownTags",
    "encode_documents",
    "lines_of",
    "mix_documents",
    "words_of",
]

DocumentsInput: TypeAlias = Any  # what recognise() takes, pairs of tags and documents, or a mapping from tags to them

_Pair: TypeAlias = tuple[Any, Any]  # the tags, and a text or tokens


class KnownTags(NamedTuple):
    """Tags that have numbers before documents are read: those of a model.

    tags : by number.
    first_number : documents without tags are numbered from here on.
    """

    tags: Sequence[str]
    first_number: int


NO_TAGS = KnownTags((), 0)


class EncodedDocuments(NamedTuple):
    """Documents as ids.

    corpus : a sentence for each document that has a word of the vocabulary.
    starts : (S + 1,) the tags of sentence s are tag_ids[starts[s] : starts[s + 1]], all different.
    tags : (N,) those known before, then others by first appearance, those included whose documents have no word of the
        vocabulary.
    words : (N,) words of the vocabulary in the documents of each tag.
    """

    corpus: EncodedCorpus
    starts: Offsets
    tag_ids: NDArray[np.int32]
    tags: list[str]
    words: Counts


def encode_documents(
    documents: DocumentsInput,
    tags: Iterable[Any] | None,
    *,
    tokenizer: Tokenizer,
    limits: tuple[int, int | None],
    vocabulary: Vocabulary | None = None,
    extend: bool = False,
    known: KnownTags = NO_TAGS,
    progress: ProgressOption = False,
) -> EncodedDocuments:
    """Read documents once.

    Parameters
    ----------
    documents : a path, folder, glob, open file or "-" with a document a line; an iterable of texts, or of lists of
        tokens; one of tuples (tag, document) or (list of tags, document); or a mapping from tags to documents.
    tags : of each document one or a list, if they are not in `documents`; None: numbers.
    limits : min_count and max_vocabulary.
    vocabulary, extend : as for encode().
    known : tags that have their numbers already.

    Raises   CorpusError if documents cannot be read, a tag is no string or whole number, or there are not as many tags
             as documents.
    """
    tagging = _Tagging(known.tags)
    pairs = _pairs(documents, tags, known.first_number)
    corpus = encode(
        (tagging.add(number, *pair, tokenizer) for number, pair in enumerate(pairs)),
        tokenizer="words",
        min_count=limits[0],
        max_vocabulary=limits[1],
        vocabulary=vocabulary,
        extend=extend,
        progress=progress,
        empty_sentences=True,
    )
    return tagging.encoded(corpus)


def mix_documents(
    new: EncodedDocuments, old: EncodedDocuments, words: int, rng: np.random.Generator
) -> EncodedDocuments:
    """All new documents in their order, and between them drawn old ones; see mixing.mix().

    old : with the numbers of words and tags of `new`.
    """
    mixed = mix(new.corpus, old.corpus, words, rng)
    lengths = np.concatenate([np.diff(new.starts), np.diff(old.starts)])
    firsts = np.concatenate([new.starts[:-1], len(new.tag_ids) + old.starts[:-1]])[mixed.sentences]
    listed = np.concatenate([new.tag_ids, old.tag_ids])
    starts = np.concatenate(([0], np.cumsum(lengths[mixed.sentences])))
    sources = np.repeat(firsts - starts[:-1], np.diff(starts)) + np.arange(starts[-1])
    return new._replace(corpus=mixed.corpus, starts=starts, tag_ids=listed[sources])


def words_of(document: Any, tokenizer: Tokenizer, where: str = "the document") -> list[str]:
    """The words of a text, or the tokens of a list.

    Raises   CorpusError if it is neither, or SettingError if it is a list and the tokenizer a function.
    """
    if isinstance(document, str):
        return [word for line in document.split("\n") for word in tokenize_line(line.removesuffix("\r"), tokenizer)]
    if not isinstance(document, Iterable) or isinstance(document, bytes | bytearray | Mapping):
        raise CorpusError(f"{where} is {quoted(document)}: must be a text or a list of tokens")
    if callable(tokenizer):
        raise SettingError(f"tokenizer={tokenizer!r}: {where} is a list of tokens already; leave the tokenizer out")
    words = list(document)
    for position, word in enumerate(words):
        if not isinstance(word, str):
            raise CorpusError(f"{where}, token {position:,} is {quoted(word)}: tokens must be strings")
    return words


class _Tagging:
    """Numbers the tags of documents while they are read."""

    def __init__(self, known: Sequence[str]) -> None:
        self._ids = {tag: number for number, tag in enumerate(known)}
        self._listed = array("i")
        self._ends = array("q", [0])

    def add(self, number: int, tags: Any, document: Any, tokenizer: Tokenizer) -> list[str]:
        """Note the tags of a document, and return its words."""
        where = f"document {number:,}"
        several = isinstance(tags, Iterable) and not isinstance(tags, str | bytes)
        given = list(tags) if several else [tags]
        if not given:
            raise CorpusError(f"{where} has no tag: give one or several, a string or a whole number each")
        for name in dict.fromkeys(_name(tag, where) for tag in given):
            self._listed.append(self._ids.setdefault(name, len(self._ids)))
        self._ends.append(len(self._listed))
        return words_of(document, tokenizer, where)

    def encoded(self, corpus: EncodedCorpus) -> EncodedDocuments:
        """Corpus : of all documents, those without a word included, which are left out here."""
        lengths = np.diff(corpus.sentence_offsets)
        kept = np.flatnonzero(lengths)
        ends, listed = np.array(self._ends, np.int64), np.array(self._listed, np.int32)
        n_tags = np.diff(ends)
        words = np.bincount(listed, weights=np.repeat(lengths, n_tags), minlength=len(self._ids)).astype(np.int64)
        starts = np.concatenate(([0], np.cumsum(n_tags[kept])))
        offsets = np.concatenate(([0], np.cumsum(lengths[kept])))
        without_empty = EncodedCorpus(
            corpus.vocabulary,
            corpus.ids,
            offsets.astype(np.int64),
            corpus.total_words,
            corpus.invalid_bytes,
            corpus.memory_mapped,
        )
        tag_ids = listed[np.repeat(lengths > 0, n_tags)]
        return EncodedDocuments(without_empty, starts.astype(np.int64), tag_ids, list(self._ids), words)


def _name(tag: Any, where: str) -> str:
    if isinstance(tag, int | np.integer) and not isinstance(tag, bool):
        return str(int(tag))
    if isinstance(tag, str) and tag:
        return str.__str__(tag)
    raise CorpusError(f"{where}: its tag is {quoted(tag)}; tags must be strings or whole numbers")


def _pairs(documents: DocumentsInput, tags: Iterable[Any] | None, first_number: int) -> Iterator[_Pair]:
    if isinstance(documents, Mapping):
        _refuse_second_tags(tags, "a mapping from tags to documents")
        return iter(documents.items())
    if not isinstance(documents, str) and not hasattr(documents, "read") and isinstance(documents, Iterable):
        items = iter(documents)
        first = next(items, None)
        if isinstance(first, tuple) and len(first) == 2:
            _refuse_second_tags(tags, "pairs of a tag and a document")
            return _checked_pairs(itertools.chain([first], items))
        if iter(documents) is items:  # it can be read only once
            documents = itertools.chain([] if first is None else [first], items)
    source = recognise(documents)
    if isinstance(source, TokenLists):
        found: Iterator[Any] = source.sentences
    elif isinstance(source, Texts):
        found = source.texts
    else:
        found = _lines(source)
    return enumerate(found, first_number) if tags is None else _with_tags(found, tags)


def lines_of(documents: Any) -> Iterator[str]:
    """The lines of a file, a folder or a pattern, or of "-" for standard input. Raises CorpusError."""
    source = recognise(documents)
    assert isinstance(source, Files | Stream)
    return _lines(source)


def _lines(source: Files | Stream) -> Iterator[str]:
    return iter(Lines(source, BlockSizes()))


def _refuse_second_tags(tags: object, what: str) -> None:
    if tags is not None:
        raise SettingError(f"tags: the documents are {what} already; leave tags out")


def _checked_pairs(items: Iterator[Any]) -> Iterator[_Pair]:
    for number, item in enumerate(items):
        if not isinstance(item, tuple) or len(item) != 2:
            raise CorpusError(
                f"document {number:,} is {quoted(item)}, but the documents before it are pairs (tag, document)"
            )
        yield item


def _with_tags(found: Iterator[Any], tags: Iterable[Any]) -> Iterator[_Pair]:
    if isinstance(tags, str | bytes) or not isinstance(tags, Iterable):
        raise SettingError(f"tags={quoted(tags)}: must be a list with a tag, or a list of tags, for each document")
    missing = object()
    for number, (tag, document) in enumerate(itertools.zip_longest(tags, found, fillvalue=missing)):
        if tag is missing or document is missing:
            fewer = "tags than documents" if tag is missing else "documents than tags"
            raise CorpusError(f"there are fewer {fewer}: {number:,}; give a tag for each document")
        yield tag, document
