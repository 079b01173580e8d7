"""Lists of tokens to provisional ids: a dictionary, since tokens are Python strings and may contain anything."""

from array import array
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.corpus.pieces import BlockSizes
from firth.corpus.rows import check_item
from firth.corpus.spool import IdSpool, MemoryBudget
from firth.corpus.text_counter import Chunk
from firth.corpus.vocabulary import Vocabulary
from firth.errors import CorpusError, quoted
from firth.kernels.cpu.text.tokens import END_OF_SENTENCE, UNKNOWN

__all__ = ["TokenCounter"]


class _OpenIds(dict[str, int]):
    """Ids by first appearance: looking up a new word adds it."""

    def __missing__(self, word: object) -> int:
        _check_token(word)
        return self.setdefault(str.__str__(word), len(self))  # subclasses (of an Enum, for instance) may look otherwise


class _ClosedIds(dict[str, int]):
    """The ids of a vocabulary, and UNKNOWN for other words."""

    def __missing__(self, word: object) -> int:
        _check_token(word)
        return UNKNOWN


def _check_token(word: object) -> None:
    if not isinstance(word, str):
        raise TypeError("tokens must be strings")


class TokenCounter:
    """Numbers and counts the tokens of sentences that are already tokenized.

    known : a vocabulary, whose ids are the first provisional ones; or None.
    closed : whether only its words are kept, and not every token.
    unit : what a sentence is called in messages.
    """

    def __init__(
        self,
        known: Vocabulary | None,
        budget: MemoryBudget,
        blocks: BlockSizes,
        unit: str = "sentence",
        *,
        closed: bool = True,
    ) -> None:
        self.spool = IdSpool(budget)
        self.chunks: list[Chunk] = []
        self.total_words = 0
        self._ids: dict[str, int] = _OpenIds()
        if known is not None:
            kind = _ClosedIds if closed else _OpenIds
            self._ids = kind((word, word_id) for word_id, word in enumerate(known.words))
        self._counts = np.zeros(0, np.int64)
        self._stream = array("i")
        self._blocks = blocks
        self._unit = unit

    @property
    def bytes_done(self) -> int:
        """The size of the ids, since tokens have no size of their own."""
        return 4 * self.total_words

    @property
    def counts(self) -> Counts:
        """(W,) occurrences, by provisional id."""
        return self._counts

    @property
    def first(self) -> NDArray[np.int64]:
        """(W,) the order of first occurrences, which provisional ids follow."""
        return np.arange(len(self._counts))

    def words(self, chosen: NDArray[np.int64]) -> list[str]:
        """The words with these provisional ids."""
        every = list(self._ids)
        return [every[word_id] for word_id in chosen.tolist()]

    def read(self, sentences: Iterable[Any]) -> Iterator[int]:
        """Count all sentences; yields the number of the last one whenever a stream is full.

        Raises   CorpusError, naming the sentence and token, if a token is not a string.
        """
        for number, sentence in enumerate(sentences):
            self._add(sentence, number)
            if len(self._stream) >= self._blocks.stream:
                self._store()
                yield number
        self._store()

    def _add(self, sentence: Any, number: int) -> None:
        stream = self._stream
        before = len(stream)
        if type(sentence) is not list and type(sentence) is not tuple:
            check_item(sentence, number)
        if isinstance(sentence, str | bytes):
            raise CorpusError(
                f"{self._unit} {number:,} is {quoted(sentence)}, but it must be a list of tokens: "
                "give either only strings (texts) or only lists of strings (tokens)"
            )
        try:
            stream.extend(map(self._ids.__getitem__, sentence))
        except TypeError as error:
            raise _bad_token(sentence, f"{self._unit} {number:,}", len(stream) - before) from error
        self.total_words += len(stream) - before
        stream.append(END_OF_SENTENCE)

    def _store(self) -> None:
        stream = np.frombuffer(self._stream, np.int32)
        seen = np.bincount(stream[stream >= 0], minlength=len(self._ids))
        seen[: len(self._counts)] += self._counts
        self._counts = seen.astype(np.int64, copy=False)
        self.chunks.append(Chunk(0, len(self.chunks), self.spool, self.spool.put(stream), len(stream)))
        self._stream = array("i")


def _bad_token(sentence: Any, where: str, position: int) -> CorpusError:
    """The error for a sentence whose first `position` tokens are strings."""
    if not isinstance(sentence, Iterable):
        return CorpusError(f"{where} is {quoted(sentence)}: must be a list of strings")
    where = f"{where}, token {position:,}"
    if not hasattr(sentence, "__getitem__"):
        return CorpusError(f"{where}: tokens must be strings; str(token) makes one")
    token = sentence[position]
    return CorpusError(
        f"{where} is {quoted(token)} of type {type(token).__name__}: tokens must be strings; str(token) makes one"
    )
