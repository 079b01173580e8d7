"""The first half of encoding, and its driver: read the corpus once, number its words as they come, count them.

Which way a corpus takes depends on what it is:

    files               file_parts.py cuts them; parallel_scan.py runs a TextCounter in each of several threads
    a stream, texts     pieces.py makes pieces in the calling thread; parallel_scan.py runs one TextCounter in another
    lists of tokens     a TokenCounter, in the calling thread
    a user's tokenizer  decoded_lines.py makes lines, the tokenizer lists of tokens, the same TokenCounter counts them

A TextCounter pulls pieces and pushes streams of ids into its spool (spool.py); the words are in its WordTable.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.corpus.code_points import CodePoints, code_points
from firth.corpus.decoded_lines import Lines
from firth.corpus.file_parts import FileRange, file_parts
from firth.corpus.parallel_scan import scan_files, scan_pieces
from firth.corpus.paths import Files
from firth.corpus.pieces import BlockSizes, stream_pieces
from firth.corpus.sources import Source, Stream, Texts, TokenLists
from firth.corpus.spool import MemoryBudget
from firth.corpus.text_counter import LONGEST_WORD, Chunk, TextCounter
from firth.corpus.token_counter import TokenCounter
from firth.corpus.tokenizers import Tokenizer, tokens_of
from firth.corpus.vocabulary import Vocabulary
from firth.corpus.word_table import WordTable, table_of
from firth.errors import SettingError, warn
from firth.progress import Reporter

__all__ = ["Scanned", "ScanOptions", "Tally", "scan", "scan_parts"]


class Tally(Protocol):
    """W distinct words by provisional id; WordTable and TokenCounter are both that."""

    @property
    def counts(self) -> Counts:
        """(W,) occurrences."""

    @property
    def first(self) -> NDArray[np.int64]:
        """(W,) positions of first occurrences, in any unit."""

    def words(self, chosen: NDArray[np.int64]) -> list[str]:
        """The words with these ids."""


@dataclass(frozen=True)
class ScanOptions:
    """How to read.

    known : a vocabulary, whose words are the first in the tally; or None.
    closed : whether its words alone are kept, and other words not counted.
    resources : closes the spools, once the corpus is encoded.
    """

    known: Vocabulary | None
    closed: bool
    threads: int
    budget: MemoryBudget
    blocks: BlockSizes
    reporter: Reporter
    resources: ExitStack


@dataclass(frozen=True)
class Scanned:
    """What one reading of a corpus leaves.

    chunks : provisional ids in the order of the text, each with the ids that they have in the tally (None: the same).
    text_bytes : of the text, decompressed; 0 for lists of tokens.
    known_ids : ids of the tally's first words in the known vocabulary, of all of them if it is closed; None without
        one.
    """

    tally: Tally
    chunks: list[tuple[Chunk, NDArray[np.int32] | None]]
    total_words: int
    invalid_bytes: int
    text_bytes: int
    known_ids: NDArray[np.int32] | None


def scan(source: Source, tokenizer: Tokenizer, options: ScanOptions) -> Scanned:
    """Read a source to its end.

    Raises   CorpusError if it cannot be read.
    """
    if isinstance(source, TokenLists):
        if callable(tokenizer):
            raise SettingError(f"tokenizer={tokenizer!r}: the corpus already consists of lists of tokens; leave it out")
        return _count_tokens(source.sentences, None, options)
    if callable(tokenizer):
        lines = Lines(source, options.blocks)
        return _count_tokens((tokens_of(tokenizer, line) for line in lines), lines, options)
    return _count_text(source, code_points(tokenizer), options)


def _count_tokens(sentences: Iterator[object], lines: Lines | None, options: ScanOptions) -> Scanned:
    unit = "line" if lines else "sentence"
    counter = TokenCounter(options.known, options.budget, options.blocks, unit, closed=options.closed)
    options.resources.callback(counter.spool.close)
    with options.reporter.stage("reading", unit="bytes") as stage:
        for _ in counter.read(sentences):
            stage.update(lines.bytes_done if lines else counter.bytes_done)
        stage.update(lines.bytes_done if lines else counter.bytes_done)
    known_ids = None if options.known is None else np.arange(len(options.known), dtype=np.int32)
    chunks: list[tuple[Chunk, NDArray[np.int32] | None]] = [(chunk, None) for chunk in counter.chunks]
    invalid_bytes, text_bytes = (lines.invalid_bytes, lines.text_bytes) if lines else (0, 0)
    return Scanned(counter, chunks, counter.total_words, invalid_bytes, text_bytes, known_ids)


def _count_text(source: Files | Stream | Texts, points: CodePoints, options: ScanOptions) -> Scanned:
    if isinstance(source, Files):
        return _count_parts(list(enumerate(file_parts(source, options.blocks.part))), source.name, points, options)
    counters, known_ids = _counters(1, points, options)
    pieces = stream_pieces(source, options.blocks.piece)
    with options.reporter.stage("reading", unit="bytes") as stage:
        scan_pieces(pieces, counters[0], stage)
    return _joined(counters, known_ids, source.name)


def scan_parts(
    parts: Sequence[tuple[int, list[FileRange]]], name: str, tokenizer: str, options: ScanOptions
) -> Scanned:
    """Read some parts of a text that consists of files, as one of several readers.

    parts : with the number of each in the text. Positions of first occurrences are those in the text, so that
        what several readers found can be merged.
    name : of the text, in messages.

    Raises   CorpusError if they cannot be read.
    """
    return _count_parts(parts, name, code_points(tokenizer), options)


def _count_parts(
    parts: Sequence[tuple[int, list[FileRange]]], name: str, points: CodePoints, options: ScanOptions
) -> Scanned:
    counters, known_ids = _counters(len(parts), points, options)
    sizes = [portion.stop - portion.start for _, part in parts for portion in part]
    total = sum(sizes) if all(sizes) else None  # the length of a pipe is unknown
    options.budget.check_space(sum(sizes))
    with options.reporter.stage("reading", total, "bytes") as stage:
        scan_files(parts, counters, options.blocks, stage)
    return _joined(counters, known_ids, name)


def _counters(
    parts: int, points: CodePoints, options: ScanOptions
) -> tuple[list[TextCounter], NDArray[np.int32] | None]:
    """Counters for at most so many threads; and ids of the tally's first words in the known vocabulary."""
    blank, known_ids = WordTable(), None
    if options.known is not None:
        blank, known_ids = table_of(options.known, closed=options.closed)
    counters = []
    for _ in range(max(1, min(options.threads, parts))):
        counter = TextCounter(points, blank.copy(), options.budget, options.blocks)
        options.resources.callback(counter.spool.close)
        counters.append(counter)
    return counters, known_ids


def _joined(counters: list[TextCounter], known_ids: NDArray[np.int32] | None, name: str) -> Scanned:
    """The words of all threads in one table."""
    if long_words := sum(counter.long_words for counter in counters):
        warn(f"{name}: {long_words:,} words of more than {LONGEST_WORD:,} bytes were left out: is this text?")
    total_words = sum(counter.total_words for counter in counters)
    invalid_bytes = sum(counter.invalid_bytes for counter in counters)
    text_bytes = sum(counter.text_bytes for counter in counters)
    chunks: list[tuple[Chunk, NDArray[np.int32] | None]] = [(chunk, None) for chunk in counters[0].chunks]
    table = counters[0].table
    for counter in counters[1:]:
        new_ids = table.merge(counter.table)
        chunks += [(chunk, new_ids) for chunk in counter.chunks]
    chunks.sort(key=lambda item: (item[0].part, item[0].number))
    return Scanned(table, chunks, total_words, invalid_bytes, text_bytes, known_ids)
