"""Files with a word on each line."""

from collections.abc import Sequence
from pathlib import Path

from firth.errors import FormatError
from firth.formats.packed_words import PackedWords, WordCollector

__all__ = ["check_rows", "pack_words", "read_lines"]

BOM = b"\xef\xbb\xbf"


def read_lines(path: Path) -> list[bytes]:
    """All lines of a file without their line ends; a byte order mark at the beginning is dropped."""
    lines = path.read_bytes().removeprefix(BOM).split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix(b"\r") for line in lines]


def pack_words(path: Path, words: Sequence[bytes], first_line: int = 1) -> PackedWords:
    """Words as they stand on the lines of a file; `first_line` is the line of the first one.

    Raises FormatError where a line is empty, or a word comes a second time.
    """
    if b"" in words:
        raise FormatError(path, "there is no word on this line", line=first_line + words.index(b""))
    collector = WordCollector()
    collector.add_list(words)
    packed, repeated = collector.finish()
    if repeated:
        raise FormatError(
            path,
            f"{repeated.word!r} again: it is already on line {repeated.first + first_line:,}",
            line=repeated.second + first_line,
        )
    return packed


def check_rows(words_path: Path, words: int, vectors_path: Path, rows: int) -> None:
    """Raise FormatError unless there are as many words in one file as vectors in the other."""
    if words != rows:
        raise FormatError(words_path, f"has {words:,} words, but there are {rows:,} vectors in {vectors_path.name}")
