"""Files with a word on each line: parts of folders of vectors."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from firth.errors import FormatError
from firth.formats.packed_words import PackedWords, decode_word

__all__ = ["check_rows", "pack_words", "read_lines"]

BOM = b"\xef\xbb\xbf"


def read_lines(path: Path) -> list[bytes]:
    """All lines of a file without their line ends; a byte order mark at the beginning is dropped."""
    lines = path.read_bytes().removeprefix(BOM).split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix(b"\r") for line in lines]


def pack_words(path: Path, words: Sequence[bytes], first_line: int = 1) -> PackedWords:
    """The words of a file with one on each line; `first_line` is the line of the first one.

    Raises FormatError where a line is empty or a word is repeated.
    """
    seen: dict[bytes, int] = {}
    for i, word in enumerate(words):
        if not word:
            raise FormatError(path, "the line is empty; a word is wanted", line=first_line + i)
        first = seen.setdefault(word, i)
        if first != i:
            raise FormatError(
                path, f"{decode_word(word)!r} again: it is already on line {first + first_line:,}", line=first_line + i
            )
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    return PackedWords(np.frombuffer(b"".join(words), np.uint8), np.cumsum(lengths))


def check_rows(words_path: Path, words: int, vectors_path: Path, rows: int) -> None:
    """Raise FormatError unless there are as many words in one file as vectors in the other."""
    if words != rows:
        raise FormatError(words_path, f"has {words:,} words, but there are {rows:,} vectors in {vectors_path.name}")
