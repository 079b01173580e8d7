"""Whole text files of vectors: blocks of lines, parsed side by side by compiled code.

Shapes  V words, D numbers per vector.
Memory  the matrix, grown as lines come, and a few blocks of text: a few MB per thread.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Offsets
from firth.cores import available_cores
from firth.errors import FormatError
from firth.formats.compressed import compression, open_decompressed
from firth.formats.growing import GrowingMatrix
from firth.formats.packed_words import WordCollector
from firth.formats.stored import StoredVectors
from firth.formats.text_lines import Header, find_layout, parse_line

__all__ = ["read_text"]

BLOCK = 1 << 19  # bytes: large enough that a thread is rarely waited for, small beside any matrix
LONGEST_LINE = 1 << 28  # bytes: a million numbers of many digits; more is no line of vectors
SAMPLE_LINES = 100  # enough to tell the length of the vectors
SMALL = 1 << 18  # bytes: read without compiled code sooner than that code is loaded (0.4 s)
BLANK_LINES = b" \t\r\n"
BOM = b"\xef\xbb\xbf"


class _Block(NamedTuple):
    """Complete lines, the number of the first, and where their vectors go."""

    text: bytes
    first_line: int
    vectors: Matrix


def read_text(path: str | Path) -> StoredVectors:
    """Read "word number … number" lines, with or without a first line "words numbers".

    Raises
    ------
    FileNotFoundError : there is no such file.
    FormatError : the file is damaged, cut short, or something else; the line is named.
    """
    path = Path(path)
    plain_size = None if compression(path) else path.stat().st_size
    with open_decompressed(path) as file:
        return _Reader(path, plain_size).read(file)


class _Words(NamedTuple):
    """Words end to end and where they end, as `WordCollector.add` takes them."""

    text: NDArray[np.uint8]
    ends: Offsets


class _Reader:
    """One reading of one file."""

    def __init__(self, path: Path, plain_size: int | None) -> None:
        self._path = path
        self._plain_size = plain_size  # bytes; None where compression hides it
        self._threads = min(8, available_cores())

    def read(self, file: BinaryIO) -> StoredVectors:
        blocks = _whole_lines(self._path, file)
        first = next(blocks, b"").removeprefix(BOM)
        if not first.strip():
            raise FormatError(self._path, "the file is empty")
        sample = first.split(b"\n", SAMPLE_LINES)[:SAMPLE_LINES]
        while len(sample) > 1 and not sample[-1].strip():
            sample.pop()
        header, self._vector_size = find_layout(self._path, sample)
        line_number = 1
        if header:
            first = first.partition(b"\n")[2].rstrip(BLANK_LINES)
            line_number = 2
            self._refuse_impossible(header)
        words, matrix = self._read_lines(first, blocks, line_number)
        if header and len(words) != header.words:
            raise FormatError(
                self._path,
                f"the header promises {header.words:,} words, but there are {len(words):,}; "
                "the file is cut short or damaged",
                line=line_number + len(words),
            )
        packed, repeated = words.finish()
        if repeated:
            raise FormatError(
                self._path,
                f"{repeated.word!r} again: it is already on line {repeated.first + line_number:,}",
                line=repeated.second + line_number,
            )
        return StoredVectors(packed, matrix)

    def _refuse_impossible(self, header: Header) -> None:
        """Find a header that promises more than the file can hold, before memory is asked for."""
        shortest = 2 * header.vector_size + 2  # a letter, " 0" for each number, a line end
        if self._plain_size is not None and header.words * shortest > self._plain_size + 1:
            raise FormatError(
                self._path,
                f"the header promises {header.words:,} words of {header.vector_size:,} numbers, "
                f"which do not fit into {self._plain_size:,} bytes",
                line=1,
            )

    def _read_lines(self, first: bytes, blocks: Iterator[bytes], line_number: int) -> tuple[WordCollector, Matrix]:
        matrix = GrowingMatrix(self._vector_size)
        words = WordCollector()
        waiting: deque[Future[_Words]] = deque()
        parse = self._parse_fast if len(first) >= SMALL else self._parse_slowly
        with ThreadPoolExecutor(self._threads) as pool:
            for text in _chain(first, blocks):
                rows = text.count(b"\n") + 1
                self._refuse_short(text, rows, line_number)
                if rows > matrix.room:
                    _collect(waiting, words, 0)
                    matrix.grow(rows, self._rows_expected(text, rows))
                block = _Block(text, line_number, matrix.reserve(rows))
                waiting.append(pool.submit(parse, block))
                line_number += rows
                _collect(waiting, words, self._threads)
            _collect(waiting, words, 0)
        return words, matrix.finish()

    def _refuse_short(self, text: bytes, rows: int, line_number: int) -> None:
        """Find a line too short for its numbers, where there must be one, before making room."""
        shortest = 2 * self._vector_size + 1
        if rows * (shortest + 1) > len(text) + 1:
            for i, line in enumerate(text.split(b"\n")):
                if len(line) < shortest:
                    parse_line(self._path, line, self._vector_size, line_number + i)

    def _rows_expected(self, text: bytes, rows: int) -> int:
        """A guess of all rows of the file by the length of these; 0 where its size is unknown."""
        return int((self._plain_size or 0) * rows / len(text) * 1.02)

    def _parse_slowly(self, block: _Block) -> _Words:
        words = []
        for i, line in enumerate(block.text.split(b"\n")):
            word, vector = parse_line(self._path, line, self._vector_size, block.first_line + i)
            block.vectors[i] = vector
            words.append(word)
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        return _Words(np.frombuffer(b"".join(words), np.uint8), np.cumsum(lengths))

    def _parse_fast(self, block: _Block) -> _Words:
        # Not at the top of the file: reading other formats and small files works without Numba.
        from firth.kernels.cpu.numbers import parse_lines

        text = np.frombuffer(block.text, np.uint8)
        words = np.empty(len(text), np.uint8)
        ends = np.zeros(len(block.vectors), np.int64)
        line, position = parse_lines(text, 0, block.vectors, 0, words, ends)
        while line < len(ends):
            end = block.text.find(b"\n", position) % (len(text) + 1)  # -1: the last line
            odd = block.text[position:end]
            word, vector = parse_line(self._path, odd, self._vector_size, block.first_line + line)
            block.vectors[line] = vector
            begin = int(ends[line - 1]) if line else 0
            ends[line] = begin + len(word)
            words[begin : ends[line]] = np.frombuffer(word, np.uint8)
            line, position = parse_lines(text, end + 1, block.vectors, line + 1, words, ends)
        return _Words(words[: ends[-1]], ends)


def _collect(waiting: deque[Future[_Words]], words: WordCollector, at_most: int) -> None:
    """Take finished blocks, in order, until at most so many are under way."""
    while len(waiting) > at_most:
        words.add(*waiting.popleft().result())


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    return chain([first] if first else [], rest)


def _whole_lines(path: Path, file: BinaryIO) -> Iterator[bytes]:
    """Blocks of complete lines, without the last line end or blank lines at the end of the file."""
    data = b""
    while chunk := file.read(BLOCK):
        data += chunk
        text = data[: data.rfind(b"\n") + 1].rstrip(BLANK_LINES)
        if text:
            yield text
            data = data[data.index(b"\n", len(text)) + 1 :]
        elif len(data) > LONGEST_LINE:
            raise FormatError(path, "is no text file of vectors: a line is endless")
    if text := data.rstrip(BLANK_LINES):
        yield text
