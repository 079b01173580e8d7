"""The first half of encoding: read the corpus once, number its words as they come, count them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Counts
from firth.corpus.counting import Chunk, TextCounter
from firth.corpus.lines import Lines
from firth.corpus.reading import BlockSizes, file_parts, stream_pieces
from firth.corpus.sequences import TokenCounter
from firth.corpus.sources import Files, Source, Stream, Texts, TokenLists
from firth.corpus.spool import MemoryBudget
from firth.corpus.threads import read_files, read_pieces
from firth.corpus.tokenizers import CodePoints, Tokenizer, code_points
from firth.corpus.vocabulary import Vocabulary
from firth.corpus.word_table import WordTable, closed_table
from firth.errors import SettingError
from firth.progress import Reporter

__all__ = ["Counted", "Reading", "Tally", "count"]


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
class Reading:
    """How to read.

    known : the vocabulary to keep to, or None.
    resources : closes what reading opened, when the corpus is encoded.
    """

    known: Vocabulary | None
    threads: int
    budget: MemoryBudget
    blocks: BlockSizes
    reporter: Reporter
    resources: ExitStack


@dataclass(frozen=True)
class Counted:
    """What reading a corpus left.

    chunks : provisional ids in the order of the text; beside each, what they are in the tally (None: the same).
    known_ids : (W,) the tally's words in the known vocabulary; None if there is none.
    """

    tally: Tally
    chunks: list[tuple[Chunk, NDArray[np.int32] | None]]
    total_words: int
    invalid_bytes: int
    known_ids: NDArray[np.int32] | None


def count(source: Source, tokenizer: Tokenizer, reading: Reading) -> Counted:
    """Read a source to its end.

    Raises   CorpusError if it cannot be read.
    """
    if isinstance(source, TokenLists):
        if callable(tokenizer):
            raise SettingError(f"tokenizer={tokenizer!r}: the corpus already consists of lists of tokens; leave it out")
        return _count_tokens(source.sentences, None, reading)
    if callable(tokenizer):
        lines = Lines(source, reading.blocks)
        return _count_tokens(map(tokenizer, lines), lines, reading)
    return _count_text(source, code_points(tokenizer), reading)


def _count_tokens(sentences: Iterator[object], lines: Lines | None, reading: Reading) -> Counted:
    counter = TokenCounter(reading.known, reading.budget, reading.blocks)
    reading.resources.callback(counter.spool.close)
    with reading.reporter.stage("reading", unit="bytes") as stage:
        for _ in counter.read(sentences):
            stage.update(lines.bytes_done if lines else counter.bytes_done)
        stage.update(lines.bytes_done if lines else counter.bytes_done)
    known_ids = None if reading.known is None else np.arange(len(reading.known), dtype=np.int32)
    chunks: list[tuple[Chunk, NDArray[np.int32] | None]] = [(chunk, None) for chunk in counter.chunks]
    return Counted(counter, chunks, counter.total_words, lines.invalid_bytes if lines else 0, known_ids)


def _count_text(source: Files | Stream | Texts, points: CodePoints, reading: Reading) -> Counted:
    blank, known_ids = WordTable(), None
    if reading.known is not None:
        blank, known_ids = closed_table(reading.known)
    parts = file_parts(source, reading.blocks) if isinstance(source, Files) else []
    counters = []
    for _ in range(max(1, min(reading.threads, len(parts)))):
        counter = TextCounter(points, blank.copy(), reading.budget, reading.blocks)
        reading.resources.callback(counter.spool.close)
        counters.append(counter)
    if isinstance(source, Files):
        sizes = [portion.stop - portion.start for part in parts for portion in part]
        total = sum(sizes) if all(sizes) else None  # a pipe does not say how much will come
        with reading.reporter.stage("reading", total, "bytes") as stage:
            read_files(parts, counters, reading.blocks, stage)
    else:
        pieces = stream_pieces(source, reading.blocks.piece)
        with reading.reporter.stage("reading", unit="bytes") as stage:
            read_pieces(pieces, counters[0], stage)
    return _joined(counters, known_ids)


def _joined(counters: list[TextCounter], known_ids: NDArray[np.int32] | None) -> Counted:
    """The words of all threads in one table."""
    total_words = sum(counter.total_words for counter in counters)
    chunks: list[tuple[Chunk, NDArray[np.int32] | None]] = [(chunk, None) for chunk in counters[0].chunks]
    table = counters[0].table
    for counter in counters[1:]:
        new_ids = table.merge(counter.table)
        chunks += [(chunk, new_ids) for chunk in counter.chunks]
    chunks.sort(key=lambda item: (item[0].part, item[0].number))
    return Counted(table, chunks, total_words, sum(counter.invalid_bytes for counter in counters), known_ids)
