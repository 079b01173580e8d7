"""Reading text files of vectors: blocks of lines, parsed in parallel by compiled code.

    text_vectors_blocks.py   the file in blocks of whole lines
    text_vectors_parser.py   how a file is laid out; one line in Python, for what compiled code does not understand
    skip_report.py           what happens at a bad line

Shapes  V words, D numbers per vector.
Memory  the matrix, grown as lines come, and a few blocks of text: a few MB per thread.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import FormatError, quoted
from firth.formats.compressed import compression, open_decompressed
from firth.formats.growing_matrix import GrowingMatrix
from firth.formats.packed_words import PackedWords, Repeated, WordCollector, hash_words
from firth.formats.skip_report import OnError, SkipReport
from firth.formats.stored import StoredVectors
from firth.formats.text_vectors_blocks import LONGEST_LINE, BlockReader, TextBlock, block_of
from firth.formats.text_vectors_parser import Header, find_layout, parse_line
from firth.interruption import importing
from firth.kernels.arguments import LINE_PADDING, ParsedLines
from firth.parallel import Pipeline, available_cores
from firth.progress import ProgressOption, Stage, open_progress

__all__ = ["read_text"]

SAMPLE_LINES = 100  # enough to find the length of the vectors
SMALL = 1 << 18  # bytes: parsed in Python before compiled code would be loaded (0.4 s)
MOST_THREADS = 8  # one thread reads the file and keeps the words: more would wait for it
BOM = b"\xef\xbb\xbf"


def read_text(path: str | Path, *, on_error: OnError = "raise", progress: ProgressOption = False) -> StoredVectors:
    """Read "word number … number" lines, with or without a first line "words numbers".

    Parameters
    ----------
    on_error : "skip" leaves out lines that cannot be read and repeated words, and accepts a wrong count in the first
        line; `skipped` reports what was left out.
    progress : one stage, "reading", in bytes of decompressed text; see firth.progress.open_progress.

    Raises
    ------
    FileNotFoundError : the file does not exist.
    FormatError : the file is damaged, cut short, or something else; the line is named. With "skip": no line at all
        can be read.
    """
    path = Path(path)
    plain_size = None if compression(path) else path.stat().st_size
    report = SkipReport(on_error)
    with (
        open_decompressed(path) as file,
        open_progress(progress) as reporter,
        reporter.stage("reading", plain_size, "bytes") as stage,
    ):
        return _Reader(path, plain_size, report, stage).read(file)


class _Problem(NamedTuple):
    """A line that cannot be read, by its row in the block."""

    row: int
    error: FormatError


class _Parsed(NamedTuple):
    """A block that has been read: its arrays, and the rows that could not be."""

    block: TextBlock
    first_row: int  # in the matrix
    found: ParsedLines
    problems: list[_Problem]


class _Reader:
    """One reading of one file."""

    def __init__(self, path: Path, plain_size: int | None, report: SkipReport, stage: Stage) -> None:
        self._path = path
        self._plain_size = plain_size  # bytes; None where compression hides it
        self._report = report
        self._stage = stage
        self._bytes_read = 0
        self._words = WordCollector()
        self._blocks_read: list[tuple[int, int]] = []  # the first row and the first line of each
        self._bad_rows: list[int] = []

    def read(self, file: BinaryIO) -> StoredVectors:
        blocks = BlockReader(self._path, file)
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
        if self._report.count and not packed:
            raise FormatError(self._path, f"no line can be read; {self._report.problems[0]}")
        return StoredVectors(packed, matrix.finish(), skipped=self._report.finish())

    def _refuse_impossible(self, header: Header) -> None:
        """Find a header that promises more than the file can hold, before memory is allocated."""
        shortest = 2 * header.vector_size + 2  # a letter, " 0" for each number, a line end
        words = min(header.words, 1) if self._report.are_skipped else header.words
        if self._plain_size is not None and words * shortest > self._plain_size + 1:
            raise FormatError(
                self._path,
                f"the header promises {header.words:,} words of {header.vector_size:,} numbers, "
                f"which do not fit into {self._plain_size:,} bytes",
                line=1,
            )
        if header.vector_size > LONGEST_LINE // 2:  # no words, or a compressed file
            raise FormatError(self._path, f"the header promises {header.vector_size:,} numbers per word", line=1)

    def _check_count(self, header: Header | None) -> None:
        found = len(self._words) + self._report.count
        if header and found != header.words:
            self._report.note(
                FormatError(
                    self._path,
                    f"the header promises {header.words:,} words, but there are {found:,}; "
                    "the file is cut short or damaged",
                    line=found + 2,
                )
            )

    def _read_lines(self, first: TextBlock, blocks: BlockReader) -> GrowingMatrix:
        matrix = GrowingMatrix(self._vector_size)
        is_small = len(first) < SMALL
        parse = self._parse_in_python if is_small else self._parse_compiled

        def gather(parsed: _Parsed) -> None:
            self._gather(parsed)
            blocks.release(parsed.block)

        with Pipeline(parse, gather, 0 if is_small else min(MOST_THREADS, available_cores())) as pipeline:
            for block in self._long_enough(_all(first, blocks)):
                rows = block.rows
                if rows > matrix.capacity:
                    pipeline.flush()  # while the matrix moves, nobody may write to it
                    matrix.grow(rows, self._rows_expected(block))
                self._blocks_read.append((matrix.used, block.first_line))
                self._bytes_read += len(block) + 1  # and its last line end
                self._stage.update(self._bytes_read)
                pipeline.add(block, matrix.used, matrix.reserve(rows))
        self._stage.update(self._plain_size or self._bytes_read)
        return matrix

    def _long_enough(self, blocks: Iterator[TextBlock]) -> Iterator[TextBlock]:
        """Blocks without lines that are too short for their numbers: no rows are reserved for those."""
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
                    self._report.skip(error)
            if kept:
                yield block_of(kept, block.first_line + block.rows - len(kept))

    def _rows_expected(self, block: TextBlock) -> int:
        """An estimate of the rows of the whole file from the length of these; 0 if its size is unknown."""
        return int((self._plain_size or 0) * block.rows / len(block) * 1.02)

    def _gather(self, parsed: _Parsed) -> None:
        """Keep the words of a block and note its bad lines; blocks come in order."""
        ends, hashes = parsed.found.word_ends, parsed.found.word_hashes
        for row, error in parsed.problems:
            self._report.skip(error)
            self._bad_rows.append(parsed.first_row + row)
        if parsed.problems:
            bad = [row for row, _ in parsed.problems]
            ends, hashes = np.delete(ends, bad), np.delete(hashes, bad)
        self._words.add(parsed.found.words[: ends[-1] if len(ends) else 0], ends, hashes)
        if self._plain_size is None:
            used = parsed.first_row + len(parsed.found.word_ends)
            self._words.refuse_mostly_repeated(
                self._report, lambda repeated: self._repetition(repeated, self._good_rows(used))
            )

    def _without_repetitions(self, matrix: GrowingMatrix) -> PackedWords:
        """The distinct words; only their rows stay in the matrix."""
        packed, repetitions = self._words.finish()
        rows: NDArray[np.int64] | None = None
        second = array("q")
        for repeated in repetitions:
            rows = self._good_rows(matrix.used) if rows is None else rows
            second.append(repeated.second)
            if self._report.is_full:
                self._report.count += 1
            else:
                self._report.skip(self._repetition(repeated, rows))
        if rows is not None:
            packed = packed.without(np.frombuffer(second, np.int64))
            self._bad_rows += rows[second].tolist()
        matrix.drop(sorted(self._bad_rows))
        return packed

    def _good_rows(self, used: int) -> NDArray[np.int64]:
        """The row from which each word came."""
        return np.delete(np.arange(used), self._bad_rows)

    def _repetition(self, repeated: Repeated, rows: NDArray[np.int64]) -> FormatError:
        first, second = int(rows[repeated.first]), int(rows[repeated.second])
        problem = f"{quoted(repeated.word)} again: it is already on line {self._line(first):,}"
        return FormatError(self._path, problem, line=self._line(second))

    def _line(self, row: int) -> int:
        """The number of the line from which a row was read."""
        first_row, first_line = self._blocks_read[bisect_right(self._blocks_read, row, key=itemgetter(0)) - 1]
        return first_line + row - first_row

    def _parse_in_python(self, block: TextBlock, first_row: int, numbers: Matrix) -> _Parsed:
        words: list[bytes] = []
        problems: list[_Problem] = []
        for i, line in enumerate(block.lines()):
            words.append(self._parse_carefully(line, block, i, numbers, problems))
        ends = np.cumsum(np.fromiter(map(len, words), np.int64, len(words)))
        text = np.frombuffer(b"".join(words), np.uint8)
        return _Parsed(block, first_row, ParsedLines(numbers, text, ends, hash_words(text, ends)), problems)

    def _parse_compiled(self, block: TextBlock, first_row: int, numbers: Matrix) -> _Parsed:
        # Not at the top of the file: other formats and small files are read without loading Numba.
        with importing():
            from firth.kernels.cpu.files.numbers import parse_lines

        text = np.frombuffer(block.buffer, np.uint8, len(block) + LINE_PADDING, block.begin)
        rows = len(numbers)
        ends, hashes = np.zeros(rows, np.int64), np.empty(rows, np.uint64)
        found = ParsedLines(numbers, np.empty(len(block), np.uint8), ends, hashes)
        problems: list[_Problem] = []
        row, position = parse_lines(text, 0, 0, found)
        while row < rows:
            line_end = block.line_end(block.begin + position) - block.begin
            word = _word_array(self._parse_carefully(text[position:line_end].tobytes(), block, row, numbers, problems))
            begin = int(ends[row - 1]) if row else 0
            ends[row] = begin + len(word)
            found.words[begin : ends[row]] = word
            hashes[row : row + 1] = hash_words(word, np.array([len(word)]))
            row, position = parse_lines(text, line_end + 1, row + 1, found)
        return _Parsed(block, first_row, found, problems)

    def _parse_carefully(
        self, line: bytes, block: TextBlock, row: int, numbers: Matrix, problems: list[_Problem]
    ) -> bytes:
        """Fill one row; its word, or nothing where the line is bad."""
        try:
            word, numbers[row] = parse_line(self._path, line, self._vector_size, block.first_line + row)
        except FormatError as error:
            problems.append(_Problem(row, error))
            return b""
        return word


def _word_array(word: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(word, np.uint8)


def _all(first: TextBlock, blocks: BlockReader) -> Iterator[TextBlock]:
    block: TextBlock | None = first if len(first) else blocks.take()
    while block:
        yield block
        block = blocks.take()
