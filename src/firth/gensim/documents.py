"""Documents as users of gensim give them: words and tags, read once; and the tags as keys of vectors.

A tag that is a whole number is a row by itself, so that rows up to the largest one exist; other tags are behind them.
"""

import logging
from array import array
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets
from firth.corpus.encoded import EncodedCorpus
from firth.corpus.vocabulary import Vocabulary
from firth.errors import CorpusError, quoted
from firth.formats.compressed import open_decompressed
from firth.gensim.key_table import KeyTable, random_rows
from firth.gensim.texts import Text
from firth.kernels.arguments import Documents

__all__ = ["TaggedBrownCorpus", "TaggedDocument", "TaggedLineDocument", "TaggedText"]
__all__ += ["documents_of_training", "read_documents", "set_tags"]

logger = logging.getLogger(__name__)

_PLAIN = "Each 'words' should be a list of words (usually unicode strings). First 'words' here is instead plain %s."


class TaggedDocument(NamedTuple):
    """The words of a document, and its tags: whole numbers or strings."""

    words: Any
    tags: Any

    def __str__(self) -> str:
        return f"{type(self).__name__}<{self.words}, {self.tags}>"


class TaggedLineDocument:
    """Each line of a file is a document, whose words are separated by whitespace; its tag is the number of the line.

    source : a path, compressed or not, or an open file.
    """

    def __init__(self, source: Any) -> None:
        self.source = source

    def __iter__(self) -> Iterator[TaggedDocument]:
        if hasattr(self.source, "seek"):
            self.source.seek(0)
            yield from self._documents(self.source)
            return
        with open_decompressed(self.source) as file:
            yield from self._documents(file)

    @staticmethod
    def _documents(lines: Iterable[str | bytes]) -> Iterator[TaggedDocument]:
        for number, line in enumerate(lines):
            yield TaggedDocument((line if isinstance(line, str) else line.decode("utf8")).split(), [number])


class TaggedBrownCorpus:
    """The files of the Brown corpus in a folder: each line is a document of words such as "jury/nn"."""

    def __init__(self, dirname: str | Path) -> None:
        self.dirname = dirname

    def __iter__(self) -> Iterator[TaggedDocument]:
        for path in sorted(Path(self.dirname).iterdir()):
            if not path.is_file():
                continue
            with open_decompressed(path) as file:
                for number, line in enumerate(file):
                    pairs = [word.split("/") for word in line.decode("utf8").split()]
                    kept = [pair for pair in pairs if len(pair) == 2 and pair[1][:2].isalpha()]
                    if kept:
                        words = [f"{word.lower()}/{kind[:2]}" for word, kind in kept]
                        yield TaggedDocument(words, [f"{path}_SENT_{number}"])


class TaggedText(NamedTuple):
    """What was read of documents.

    text : their words; documents without words are left out.
    starts, tags : the tags of document n of the text are tags[starts[n] : starts[n + 1]].
    largest : the largest whole number among all tags; -1 without any.
    counts : for each other tag the words, and the number, of its documents.
    """

    text: Text
    starts: list[int]
    tags: list[Any]
    largest: int
    counts: dict[Any, tuple[int, int]]


class _Numbers(dict[Any, int]):
    """Numbers by first appearance."""

    def __missing__(self, token: Any) -> int:
        return self.setdefault(token, len(self))


def read_documents(documents: Iterable[Any]) -> TaggedText:
    """Read objects with the attributes `words` and `tags`. Raises AttributeError, TypeError, as gensim, for others."""
    ids = _Numbers()
    stream, ends, read = array("i"), array("q", [0]), 0
    starts, listed, largest, counts = [0], [], -1, dict[Any, tuple[int, int]]()
    for read, document in zip(count(1), documents, strict=False):
        words, tags = document.words, document.tags
        if read == 1 and isinstance(words, str):
            logger.warning(_PLAIN, type(words))
        stream.extend(map(ids.__getitem__, words))
        length = len(stream) - ends[-1]
        for tag in tags:
            if isinstance(tag, int | np.integer):
                if tag < 0:
                    raise CorpusError(f"document {read - 1:,}: its tag is {quoted(tag)}; numbers must be 0 or more")
                largest = max(largest, int(tag))
            else:
                n_words, n_documents = counts.get(tag, (0, 0))
                counts[tag] = n_words + length, n_documents + 1
        if length:
            ends.append(len(stream))
            listed += tags
            starts.append(len(listed))
    numbers = np.frombuffer(stream, np.int32) if stream else np.zeros(0, np.int32)
    vocabulary = Vocabulary(list(ids), np.bincount(numbers, minlength=len(ids)).astype(np.int64))
    text = Text(EncodedCorpus(vocabulary, numbers, np.frombuffer(ends, np.int64)), read)
    return TaggedText(text, starts, listed, largest, counts)


def set_tags(table: KeyTable, read: TaggedText, *, update: bool) -> None:
    """Make the tags of documents the keys of a table.

    update : beside those that it has, with their vectors; otherwise in place of them.
    """
    old_keys, old_vectors = list(table.index_to_key), table.vectors
    largest, counts = read.largest, dict(read.counts)
    if update:
        whole = [key for key in old_keys if not isinstance(key, str)]
        largest = max([largest, *whole])
        counts = {key: (0, 0) for key in table.key_to_index} | counts
        for key, row in table.key_to_index.items():
            n_words, n_documents = counts[key]
            had_words, had_documents = (int(table.expandos[name][row]) for name in ("word_count", "doc_count"))
            counts[key] = n_words + had_words, n_documents + had_documents
    if largest > max(len(old_keys), read.text.sentences):
        logger.warning("the largest tag is %i, for %i documents: rows in between are unused", largest, len(read.starts))
    table.index_to_key = [*range(largest + 1), *counts]
    table.key_to_index = {key: largest + 1 + at for at, key in enumerate(counts)}
    table.expandos, table.norms, table.next_index = {}, None, len(table.index_to_key)
    if counts:
        table.allocate_vecattrs(["word_count", "doc_count"], [int, int])
        for at, name in enumerate(("word_count", "doc_count")):
            table.expandos[name][largest + 1 :] = [numbers[at] for numbers in counts.values()]
    table.vectors = np.zeros((0, table.vector_size), np.float32)
    if update and len(old_vectors):
        table.vectors = random_rows(len(table.index_to_key), table.vector_size, len(old_keys))
        table.vectors[[table.get_index(key) for key in old_keys]] = old_vectors


def documents_of_training(
    read: TaggedText, words: dict[Any, int], table: KeyTable, first: int
) -> tuple[Documents, NDArray[np.bool_]]:
    """The tags of those documents that have a known word, and which ones these are.

    words : the row of each known word. first : the row of tag 0. Tags that are no keys of the table are left out.
    """
    corpus = read.text.corpus
    is_known = np.fromiter((word in words for word in corpus.vocabulary.words), np.bool_, len(corpus.vocabulary))
    known = np.concatenate(([0], np.cumsum(is_known[corpus.ids])))
    kept = np.diff(known[corpus.sentence_offsets]) > 0
    starts: list[int] = [0]
    rows: list[int] = []
    for number in np.flatnonzero(kept).tolist():
        tags = read.tags[read.starts[number] : read.starts[number + 1]]
        found = (table.get_index(tag, -1) for tag in dict.fromkeys(tags))
        rows += [row for row in dict.fromkeys(found) if row >= 0]
        starts.append(len(rows))
    offsets: Offsets = np.array(starts, np.int64)
    longest = int(np.diff(offsets).max(initial=0))
    return Documents(offsets, np.array(rows, np.int32), first, len(table), longest), kept
