"""A binary file read from its beginning to its end: the next numbers, or an error that names the byte."""

import struct
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import FormatError

__all__ = ["ByteCursor", "FileMatrix"]


class FileMatrix(NamedTuple):
    """A float32 matrix inside a file, where its numbers may stand at any address."""

    content: NDArray[np.uint8]  # the file, read-only
    start: int  # the byte where the matrix begins
    shape: tuple[int, int]

    @classmethod
    def of(cls, matrix: Matrix) -> "FileMatrix":
        """A matrix that is in memory, as if it were a file."""
        stored = np.ascontiguousarray(matrix, "<f4")
        content = stored.view(np.uint8).reshape(-1)
        content.flags.writeable = False  # as a mapped file, for which the kernels are compiled
        return cls(content, 0, stored.shape)

    @property
    def array(self) -> Matrix:
        """The matrix as a view of the file; NumPy reads one at an odd address as well."""
        rows, columns = self.shape
        stored = self.content[self.start : self.start + 4 * rows * columns].view("<f4").reshape(self.shape)
        return stored.astype(np.float32, copy=False)  # copies on big-endian machines

    def place(self, row: int) -> int:
        """The byte where a row begins."""
        return self.start + 4 * self.shape[1] * row


class ByteCursor:
    """Where one reading of a file has got to.

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
        """The next byte, which says no or yes."""
        (flag,) = self.take("<B", what)
        if flag > 1:
            raise self.error(f"{what} is {flag} instead of 0 or 1; the file is damaged", self.position - 1)
        return bool(flag)

    def take_matrix(self, what: str) -> FileMatrix:
        """Pass over two int64, rows and columns, and as many float32."""
        place = self.position
        rows, columns = self.take("<2q", f"the size of {what}")
        if rows < 0 or columns < 1:
            raise self.error(f"{what} has {rows:,} rows of {columns:,} numbers; the file is damaged", place)
        self.refuse_impossible(4 * rows * columns, f"{what} of {rows:,} rows of {columns:,} numbers", place)
        matrix = FileMatrix(self.content, self.position, (rows, columns))
        self.position += 4 * rows * columns
        return matrix

    def refuse_impossible(self, size: int, what: str, place: int) -> None:
        """Find a promise of more bytes than the file has left, before memory is asked for."""
        if size > self.left:
            raise self.error(
                f"promises {what}, which cannot fit into the {self.left:,} bytes that follow; "
                "the file is cut short or damaged",
                place,
            )

    def error(self, problem: str, byte: int | None = None) -> FormatError:
        """An error at this byte, or where the cursor stands."""
        return FormatError(self.path, problem, byte=self.position if byte is None else byte)
