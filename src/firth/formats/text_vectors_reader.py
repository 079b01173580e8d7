"""Reading text files of vectors: blocks of lines, parsed in parallel by compiled code.

    text_vectors_blocks.py   the file in blocks of whole lines
    text_vectors_parser.py   how a file is laid out; one line in Python, for what compiled code does not understand
    skip_report.py           what happens at a bad line

Shapes  V words, D numbers per vector.
Memory  the matrix, grown as lines come, and a few blocks of text: a few MB per thread.
Time    bad lines cost hardly more than good ones, so that millions of them do not stop a reader that leaves them out.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Offsets
from firth.errors import FormatError, quoted
from firth.formats.compressed import compression, open_decompressed
from firth.formats.growing_matrix import GrowingMatrix
from firth.formats.packed_words import PackedWords, Repeated, WordCollector, hash_words
from firth.formats.skip_report import SHOWN, OnError, SkipReport
from firth.formats.stored import StoredVectors
from firth.formats.text_vectors_blocks import LONGEST_LINE, BlockReader, TextBlock
from firth.formats.text_vectors_parser import Header, find_layout, parse_line
from firth.interruption import importing
from firth.kernels.arguments import BAD_LINE, DOUBTFUL_LINE, LINE_PADDING, ParsedLines
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


class _LeftOut(NamedTuple):
    """Lines of a block that cannot be read."""

    lines: int  # how many
    problems: list[FormatError]  # those of the first SHOWN


class _Parsed(NamedTuple):
    """A block that has been read."""

    block: TextBlock
    first_row: int  # in the matrix
    words: NDArray[np.uint8]  # those of the good lines, end to end
    word_ends: Offsets
    word_hashes: NDArray[np.uint64]
    bad_rows: Offsets  # of the block
    left_out: _LeftOut  # all bad lines, those without a row among them


class _Reader:
    """One reading of one file."""

    def __init__(self, path: Path, plain_size: int | None, report: SkipReport, stage: Stage) -> None:
        self._path = path
        self._plain_size = plain_size  # bytes; None where compression hides it
        self._report = report
        self._stage = stage
        self._bytes_read = 0
        self._words = WordCollector()
        self._rows_of_runs = array("q")  # where rows come from lines that follow each other: the first of each run,
        self._lines_of_runs = array("q")  # and its line number
        self._bad_rows = array("q")

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
            for complete in _all(first, blocks):
                self._bytes_read += len(complete) + 1  # and its last line end
                self._stage.update(self._bytes_read)
                block, left_out = self._long_enough(complete)
                if block is not complete:
                    blocks.release(complete)
                rows = block.rows
                if rows > matrix.capacity:
                    pipeline.flush()  # while the matrix moves, nobody may write to it
                    matrix.grow(rows, self._rows_expected(block))
                run_rows, run_lines = block.runs()
                self._rows_of_runs.frombytes((matrix.used + run_rows).tobytes())
                self._lines_of_runs.frombytes(run_lines.tobytes())
                pipeline.add(block, left_out, matrix.used, matrix.reserve(rows))
        self._stage.update(self._plain_size or self._bytes_read)
        return matrix

    def _long_enough(self, block: TextBlock) -> tuple[TextBlock, _LeftOut]:
        """A block without lines that are too short for their numbers: no rows are reserved for those."""
        shortest = 2 * self._vector_size + 1
        if block.rows * (shortest + 1) <= len(block) + 1:
            return block, _LeftOut(0, [])
        begins, ends = block.bounds()
        is_short = ends - begins < shortest
        left_out = self._left_out(block, np.flatnonzero(is_short))
        return (block.without(is_short), left_out) if left_out.lines else (block, left_out)

    def _rows_expected(self, block: TextBlock) -> int:
        """An estimate of the rows of the whole file from the length of these; 0 if its size is unknown."""
        return int((self._plain_size or 0) * block.rows / len(block) * 1.02)

    def _gather(self, parsed: _Parsed) -> None:
        """Keep the words of a block and note its bad lines; blocks come in order."""
        self._report.skip_all(*parsed.left_out)
        self._bad_rows.frombytes((parsed.first_row + parsed.bad_rows).tobytes())
        self._words.add(parsed.words, parsed.word_ends, parsed.word_hashes)
        if self._plain_size is None:
            used = parsed.first_row + parsed.block.rows
            self._words.refuse_mostly_repeated(
                self._report, lambda repeated: self._repetition(repeated, self._good_rows(used))
            )

    def _without_repetitions(self, matrix: GrowingMatrix) -> PackedWords:
        """The distinct words; only their rows stay in the matrix."""
        packed, repetitions = self._words.finish()
        rows: Offsets | None = None
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
            self._bad_rows.frombytes(rows[second].tobytes())
        matrix.drop(np.frombuffer(self._bad_rows, np.int64))
        return packed

    def _good_rows(self, used: int) -> Offsets:
        """The row from which each word came."""
        return np.delete(np.arange(used), np.frombuffer(self._bad_rows.tobytes(), np.int64))

    def _repetition(self, repeated: Repeated, rows: NDArray[np.int64]) -> FormatError:
        first, second = int(rows[repeated.first]), int(rows[repeated.second])
        problem = f"{quoted(repeated.word)} again: it is already on line {self._line(first):,}"
        return FormatError(self._path, problem, line=self._line(second))

    def _line(self, row: int) -> int:
        """The number of the line from which a row was read."""
        run = bisect_right(self._rows_of_runs, row) - 1
        return self._lines_of_runs[run] + row - self._rows_of_runs[run]

    def _parse_in_python(self, block: TextBlock, too_short: _LeftOut, first_row: int, numbers: Matrix) -> _Parsed:
        words: list[bytes] = []
        bad_rows: list[int] = []
        for row, line in enumerate(block.lines()):
            try:
                word, numbers[row] = parse_line(self._path, line, self._vector_size, block.line_number(row))
                words.append(word)
            except FormatError:
                bad_rows.append(row)
        ends = np.cumsum(np.fromiter(map(len, words), np.int64, len(words)))
        text = np.frombuffer(b"".join(words), np.uint8)
        bad = np.array(bad_rows, np.int64)
        left_out = _both(too_short, self._left_out(block, bad))
        return _Parsed(block, first_row, text, ends, hash_words(text, ends), bad, left_out)

    def _parse_compiled(self, block: TextBlock, too_short: _LeftOut, first_row: int, numbers: Matrix) -> _Parsed:
        # Not at the top of the file: other formats and small files are read without loading Numba.
        with importing():
            from firth.kernels.cpu.files.numbers import parse_lines

        rows = block.rows
        words, ends = np.empty(len(block), np.uint8), np.empty(rows, np.int64)
        hashes, states = np.empty(rows, np.uint64), np.empty(rows, np.uint8)
        parse_lines(block.text(len(block) + LINE_PADDING), ParsedLines(numbers, words, ends, hashes, states))
        is_bad = states == BAD_LINE
        doubtful = np.flatnonzero(states == DOUBTFUL_LINE)
        for row, line in zip(doubtful.tolist(), _lines(block, doubtful), strict=True):
            try:
                _, numbers[row] = parse_line(self._path, line, self._vector_size, block.line_number(row))
            except FormatError:
                is_bad[row] = True
        bad = np.flatnonzero(is_bad)
        words = words[: ends[-1] if rows else 0]
        if len(bad):
            lengths = np.diff(ends, prepend=0)
            words = words[np.repeat(~is_bad, lengths)]
            ends, hashes = np.cumsum(lengths[~is_bad]), hashes[~is_bad]
        return _Parsed(block, first_row, words, ends, hashes, bad, _both(too_short, self._left_out(block, bad)))

    def _left_out(self, block: TextBlock, rows: Offsets) -> _LeftOut:
        """Bad lines of a block; of the first ones, what is wrong with them."""
        problems: list[FormatError] = []
        for row, line in zip(rows[:SHOWN].tolist(), _lines(block, rows[:SHOWN]), strict=True):
            try:
                parse_line(self._path, line, self._vector_size, block.line_number(row))
            except FormatError as error:
                problems.append(error)
        return _LeftOut(len(rows), problems)


def _both(one: _LeftOut, other: _LeftOut) -> _LeftOut:
    """Bad lines of the same block together, in the order of the file."""
    problems = sorted(one.problems + other.problems, key=lambda problem: problem.line or 0)
    return _LeftOut(one.lines + other.lines, problems[:SHOWN])


def _lines(block: TextBlock, rows: Offsets) -> Iterator[bytes]:
    """Some lines of a block."""
    if len(rows):
        begins, ends = block.bounds()
        text = block.text(len(block))
        for begin, end in zip(begins[rows].tolist(), ends[rows].tolist(), strict=True):
            yield text[begin:end].tobytes()


def _all(first: TextBlock, blocks: BlockReader) -> Iterator[TextBlock]:
    block: TextBlock | None = first if len(first) else blocks.take()
    while block:
        yield block
        block = blocks.take()
