"""A corpus in blocks of provisional ids, read while they are taken: for what needs one sentence after the other.

encode() reads a corpus to its end, because only then is known how frequent words are. Here every word is kept.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import numpy as np

from firth.arrays import WordIds
from firth.corpus.advice import warn_of_invalid_bytes, warn_of_script
from firth.corpus.code_points import code_points
from firth.corpus.decoded_lines import Lines
from firth.corpus.file_parts import file_parts
from firth.corpus.paths import Files
from firth.corpus.pieces import BlockSizes, Piece, range_pieces, stream_pieces
from firth.corpus.scan import Scanned
from firth.corpus.sources import CorpusInput, Stream, Texts, TokenLists, recognise
from firth.corpus.spool import IdSpool, MemoryBudget
from firth.corpus.text_counter import TextCounter
from firth.corpus.token_counter import TokenCounter
from firth.corpus.tokenizers import Tokenizer, check_tokenizer, tokens_of
from firth.corpus.word_table import WordTable
from firth.errors import SettingError
from firth.kernels.cpu.text.tokens import END_OF_SENTENCE

__all__ = ["Block", "sentence_blocks"]

# Provisional ids of sentences, END_OF_SENTENCE behind each; and the words of the ids that did not occur before.
Block: TypeAlias = tuple[WordIds, list[str]]

_BLOCKS = BlockSizes(stream=1 << 16)


def sentence_blocks(corpus: CorpusInput, tokenizer: Tokenizer) -> Iterator[Block]:
    """The sentences of a corpus, some at a time. Words are numbered from 0 by first appearance.

    Raises   CorpusError if the corpus cannot be read; SettingError if a tokenizer is given with lists of tokens.
    """
    check_tokenizer(tokenizer)
    source = recognise(corpus)
    if isinstance(source, TokenLists):
        if callable(tokenizer):
            raise SettingError(f"tokenizer={tokenizer!r}: the corpus already consists of lists of tokens; leave it out")
        return _token_blocks(source.sentences, None, source.name)
    if callable(tokenizer):
        lines = Lines(source, _BLOCKS)
        return _token_blocks((tokens_of(tokenizer, line) for line in lines), lines, source.name)
    return _text_blocks(source, TextCounter(code_points(tokenizer), WordTable(), MemoryBudget(0), _BLOCKS))


def _token_blocks(sentences: Iterable[object], lines: Lines | None, name: str) -> Iterator[Block]:
    counter = TokenCounter(None, MemoryBudget(0), _BLOCKS, "line" if lines else "sentence")
    blocks = _Blocks(counter)
    for _ in counter.read(sentences):
        yield blocks.next()
    yield blocks.next()
    if lines is not None:
        warn_of_invalid_bytes(_scanned(counter, lines.invalid_bytes, lines.text_bytes), name)


def _text_blocks(source: Files | Stream | Texts, counter: TextCounter) -> Iterator[Block]:
    blocks = _Blocks(counter)
    for piece in _pieces(source):
        counter.read_part(0, iter((piece,)))
        yield blocks.next()
    scanned = _scanned(counter.table, counter.invalid_bytes, counter.text_bytes)
    warn_of_invalid_bytes(scanned, source.name)
    warn_of_script(scanned, source.name)


def _pieces(source: Files | Stream | Texts) -> Iterator[Piece]:
    if not isinstance(source, Files):
        yield from stream_pieces(source, _BLOCKS.piece)
        return
    for part in file_parts(source, sys.maxsize):
        for portion in part:
            yield from range_pieces(portion, _BLOCKS, lambda n_bytes: None)


def _scanned(tally: WordTable | TokenCounter, invalid_bytes: int, text_bytes: int) -> Scanned:
    return Scanned(tally, [], int(tally.counts.sum()), invalid_bytes, text_bytes, None)


class _Blocks:
    """What a counter has read since the last call, up to the end of the last sentence."""

    def __init__(self, counter: TextCounter | TokenCounter) -> None:
        self._counter = counter
        self._rest = np.empty(0, np.int32)  # of a sentence whose end is to come
        self._n_words = 0
        self._renew_spool()

    def _renew_spool(self) -> None:
        self._counter.spool = IdSpool(MemoryBudget(sys.maxsize))  # one that does not keep what was taken
        self._counter.chunks.clear()

    def next(self) -> Block:
        """The next block; empty where no sentence has ended."""
        counter = self._counter
        taken = [counter.spool.take(chunk.index) for chunk in counter.chunks]
        self._renew_spool()
        stream = np.concatenate((self._rest, *taken))
        ends = np.flatnonzero(stream == END_OF_SENTENCE)
        stop = int(ends[-1]) + 1 if len(ends) else 0
        self._rest = stream[stop:].copy()
        tally = counter.table if isinstance(counter, TextCounter) else counter
        new = np.arange(self._n_words, len(tally.counts))
        self._n_words += len(new)
        return stream[:stop], tally.words(new) if len(new) else []
