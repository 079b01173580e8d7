"""The binary format of word2vec: a line "words numbers", then each word, a space, its float32s.

Two dialects: the original C program ends every vector with a line end, gensim and the Google News vectors do not.
Numbers are little-endian. Both dialects are read.
"""

import re
from array import array
from io import BufferedIOBase
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from firth.arrays import Matrix, Offsets
from firth.errors import FormatError, quoted
from firth.formats.compressed import compression, open_decompressed, write_compressed
from firth.formats.growing_matrix import GrowingMatrix
from firth.formats.packed_words import PackedWords, Repeated, WordCollector, decode_word, hash_words
from firth.formats.skip_report import SHOWN, OnError, SkipReport
from firth.formats.stored import StoredVectors
from firth.formats.text_vectors_parser import Header, parse_header
from firth.formats.writable import encode_words
from firth.progress import ProgressOption, Reporter, open_progress

__all__ = ["Dialect", "read", "write"]

Dialect: TypeAlias = Literal["gensim", "c"]

BLOCK = 1 << 20  # bytes: read at once, into the same memory each time, unless a record is longer
LONGEST_HEADER = 64  # bytes
LONGEST_WORD = 1 << 16  # bytes: without a space among them, the file is something else
MOST_NUMBERS = 1 << 22  # per vector: a block is enlarged until one vector fits
FORBIDDEN = re.compile(r"[\x00-\x20\x7f]")
CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
NEWLINE = 10
WILD = 1e15  # letters taken for float32 numbers come out as 1e17 and more


def read(path: str | Path, *, on_error: OnError = "raise", progress: ProgressOption = False) -> StoredVectors:
    """Read words and vectors of either dialect.

    Parameters
    ----------
    on_error : "skip" leaves out vectors that are not finite, records without a word and repeated words, and accepts a
        file that is cut short or continues after its last vector; `skipped` reports what was left out.
    progress : one stage, "reading", in words; see firth.progress.open_progress.

    Raises
    ------
    FileNotFoundError : the file does not exist.
    FormatError : the file is damaged, cut short, or something else; the byte is named. With "skip": it is no longer
        clear where a word begins.
    """
    path = Path(path)
    plain_size = None if compression(path) else path.stat().st_size
    report = SkipReport(on_error)
    with open_decompressed(path) as file, open_progress(progress) as reporter:
        return _Reader(path, plain_size, cast(BufferedIOBase, file), report).read(reporter)


class _Records(NamedTuple):
    """Some words, end to end, and their vectors."""

    text: NDArray[np.uint8]
    word_ends: Offsets  # (n,)
    vectors: Matrix  # (n, D)


