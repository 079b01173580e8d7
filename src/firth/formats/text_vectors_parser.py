"""How a text file of vectors is laid out, and one line of it, "word number number …", parsed in Python.

`parse_line` is the reference implementation of the compiled code that parses large files
(kernels/cpu/files/numbers.py). It parses the lines that are in doubt there, and says what is wrong with a bad one.
"""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Vector
from firth.errors import FormatError
from firth.formats.packed_words import decode_word

__all__ = ["Header", "Layout", "find_layout", "parse_header", "parse_line", "split_fields"]

BLANKS = b" \t\r"
_FIELD = re.compile(rb"[^ \t\r]+")
_NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEADER = re.compile(rb"[ \t]*([0-9]{1,19})[ \t]+([0-9]{1,19})[ \t\r]*")


class Header(NamedTuple):
    """What a first line "words numbers" promises."""

    words: int
    vector_size: int


class Layout(NamedTuple):
    """How a text file of vectors is laid out."""

    header: Header | None
    vector_size: int


class Line(NamedTuple):
    """A word as it is in the file, and its vector (D,)."""

    word: bytes
    vector: Vector


def parse_header(line: bytes) -> Header | None:
    """The first line of a word2vec file, or None if it is not a header."""
    match = _HEADER.fullmatch(line)
    return Header(int(match[1]), int(match[2])) if match else None


def find_layout(path: Path, lines: list[bytes]) -> Layout:
    """How a file is laid out, from its first complete lines.

    Without a header, the length of a vector is the most frequent count of numbers at the end of a line; the first
    field is not counted, because it is a word even if it looks like a number.
    """
    header = parse_header(lines[0])
    if header and header.vector_size:
        return Layout(header, header.vector_size)
    sizes = Counter(_numbers_at_end(line) for line in lines)
    most = max(sizes.values())
    vector_size = min(size for size, times in sizes.items() if times == most)
    if vector_size == 0:
        what = "is not a text file of vectors: no numbers follow the word; is it a text to train on? See `firth train`"
        raise FormatError(path, what, line=1)
    return Layout(None, vector_size)


def split_fields(line: bytes) -> list[bytes]:
    """A word and its numbers. Form feeds and other odd blanks belong to a word."""
    return _FIELD.findall(line)


def _numbers_at_end(line: bytes) -> int:
    fields = split_fields(line)
    numbers = 0
    for field in reversed(fields[1:]):
        if not _NUMBER.fullmatch(field) and field.lower().lstrip(b"+-") not in (b"nan", b"inf"):
            break
        numbers += 1
    return numbers


def parse_line(path: Path, line: bytes, vector_size: int, line_number: int) -> Line:
    """Split a line from its right end, because a word may contain spaces.

    Raises
    ------
    FormatError : too few or too many numbers, a field that is not a number, or no word.
    """
    fields = [(match.start(), match[0]) for match in _FIELD.finditer(line)]
    if len(fields) == vector_size and line[:1] in (b" ", b"\t"):
        raise FormatError(path, f"there is no word before the {vector_size} numbers, only blanks", line=line_number)
    if len(fields) <= vector_size:
        found = max(0, len(fields) - 1)
        raise FormatError(path, f"{found} numbers instead of {vector_size} after the word", line=line_number)
    word = line[: fields[-vector_size][0]].strip(BLANKS)
    before = fields[-vector_size - 1][1]
    if before != word and _NUMBER.fullmatch(before):
        raise FormatError(path, f"more than {vector_size} numbers", line=line_number)
    numbers = [field for _, field in fields[-vector_size:]]
    for number in numbers:
        if not _NUMBER.fullmatch(number):
            shown = decode_word(number[:40])
            raise FormatError(path, f"{shown!r} is not a finite number", line=line_number)
    vector = _rounded(numbers)
    if not np.isfinite(vector).all():
        shown = decode_word(numbers[int(np.argmin(np.isfinite(vector)))][:40])
        raise FormatError(path, f"{shown!r} is too large for float32", line=line_number)
    return Line(word, vector)


def _rounded(numbers: list[bytes]) -> Vector:
    """Each number correctly rounded to float32.

    Through float64 a number is rounded twice, which can go wrong: where the float64 is exactly the midpoint between
    two float32 numbers, the digits decide which is nearer.
    """
    doubles = np.array([float(number) for number in numbers])
    with np.errstate(all="ignore"):
        floats = doubles.astype(np.float32)
        below, above = _enclosing(doubles, floats)
        middle = (floats != doubles) & (doubles - below == above - doubles)
    for i in np.flatnonzero(middle):
        exact, halfway = Decimal(numbers[i].decode()), Decimal(float(doubles[i]))
        if exact != halfway:
            floats[i] = above[i] if exact > halfway else below[i]
    return floats


def _enclosing(doubles: NDArray[np.float64], floats: Vector) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The float32 numbers on either side of each float64, as float64."""
    one = floats.astype(np.float64)
    towards = np.where(doubles > one, np.float32(np.inf), np.float32(-np.inf)).astype(np.float32)
    other = np.nextafter(floats, towards).astype(np.float64)
    return np.minimum(one, other), np.maximum(one, other)
