"""Text to provisional ids, by one thread: pieces of text in, streams of ids into a spool, words counted in a table."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from firth.corpus.code_points import CodePoints
from firth.corpus.pieces import ADDED_NEWLINE, BlockSizes, Piece
from firth.corpus.spool import IdSpool, MemoryBudget
from firth.corpus.word_table import WordTable, edge_workspace, enlarged
from firth.kernels.arguments import CleanText
from firth.kernels.cpu.text import tokens, unicode

__all__ = ["LONGEST_WORD", "Chunk", "TextCounter"]

LONGEST_WORD = 1 << 20  # bytes; longer ones would fill the memory, and nobody wrote them as words

_PART_POSITIONS = 1 << 40  # positions set aside for a part of the corpus, more than any part has bytes


@dataclass(frozen=True)
class Chunk:
    """A stream of provisional ids in a spool. Chunks sorted by (part, number) are the corpus in order."""

    part: int
    number: int
    spool: IdSpool
    index: int  # in the spool
    length: int  # words and sentence ends


class TextCounter:
    """Counts the text that one thread reads: its own word table, and what is carried from piece to piece."""

    def __init__(self, points: CodePoints, table: WordTable, budget: MemoryBudget, blocks: BlockSizes) -> None:
        self.table = table
        self.spool = IdSpool(budget)
        self.chunks: list[Chunk] = []
        self.bytes_done = 0
        self.text_bytes = 0  # read so far, decompressed
        self._points = points
        self._blocks = blocks
        self._state = np.array([unicode.OUTSIDE, 0, -1], np.int64)
        self._raw = np.empty(0, np.uint8)
        self._carried = 0  # bytes of an unfinished character at the start of _raw
        self._clean = np.empty(0, np.uint8)
        self._n_clean = 0  # bytes of an unfinished word at the start of _clean
        self._stream = np.empty(blocks.stream, np.int32)
        self._n_stream = 0
        self.long_words = 0  # left out
        self._is_in_long_word = False
        self._edges = edge_workspace()
        self._part = 0
        self._origin = 0  # position in the corpus of _clean[0]

    @property
    def invalid_bytes(self) -> int:
        """Bytes replaced so far."""
        return int(self._state[unicode.INVALID_BYTES])

    @property
    def total_words(self) -> int:
        """Words read so far, known or not."""
        return int(self.table.counts.sum() + self.table.arrays.sizes[tokens.UNKNOWN_SEEN])

    def advance(self, n_bytes: int) -> None:
        """Note that n_bytes more of the files were read."""
        self.bytes_done += n_bytes

    def read_part(self, part: int, pieces: Iterator[Piece]) -> None:
        """Read a part of the corpus, which must end in white space."""
        self._part = part
        self._origin = part * _PART_POSITIONS
        for piece in pieces:
            self.feed(piece)
        self._store()

    def feed(self, piece: Piece) -> None:
        """Read a piece of text; it may begin and end inside a word or a character."""
        if piece is not ADDED_NEWLINE:
            self.text_bytes += len(piece)
        for start in range(0, len(piece), self._blocks.piece):
            self._feed(piece[start : start + self._blocks.piece])

    def _feed(self, piece: Piece) -> None:
        end = self._carried + len(piece)
        if end > len(self._raw):
            self._raw = enlarged(self._raw, 2 * end, self._carried)
        self._raw[self._carried : end] = np.frombuffer(piece, np.uint8)
        needed = self._n_clean + unicode.GROWTH * end + tokens.PADDING
        if needed > len(self._clean):
            self._clean = enlarged(self._clean, 2 * needed, self._n_clean)
        before = self._n_clean
        at = self._clean_text(end)
        self._carried = end - at
        self._raw[: self._carried] = self._raw[at:end].copy()
        if self._is_in_long_word or self._n_clean > LONGEST_WORD:
            self._leave_out_long_word()
            before = 0
        if self._has_finished_words(before):
            self._number_words()

    def _clean_text(self, end: int) -> int:
        at: int = 0
        while True:
            at, self._n_clean = unicode.clean_text(
                self._raw,
                at,
                end,
                self._clean,
                self._n_clean,
                self._points.table,
                self._state,
            )
            if self._state[unicode.MISSING] < 0:
                return at
            self._points.fill(int(self._state[unicode.MISSING]))
            self._state[unicode.MISSING] = -1

    def _leave_out_long_word(self) -> None:
        """Take the word at the beginning out of the clean text if it is too long; its end may still be to come."""
        separators = np.flatnonzero(self._clean[: self._n_clean] <= ord(" "))
        is_ended = len(separators) > 0
        length = int(separators[0]) if is_ended else self._n_clean
        if not self._is_in_long_word:
            if length <= LONGEST_WORD:
                return
            self.long_words += 1
        self._is_in_long_word = not is_ended
        self._clean[: self._n_clean - length] = self._clean[length : self._n_clean].copy()
        self._n_clean -= length
        self._origin += length

    def _has_finished_words(self, before: int) -> bool:
        """False inside a word longer than a piece: rereading its start with each piece would take quadratic time."""
        new = self._clean[before : self._n_clean]
        return before < self._blocks.piece or bool((new <= ord(" ")).any())

    def _number_words(self) -> None:
        end = self._n_clean
        self._clean[end : end + tokens.PADDING] = ord(" ")
        at, full = 0, True
        while full:
            if end - at + 2 > len(self._stream) - self._n_stream:
                self._store()
            if end - at + 2 > len(self._stream):
                self._stream = np.empty(2 * (end - at + 2), np.int32)
            at, self._n_stream, full = tokens.number_words(
                CleanText(self._clean, self._origin),
                at,
                end,
                self.table.arrays,
                self._stream,
                self._n_stream,
                self._edges,
            )
            if full:
                self.table.reserve(len(self.table) + 1, self.table.arena_used + end - at)
        self._n_clean = end - at
        if at:
            self._clean[: self._n_clean] = self._clean[at:end].copy()
        self._origin += at

    def _store(self) -> None:
        if self._n_stream:
            index = self.spool.put(self._stream[: self._n_stream])
            self.chunks.append(Chunk(self._part, len(self.chunks), self.spool, index, self._n_stream))
        self._n_stream = 0
