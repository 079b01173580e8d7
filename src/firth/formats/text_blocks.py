"""Whole text files of vectors: blocks of lines, parsed side by side by compiled code.

Shapes  V words, D numbers per vector.
Memory  the matrix, grown as lines come, and a few blocks of text: a few MB per thread.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import FormatError
from firth.formats.bad_lines import BadLines, OnError
from firth.formats.compressed import compression, open_decompressed
from firth.formats.growing import GrowingMatrix
from firth.formats.line_blocks import LONGEST_LINE, LineBlock, LineBlocks, block_of
from firth.formats.packed_words import PackedWords, WordCollector, hash_words
from firth.formats.stored import StoredVectors
from firth.formats.text_lines import Header, find_layout, parse_line
from firth.kernels.arguments import LINE_PADDING, ParsedLines
from firth.parallel import available_cores

__all__ = ["read_text"]

SAMPLE_LINES = 100  # enough to tell the length of the vectors
SMALL = 1 << 18  # bytes: read without compiled code sooner than that code is loaded (0.4 s)
BOM = b"\xef\xbb\xbf"


def read_text(path: str | Path, *, on_error: OnError = "raise") -> StoredVectors:
    """Read "word number … number" lines, with or without a first line "words numbers".

    Parameters
    ----------
    on_error : "skip" leaves out lines that cannot be read and words that come again, and does not
        mind a wrong count in the first line; `skipped` tells what was left out.

    Raises
    ------
    FileNotFoundError : there is no such file.
    FormatError : the file is damaged, cut short, or something else; the line is named. With "skip":
        not one line can be read.
    """
    path = Path(path)
    plain_size = None if compression(path) else path.stat().st_size
    with open_decompressed(path) as file:
        return _Reader(path, plain_size, BadLines(on_error)).read(file)


class _Problem(NamedTuple):
    """A line that cannot be read, by its row in the block."""

    row: int
    error: FormatError


class _Parsed(NamedTuple):
    """A block that has been read: its arrays, and the rows that could not be."""

    block: LineBlock
    found: ParsedLines
    problems: list[_Problem]


class _Reader:
    """One reading of one file."""

    def __init__(self, path: Path, plain_size: int | None, bad: BadLines) -> None:
        self._path = path
        self._plain_size = plain_size  # bytes; None where compression hides it
        self._bad = bad
        self._threads = min(8, available_cores())
        self._words = WordCollector()
        self._blocks_read: list[tuple[int, int]] = []  # the first row and the first line of each
        self._bad_rows: list[int] = []

    def read(self, file: BinaryIO) -> StoredVectors:
        blocks = LineBlocks(self._path, file)
        first = blocks.take()
        if first and first.buffer.startswith(BOM, first.begin):
            first.begin += len(BOM)
        if not first or not bytes(first.buffer[first.begin : first.end]).strip():
            raise FormatError(self._path, "the file is empty")
        header, self._vector_size = find_layout(self._path, first.sample(SAMPLE_LINES))
        if header:
            self._refuse_impossible(header)
            first.drop_line()
        matrix = self._read_lines(first, blocks)
        self._check_count(header)
        packed = self._without_repetitions(matrix)
        if self._bad.count and not packed:
            raise FormatError(self._path, f"not one line can be read; {self._bad.problems[0]}")
        return StoredVectors(packed, matrix.finish(), skipped=self._bad.skipped())

    def _refuse_impossible(self, header: Header) -> None:
        """Find a header that promises more than the file can hold, before memory is asked for."""
        shortest = 2 * header.vector_size + 2  # a letter, " 0" for each number, a line end
        words = min(header.words, 1) if self._bad.are_skipped else header.words
        if self._plain_size is not None and words * shortest > self._plain_size + 1:
            raise FormatError(
                self._path,
                f"the header promises {header.words:,} words of {header.vector_size:,} numbers, "
                f"which do not fit into {self._plain_size:,} bytes",
                line=1,
            )
        if header.vector_size > LONGEST_LINE // 2:  # no words, or nobody knows how large the file is
            raise FormatError(self._path, f"the header promises {header.vector_size:,} numbers per word", line=1)

    def _check_count(self, header: Header | None) -> None:
        found = len(self._words) + self._bad.count
        if header and found != header.words:
            self._bad.notice(
                FormatError(
                    self._path,
                    f"the header promises {header.words:,} words, but there are {found:,}; "
                    "the file is cut short or damaged",
                    line=found + 2,
                )
            )

    def _read_lines(self, first: LineBlock, blocks: LineBlocks) -> GrowingMatrix:
        matrix = GrowingMatrix(self._vector_size)
        waiting: deque[tuple[int, Future[_Parsed]]] = deque()
        parse = self._parse_fast if len(first) >= SMALL else self._parse_slowly

        def collect(at_most: int) -> None:
            while len(waiting) > at_most:
                first_row, future = waiting.popleft()
                parsed = future.result()
                self._gather(parsed, first_row)
                blocks.release(parsed.block)

        with ThreadPoolExecutor(self._threads) as pool:
            submit = pool.submit if parse == self._parse_fast else _done
            for block in self._long_enough(_all(first, blocks)):
                rows = block.rows
                if rows > matrix.room:
                    collect(0)
                    matrix.grow(rows, self._rows_expected(block))
                self._blocks_read.append((matrix.used, block.first_line))
                waiting.append((matrix.used, submit(parse, block, matrix.reserve(rows))))
                collect(self._threads)
            collect(0)
        return matrix

    def _long_enough(self, blocks: Iterator[LineBlock]) -> Iterator[LineBlock]:
        """Blocks without lines that are too short for their numbers: no room is made for those."""
        shortest = 2 * self._vector_size + 1
        for block in blocks:
            if block.rows * (shortest + 1) <= len(block) + 1:
                yield block
                continue
            kept: list[bytes] = []
            for line_number, line in enumerate(block.lines(), block.first_line):
                if len(line) >= shortest:
                    kept.append(line)
                    continue
                if kept:
                    yield block_of(kept, line_number - len(kept))
                    kept = []
                try:
                    parse_line(self._path, line, self._vector_size, line_number)
                except FormatError as error:
                    self._bad.meet(error)
            if kept:
                yield block_of(kept, block.first_line + block.rows - len(kept))

    def _rows_expected(self, block: LineBlock) -> int:
        """A guess of all rows of the file by the length of these; 0 where its size is unknown."""
        return int((self._plain_size or 0) * block.rows / len(block) * 1.02)

    def _gather(self, parsed: _Parsed, first_row: int) -> None:
        """Keep the words of a block and note its bad lines; blocks come in order."""
        ends, hashes = parsed.found.word_ends, parsed.found.word_hashes
        for row, error in parsed.problems:
            self._bad.meet(error)
            self._bad_rows.append(first_row + row)
        if parsed.problems:
            bad = [row for row, _ in parsed.problems]
            ends, hashes = np.delete(ends, bad), np.delete(hashes, bad)
        self._words.add(parsed.found.words[: ends[-1] if len(ends) else 0], ends, hashes)

    def _without_repetitions(self, matrix: GrowingMatrix) -> PackedWords:
        """The words, each once, and their rows alone in the matrix."""
        packed, repetitions = self._words.finish()
        if repetitions:
            rows = np.delete(np.arange(matrix.used), self._bad_rows)
            for again in repetitions:
                first, second = int(rows[again.first]), int(rows[again.second])
                problem = f"{again.word!r} again: it is already on line {self._line(first):,}"
                self._bad.meet(FormatError(self._path, problem, line=self._line(second)))
                self._bad_rows.append(second)
            packed = packed.without([again.second for again in repetitions])
        matrix.drop(sorted(self._bad_rows))
        return packed

    def _line(self, row: int) -> int:
        """The number of the line from which a row was read."""
        first_row, first_line = self._blocks_read[bisect_right(self._blocks_read, row, key=itemgetter(0)) - 1]
        return first_line + row - first_row

    def _parse_slowly(self, block: LineBlock, numbers: Matrix) -> _Parsed:
        words: list[bytes] = []
        problems: list[_Problem] = []
        for i, line in enumerate(block.lines()):
            words.append(self._parse_carefully(line, block, i, numbers, problems))
        ends = np.cumsum(np.fromiter(map(len, words), np.int64, len(words)))
        text = np.frombuffer(b"".join(words), np.uint8)
        return _Parsed(block, ParsedLines(numbers, text, ends, hash_words(text, ends)), problems)

    def _parse_fast(self, block: LineBlock, numbers: Matrix) -> _Parsed:
        # Not at the top of the file: reading other formats and small files works without Numba.
        from firth.kernels.cpu.files.numbers import parse_lines

        text = np.frombuffer(block.buffer, np.uint8, len(block) + LINE_PADDING, block.begin)
        rows = len(numbers)
        ends, hashes = np.zeros(rows, np.int64), np.empty(rows, np.uint64)
        found = ParsedLines(numbers, np.empty(len(block), np.uint8), ends, hashes)
        problems: list[_Problem] = []
        row, position = parse_lines(text, 0, 0, found)
        while row < rows:
            line_end = block.line_end(block.begin + position) - block.begin
            odd = _word_array(self._parse_carefully(text[position:line_end].tobytes(), block, row, numbers, problems))
            begin = int(ends[row - 1]) if row else 0
            ends[row] = begin + len(odd)
            found.words[begin : ends[row]] = odd
            hashes[row : row + 1] = hash_words(odd, np.array([len(odd)]))
            row, position = parse_lines(text, line_end + 1, row + 1, found)
        return _Parsed(block, found, problems)

    def _parse_carefully(
        self, line: bytes, block: LineBlock, row: int, numbers: Matrix, problems: list[_Problem]
    ) -> bytes:
        """Fill one row; its word, or nothing where the line is bad."""
        try:
            word, numbers[row] = parse_line(self._path, line, self._vector_size, block.first_line + row)
        except FormatError as error:
            problems.append(_Problem(row, error))
            return b""
        return word


def _done(parse: Callable[[LineBlock, Matrix], _Parsed], block: LineBlock, numbers: Matrix) -> Future[_Parsed]:
    """What `submit` returns, without a thread: a small file is read before one has begun."""
    future: Future[_Parsed] = Future()
    future.set_result(parse(block, numbers))
    return future


def _word_array(word: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(word, np.uint8)


def _all(first: LineBlock, blocks: LineBlocks) -> Iterator[LineBlock]:
    block: LineBlock | None = first if len(first) else blocks.take()
    while block:
        yield block
        block = blocks.take()
