"""A text file as blocks of whole lines, read into a few buffers that are reused."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets
from firth.errors import FormatError
from firth.kernels.arguments import LINE_PADDING

__all__ = ["LONGEST_LINE", "TextBlock", "BlockReader"]

BLOCK = 1 << 19  # bytes: large enough that threads rarely wait, small compared with any matrix
LONGEST_LINE = 1 << 28  # bytes: a million numbers of many digits; longer lines do not hold vectors
BLANK_LINES = b" \t\r\n"
LINE_END = ord("\n")


@dataclass
class TextBlock:
    """Complete lines, followed by a line end and LINE_PADDING - 1 more bytes, which compiled code may read."""

    buffer: bytearray
    begin: int  # where in the buffer the first line begins
    end: int  # and where the last line ends
    rows: int  # how many lines there are
    first_line: int  # the number of the first one in the file, from 1
    line_numbers: Offsets | None = None  # (rows,) those of all, where some between them are left out

    def __len__(self) -> int:
        return self.end - self.begin

    def line_number(self, row: int) -> int:
        """The number in the file of one of the lines."""
        return self.first_line + row if self.line_numbers is None else int(self.line_numbers[row])

    def runs(self) -> tuple[Offsets, Offsets]:
        """Where lines follow each other in the file: the first row of each run, and its line number."""
        if self.line_numbers is None:
            return np.zeros(1, np.int64), np.array([self.first_line])
        starts = np.flatnonzero(np.diff(self.line_numbers, prepend=-1) != 1)
        return starts, self.line_numbers[starts]

    def text(self, length: int) -> NDArray[np.uint8]:
        """So many bytes from the first line on."""
        return np.frombuffer(self.buffer, np.uint8, length, self.begin)

    def bounds(self) -> tuple[Offsets, Offsets]:
        """(rows,) where each line begins and ends in the text."""
        ends = np.append(np.flatnonzero(self.text(len(self)) == LINE_END), len(self))
        return np.append(0, ends[:-1] + 1), ends

    def without(self, is_left_out: NDArray[np.bool_]) -> "TextBlock":
        """A block of its own of the other lines."""
        begins, ends = self.bounds()
        kept = np.flatnonzero(~is_left_out)
        text = self.text(len(self) + 1)[np.repeat(~is_left_out, ends + 1 - begins)]
        buffer = bytearray(text.tobytes() + b"\n" * LINE_PADDING)
        end = max(0, len(text) - 1)
        return TextBlock(buffer, 0, end, len(kept), self.first_line, self.first_line + kept)

    def lines(self) -> Iterator[bytes]:
        """Each line, without its line end."""
        begin = self.begin
        for _ in range(self.rows):
            line_end = self.line_end(begin)
            yield bytes(self.buffer[begin:line_end])
            begin = line_end + 1

    def sample(self, count: int) -> list[bytes]:
        """The first lines, without blank ones at their end."""
        lines = list(islice(self.lines(), count))
        while len(lines) > 1 and not lines[-1].strip():
            lines.pop()
        return lines

    def drop_line(self) -> None:
        """Remove the first line; the block may be empty then."""
        self.begin = min(self.line_end(self.begin) + 1, self.end)
        self.first_line += 1
        self.rows -= 1

    def line_end(self, begin: int) -> int:
        """Where the line ends that begins there."""
        found = self.buffer.find(b"\n", begin, self.end)
        return self.end if found < 0 else found


class BlockReader:
    """Reads the blocks of one file, in order; blank lines at its end are left out."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._line = 1  # where the next block begins
        self._rest = b""  # the beginning of a line whose end has not been read
        self._free: list[bytearray] = []

    def take(self) -> TextBlock | None:
        """The next block, or None at the end of the file."""
        buffer = self._buffer()
        used = len(self._rest)
        buffer[:used] = self._rest
        while count := self._file.readinto(memoryview(buffer)[used:-LINE_PADDING]):  # type: ignore[attr-defined]
            last = buffer.rfind(b"\n", used, used + count)
            used += count
            end = _without_blank_lines(buffer, last + 1)
            if end:
                following = buffer.index(b"\n", end) + 1
                self._rest = bytes(memoryview(buffer)[following:used])
                return self._block(buffer, end)
            if used > LONGEST_LINE:
                raise FormatError(
                    self._path, f"a line of more than {LONGEST_LINE:,} bytes: this is not a text file of vectors"
                )
            if used == len(buffer) - LINE_PADDING:
                buffer = buffer + bytes(used)  # not in place: an earlier block may still use the old one
        self._rest = b""
        end = _without_blank_lines(buffer, used)
        return self._block(buffer, end) if end else None

    def release(self, block: TextBlock) -> None:
        """The block is no longer needed: its buffer may be filled again."""
        if len(block.buffer) >= BLOCK:
            self._free.append(block.buffer)

    def _buffer(self) -> bytearray:
        """A buffer that is longer than the rest of the last block."""
        buffer = self._free.pop() if self._free else bytearray(BLOCK + LINE_PADDING)
        capacity = len(buffer) - LINE_PADDING
        return buffer if len(self._rest) < capacity else bytearray(2 * len(self._rest) + LINE_PADDING)

    def _block(self, buffer: bytearray, end: int) -> TextBlock:
        buffer[end] = LINE_END  # instead of any blank that was there
        block = TextBlock(buffer, 0, end, buffer.count(b"\n", 0, end) + 1, self._line)
        self._line += block.rows
        return block


def _without_blank_lines(buffer: bytearray, end: int) -> int:
    """Where the last line that is not blank ends; 0 if all are."""
    while end > 0:
        begin = max(0, end - 4096)
        found = buffer[begin:end].rstrip(BLANK_LINES)
        if found:
            return begin + len(found)
        end = begin
    return 0
