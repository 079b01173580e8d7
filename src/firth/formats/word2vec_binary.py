"""The binary format of word2vec: a line "words numbers", then each word, a space, its float32s.

Two dialects: the original C program ends every vector with a line end, gensim and the Google News
vectors do not. Numbers are little-endian. Both are read, whichever it is.
"""

import re
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from firth.arrays import Matrix
from firth.errors import FormatError
from firth.formats.atomic import atomic_write
from firth.formats.compressed import compression, open_decompressed
from firth.formats.growing import GrowingMatrix
from firth.formats.packed_words import WordCollector, decode_word
from firth.formats.stored import StoredVectors
from firth.formats.text_lines import Header, parse_header
from firth.formats.word2vec_text import Dialect
from firth.formats.writable import encode_words

__all__ = ["read", "write"]

BLOCK = 1 << 20  # bytes read at once
LONGEST_HEADER = 64  # bytes
LONGEST_WORD = 1 << 16  # bytes: without a space in so many, the file is something else
MOST_NUMBERS = 1 << 22  # per vector: a block is enlarged until one vector fits
FORBIDDEN = re.compile(r"[\x00-\x20\x7f]")
CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]")  # a line end has its own meaning
WILD = 1e15  # letters taken for float32 numbers come out as 1e17 and more


def read(path: str | Path) -> StoredVectors:
    """Read words and vectors of either dialect.

    Raises
    ------
    FileNotFoundError : there is no such file.
    FormatError : the file is damaged, cut short, or something else; the byte is named.
    """
    path = Path(path)
    plain_size = None if compression(path) else path.stat().st_size
    with open_decompressed(path) as file:
        return _Reader(path, plain_size, file).read()


class _Reader:
    """One reading of one file."""

    def __init__(self, path: Path, plain_size: int | None, file: BinaryIO) -> None:
        self._path = path
        self._plain_size = plain_size  # bytes; None where compression hides it
        self._file = file
        self._block = b""
        self._block_start = 0  # where in the file the block begins

    def read(self) -> StoredVectors:
        header = self._read_header()
        matrix = GrowingMatrix(header.vector_size)
        words = WordCollector()
        while len(words) < header.words:
            self._read_on()
            found, vectors = self._take_records(header, len(words))
            if found:
                if len(found) > matrix.room:
                    matrix.grow(len(found), header.words if self._plain_size else 0)
                matrix.reserve(len(found))[:] = vectors
                words.add_list(found)
        self._refuse_rest()
        packed, repeated = words.finish()
        if repeated:
            raise FormatError(
                self._path,
                f"word {repeated.second:,} is {repeated.word!r}, like word {repeated.first:,}",
            )
        return StoredVectors(packed, matrix.finish())

    def _read_header(self) -> Header:
        line = self._file.readline(LONGEST_HEADER)
        header = parse_header(line.removesuffix(b"\n"))
        if header is None or not line.endswith(b"\n") or header.vector_size == 0:
            raise FormatError(self._path, "does not begin with a line “words numbers”", byte=0)
        if header.vector_size > MOST_NUMBERS:
            raise FormatError(self._path, f"the header promises {header.vector_size:,} numbers per word", byte=0)
        self._block_start = len(line)
        shortest = 2 + 4 * header.vector_size  # a letter, a space, the vector
        if self._plain_size is not None and len(line) + header.words * shortest > self._plain_size:
            raise FormatError(
                self._path,
                f"the header promises {header.words:,} words of {header.vector_size:,} numbers, "
                f"which do not fit into {self._plain_size:,} bytes; it is cut short or damaged",
                byte=0,
            )
        return header

    def _read_on(self) -> None:
        """Add to what is left of the block."""
        chunk = self._file.read(BLOCK)
        if not chunk:
            raise FormatError(
                self._path,
                "the file ends in the middle of a word or its vector; it is cut short",
                byte=self._block_start + len(self._block),
            )
        self._block += chunk

    def _take_records(self, header: Header, done: int) -> tuple[list[bytes], Matrix]:
        """Cut the complete records off the block."""
        block, width = self._block, 4 * header.vector_size
        words: list[bytes] = []
        vector_starts: list[int] = []
        position = 0
        while done + len(words) < header.words:
            begin = position + block.startswith(b"\n", position)
            space = block.find(b" ", begin, begin + LONGEST_WORD)
            if space < 0 and len(block) - begin < LONGEST_WORD:
                break
            word = block[begin:space]
            if space <= begin or b"\n" in word:
                raise FormatError(
                    self._path,
                    f"no word where word {done + len(words):,} should be; the file is damaged",
                    byte=self._block_start + begin,
                )
            if space + 1 + width > len(block):
                break
            words.append(word)
            vector_starts.append(space + 1)
            position = space + 1 + width
        vectors = self._gather(vector_starts, header.vector_size)
        self._refuse_shifted(words, vectors, done)
        self._block = block[position:]
        self._block_start += position
        return words, vectors

    def _gather(self, starts: list[int], vector_size: int) -> Matrix:
        """The vectors (n, D) that begin at these bytes of the block."""
        if not starts:
            return np.empty((0, vector_size), np.float32)
        windows = sliding_window_view(np.frombuffer(self._block, np.uint8), 4 * vector_size)
        vectors = windows[starts].view("<f4")
        finite = np.isfinite(vectors).all(axis=1)
        if not finite.all():
            raise FormatError(
                self._path,
                "a vector is not finite; the file is damaged",
                byte=self._block_start + starts[int(np.argmin(finite))],
            )
        return vectors

    def _refuse_shifted(self, words: list[bytes], vectors: Matrix, done: int) -> None:
        """Refuse a file in which some word contains a space.

        The rest of that word was taken for numbers, and the end of its vector for the next word.
        """
        text = b"\n".join(words)
        if not CONTROL.search(text) and _is_utf8(text):
            return
        wild = bool(np.abs(vectors).max() > WILD)
        for i, word in enumerate(words):
            if CONTROL.search(word) or (wild and not _is_utf8(word)):
                raise FormatError(
                    self._path,
                    f"word {done + i:,} is {decode_word(word[:40])!r}, which is no text: "
                    "the word before it may contain a space, or the file is damaged",
                )

    def _refuse_rest(self) -> None:
        rest = self._block + self._file.read(LONGEST_HEADER)
        if rest.strip(b"\n"):
            raise FormatError(
                self._path,
                "goes on after the last vector: the header is wrong, or a word contains a space",
                byte=self._block_start,
            )


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def write(path: str | Path, stored: StoredVectors, *, dialect: Dialect = "gensim") -> None:
    """Write words and vectors, atomically; counts and metadata have no place in this format.

    Parameters
    ----------
    dialect : "c" ends every vector with a line end, as the original program; "gensim" does not.

    Raises
    ------
    FormatError : the place cannot be written, or a word is empty or contains a space or
        control character.
    """
    words = encode_words(path, stored.words, FORBIDDEN, "word2vec binary")
    line_end = b"\n" if dialect == "c" else b""
    with atomic_write(path) as file:
        file.write(b"%d %d\n" % stored.matrix.shape)
        for start in range(0, len(words), 1000):
            vectors = np.ascontiguousarray(stored.matrix[start : start + 1000], "<f4")
            rows = zip(words[start : start + 1000], vectors, strict=True)
            file.write(b"".join(b"%b %b%b" % (word, row.data, line_end) for word, row in rows))
