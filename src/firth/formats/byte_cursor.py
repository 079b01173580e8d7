"""A binary file read from its beginning to its end: the next numbers, or an error that names the byte."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.interruption import importing
from firth.kernels.arguments import FileMatrix
from firth.parallel import available_cores, share_parts

__all__ = ["ByteCursor", "find_not_finite"]

SMALL = 1 << 24  # numbers that NumPy checks before compiled code would be loaded
NUMBERS_AT_ONCE = 1 << 22  # that a thread takes at a time


class ByteCursor:
    """The position of one reading of a file.

    Attributes
    ----------
    path, content : the file and its bytes.
    position : the byte that is read next.
    """

    def __init__(self, path: Path, content: NDArray[np.uint8]) -> None:
        self.path = path
        self.content = content
        self.position = 0

    @property
    def left(self) -> int:
        """Bytes that are not read yet."""
        return len(self.content) - self.position

    def take(self, form: str, what: str) -> tuple[Any, ...]:
        """The next numbers, as `struct` writes their types."""
        size = struct.calcsize(form)
        if size > self.left:
            raise self.error(f"the file ends in the middle of {what}; it is cut short")
        data = self.content[self.position : self.position + size].tobytes()
        self.position += size
        return struct.unpack(form, data)

    def take_flag(self, what: str) -> bool:
        """The next byte, 0 for no or 1 for yes."""
        (flag,) = self.take("<B", what)
        if flag > 1:
            raise self.error(f"{what} is {flag} instead of 0 or 1; the file is damaged", self.position - 1)
        return bool(flag)

    def take_matrix(self, what: str) -> FileMatrix:
        """Pass over two int64, rows and columns, and as many float32."""
        begin = self.position
        rows, columns = self.take("<2q", f"the size of {what}")
        if rows < 0 or columns < 1:
            raise self.error(f"{what} has {rows:,} rows of {columns:,} numbers; the file is damaged", begin)
        self.refuse_impossible(4 * rows * columns, f"{what} of {rows:,} rows of {columns:,} numbers", begin)
        matrix = FileMatrix(self.content, self.position, (rows, columns))
        self.position += 4 * rows * columns
        return matrix

    def refuse_impossible(self, size: int, what: str, byte: int) -> None:
        """Find a promise of more bytes than the file has left, before memory is allocated."""
        if size > self.left:
            raise self.error(
                f"promises {what}, which cannot fit into the {self.left:,} bytes that follow; "
                "the file is cut short or damaged",
                byte,
            )

    def error(self, problem: str, byte: int | None = None) -> FormatError:
        """An error at this byte; by default at the one that is read next."""
        return FormatError(self.path, problem, byte=self.position if byte is None else byte)


def find_not_finite(matrix: FileMatrix) -> int | None:
    """The row of the first infinity or NaN, or None.

    It also reads the file from its beginning to its end, which is how disks are fastest: what is computed from the
    matrix later may need rows in any order.
    """
    rows, columns = matrix.shape
    size = rows * columns
    if size <= SMALL:
        wrong = np.flatnonzero(~np.isfinite(matrix.array.reshape(-1)))
        return int(wrong[0]) // columns if len(wrong) else None
    with importing():
        from firth.kernels.cpu.files.finite import first_not_finite

    def find(parts: Iterator[int]) -> list[int]:
        found = []
        for first in parts:
            index = first_not_finite(matrix.content, matrix.byte_of(0) + 4 * first, min(NUMBERS_AT_ONCE, size - first))
            found += [] if index < 0 else [first + int(index)]
        return found

    found = sum(share_parts(find, range(0, size, NUMBERS_AT_ONCE), available_cores()), [])
    return min(found) // columns if found else None