class _Reader:
    """One reading of one file."""

    def __init__(self, path: Path, plain_size: int | None, file: BufferedIOBase, report: SkipReport) -> None:
        self._path = path
        self._plain_size = plain_size  # bytes; None where compression hides it
        self._file = file
        self._report = report
        self._block = bytearray(BLOCK)
        self._length = 0  # bytes of the block in use
        self._block_start = 0  # where in the file the block begins
        self._done = 0  # records taken

    def read(self, reporter: Reporter) -> StoredVectors:
        header = self._read_header()
        matrix = GrowingMatrix(header.vector_size)
        words = WordCollector()
        with reporter.stage("reading", header.words, "words") as stage:
            while self._done < header.words and self._read_on():
                records = self._take_records(header)
                stage.update(self._done)
                rows = len(records.word_ends)
                if rows:
                    if rows > matrix.capacity:
                        matrix.grow(rows, self._rows_expected(header))
                    matrix.reserve(rows)[:] = records.vectors
                    words.add(records.text, records.word_ends, hash_words(records.text, records.word_ends))
                    if self._plain_size is None:
                        words.refuse_mostly_repeated(self._report, self._repetition)
        self._check_end()
        packed = self._without_repetitions(words, matrix)
        if self._report.count and not packed:
            raise FormatError(self._path, f"no vector can be read; {self._report.problems[0]}")
        return StoredVectors(packed, matrix.finish(), skipped=self._report.finish())

    def _rows_expected(self, header: Header) -> int:
        return min(header.words, (self._plain_size or 0) // _shortest_record(header))

    def _without_repetitions(self, words: WordCollector, matrix: GrowingMatrix) -> PackedWords:
        """The distinct words; only their rows stay in the matrix."""
        packed, repetitions = words.finish()
        second = array("q")
        for repeated in repetitions:
            second.append(repeated.second)
            if self._report.is_full:
                self._report.count += 1
            else:
                self._report.skip(self._repetition(repeated))
        repeated_rows = np.frombuffer(second, np.int64)
        matrix.drop(repeated_rows)
        return packed.without(repeated_rows) if second else packed

    def _repetition(self, repeated: Repeated) -> FormatError:
        problem = f"word {repeated.second:,} is {quoted(repeated.word)}, like word {repeated.first:,}"
        return FormatError(self._path, problem)

    def _read_header(self) -> Header:
        line = self._file.readline(LONGEST_HEADER)
        header = parse_header(line.removesuffix(b"\n"))
        if header is None or not line.endswith(b"\n") or header.vector_size == 0:
            raise FormatError(self._path, "does not begin with a line “words numbers”", byte=0)
        if header.vector_size > MOST_NUMBERS:
            raise FormatError(self._path, f"the header promises {header.vector_size:,} numbers per word", byte=0)
        self._block_start = len(line)
        words = min(header.words, 1) if self._report.are_skipped else header.words
        if self._plain_size is not None and len(line) + words * _shortest_record(header) > self._plain_size:
            raise FormatError(
                self._path,
                f"the header promises {header.words:,} words of {header.vector_size:,} numbers, "
                f"which do not fit into {self._plain_size:,} bytes; it is cut short or damaged",
                byte=0,
            )
        return header

    def _read_on(self) -> bool:
        """Read more of the file into the block; whether there was more."""
        if self._length == len(self._block):
            self._block = self._block + bytes(len(self._block))
        with memoryview(self._block) as block:
            n = self._file.readinto(block[self._length :])
        if not n:
            self._report.skip(
                FormatError(
                    self._path,
                    "the file ends in the middle of a word or its vector; it is cut short",
                    byte=self._block_start + self._length,
                )
            )
            self._length = 0
        self._length += n
        return n > 0

    def _take_records(self, header: Header) -> _Records:
        """Cut the complete records off the block."""
        width, length = 4 * header.vector_size, self._length
        find, last = self._block.find, length - width - 1  # the last position of a space with a whole vector behind it
        spaces: list[int] = []
        position = 0
        for _ in range(header.words - self._done):
            space = find(b" ", position, position + LONGEST_WORD)
            if not 0 <= space <= last:
                if space < 0 and length - position >= LONGEST_WORD:
                    raise self._no_word(len(spaces), position)
                break
            spaces.append(space)
            position = space + 1 + width
        records = self._cut(np.array(spaces, np.int64), width)
        self._done += len(spaces)
        self._block[: length - position] = self._block[position:length]
        self._length -= position
        self._block_start += position
        return records

    def _cut(self, spaces: Offsets, width: int) -> _Records:
        """The words before these spaces and the vectors after them, without the bad ones."""
        block = np.frombuffer(self._block, np.uint8)
        if not len(spaces):
            return _Records(block[:0], spaces, np.empty((0, width // 4), np.float32))
        begins = np.concatenate(([0], spaces[:-1] + 1 + width))
        begins += block[begins] == NEWLINE  # the end of the vector before, in the C dialect
        vectors = sliding_window_view(block, width)[spaces + 1].view("<f4")
        good = self._find_bad(begins, spaces, vectors)
        records = _gathered(block, begins, spaces, vectors)
        self._refuse_shifted(records)
        return records if good.all() else _gathered(block, begins[good], spaces[good], vectors[good])

    def _find_bad(self, begins: Offsets, spaces: Offsets, vectors: Matrix) -> NDArray[np.bool_]:
        """Which records (n,) have a word and a finite vector; the others are reported."""
        has_word, finite = spaces > begins, np.isfinite(vectors).all(axis=1)
        bad = np.flatnonzero(~(has_word & finite))
        problems = [
            self._not_finite(i, int(spaces[i]) + 1) if has_word[i] else self._no_word(i, int(begins[i]))
            for i in bad[:SHOWN].tolist()
        ]
        self._report.skip_all(len(bad), problems)
        return has_word & finite

    def _not_finite(self, word_id: int, position: int) -> FormatError:
        return FormatError(
            self._path,
            f"the vector of word {self._done + word_id:,} is not finite; the file is damaged",
            byte=self._block_start + position,
        )

    def _no_word(self, word_id: int, position: int) -> FormatError:
        return FormatError(
            self._path,
            f"no word where word {self._done + word_id:,} should be; the file is damaged",
            byte=self._block_start + position,
        )

    def _refuse_shifted(self, records: _Records) -> None:
        """Refuse a file in which some word contains a space.

        The rest of that word was taken for numbers, and the end of its vector for the next word.
        """
        text = records.text.tobytes()
        if not CONTROL.search(text) and _is_utf8(text):
            return
        wild = bool((np.isfinite(records.vectors) & (np.abs(records.vectors) > WILD)).any())
        for i, (begin, end) in enumerate(pairwise([0, *records.word_ends.tolist()])):
            word = text[begin:end]
            if CONTROL.search(word) or (wild and not _is_utf8(word)):
                raise FormatError(
                    self._path,
                    f"word {self._done + i:,} is {decode_word(word[:40])!r}, which is not text: "
                    "the word before it may contain a space, or the file is damaged",
                )

    def _check_end(self) -> None:
        rest = self._block[: self._length] + self._file.read(LONGEST_HEADER)
        if rest.strip(b"\n"):
            self._report.skip(
                FormatError(
                    self._path,
                    "continues after the last vector: the header is wrong, or a word contains a space",
                    byte=self._block_start,
                )
            )


def _shortest_record(header: Header) -> int:
    """Bytes: a letter, a space, the vector."""
    return 2 + 4 * header.vector_size


def _gathered(block: NDArray[np.uint8], begins: Offsets, spaces: Offsets, vectors: Matrix) -> _Records:
    """The words between these positions, end to end, and their vectors."""
    lengths = spaces - begins
    ends = np.cumsum(lengths)
    text = block[np.repeat(begins - ends + lengths, lengths) + np.arange(lengths.sum())]
    return _Records(text, ends, vectors)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def write(
    path: str | Path, stored: StoredVectors, *, dialect: Dialect = "gensim", progress: ProgressOption = False
) -> None:
    """Write words and vectors, atomically; this format holds no counts and no metadata.

    Parameters
    ----------
    dialect : "c" ends every vector with a line end, as the original program; "gensim" does not.
    progress : one stage, "writing", in words; see firth.progress.open_progress.

    Raises
    ------
    FormatError : the file cannot be written, or a word is empty or contains a space or
        control character.
    """
    words = encode_words(path, stored.words, FORBIDDEN, "word2vec binary")
    line_end = b"\n" if dialect == "c" else b""
    with (
        write_compressed(path) as file,
        open_progress(progress) as reporter,
        reporter.stage("writing", len(words), "words") as stage,
    ):
        file.write(b"%d %d\n" % stored.matrix.shape)
        for start in range(0, len(words), 1000):
            stage.update(start)
            vectors = np.ascontiguousarray(stored.matrix[start : start + 1000], "<f4")
            rows = zip(words[start : start + 1000], vectors, strict=True)
            file.write(b"".join(b"%b %b%b" % (word, row.data, line_end) for word, row in rows))
        stage.update(len(words))
