"""A text in shards that end where lines do, so that no sentence is cut: of files, ranges of bytes; else of ids.

Nodes read shards of files independently of each other, and what they count is merged: the vocabulary, the ids and the
training examples are those of one reading. What is no file is read by the driver (handing.py), and its ids are cut. How
a text is cut depends on its size alone, not on who reads it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from firth.corpus.file_parts import FileRange, file_parts, identity_at, unreadable
from firth.corpus.paths import Files
from firth.errors import CorpusError

__all__ = ["MOST_SHARDS", "Shard", "deal", "in_place", "shards_of"]

MOST_SHARDS = 256  # with more of them, what a lost node leaves could not be divided much more evenly
_LEAST_BYTES = 1 << 14
_SEARCHED = 1 << 16  # bytes read at once in search of a line end


class Shard(NamedTuple):
    """A part of the text.

    number : in the order of the text.
    portions : ranges of files; plain ones begin and end where lines do. None where the driver has read the text.
    words, sentences : how many there are in the shard, where the driver has read the text.
    """

    number: int
    portions: list[FileRange]
    words: int = 0
    sentences: int = 0

    @property
    def size(self) -> int:
        """Bytes, compressed ones where the file is compressed; words where the driver has read the text."""
        return self.words + sum(portion.stop - portion.start for portion in self.portions)


def shards_of(files: Files) -> list[Shard]:
    """Cut a text into shards. Compressed files are not cut.

    Raises   CorpusError if a file cannot be read, holds no text, or is a pipe, which cannot be read again.
    """
    total = sum(identity_at(path)[2] for path in files.paths)
    parts = file_parts(files, max(total // MOST_SHARDS, _LEAST_BYTES))
    for portion in (portion for part in parts for portion in part):
        if portion.identity is None:
            raise CorpusError(f"{portion.path}: a pipe can be read only once, and by one process: give a file")
    parts = [part for part in _at_line_ends(parts) if part]
    return [Shard(number, [_from_anywhere(portion) for portion in part]) for number, part in enumerate(parts)]


def _from_anywhere(portion: FileRange) -> FileRange:
    """The same, for processes whose working folder is another one."""
    return portion._replace(path=portion.path.absolute()) if isinstance(portion.path, Path) else portion


def _at_line_ends(parts: Sequence[list[FileRange]]) -> list[list[FileRange]]:
    """The same ranges, each moved on to the line ends at or behind its ends; without those that are empty then.

    A range begins after the first white space at or after its start, which is that line end.
    """
    moved: list[list[FileRange]] = []
    last = 0
    for part in parts:
        moved.append([])
        for portion in part:
            if portion.whole:
                moved[-1].append(portion)
                continue
            last = last if portion.start else 0
            if portion.stop > last:
                stop = _line_end(portion)
                moved[-1].append(portion._replace(start=last, stop=stop))
                last = stop
    return moved


def _line_end(portion: FileRange) -> int:
    """The position of the first newline at or after the end of a range; the size of the file if there is none."""
    at = portion.stop
    try:
        with portion.path.open("rb", buffering=0) as file:
            while at < portion.size:
                file.seek(at)
                block = file.read(min(_SEARCHED, portion.size - at))
                if not block:
                    break
                if (found := block.find(b"\n")) >= 0:
                    return at + found if at + found + 1 < portion.size else portion.size
                at += len(block)
    except OSError as error:
        raise unreadable(portion.path, error) from error
    return portion.size


def deal(shards: Sequence[Shard], readers: int) -> list[list[Shard]]:
    """Consecutive shards for each reader, as evenly by their bytes as the cuts allow. Some may get none."""
    total = max(sum(shard.size for shard in shards), 1)
    hands: list[list[Shard]] = [[] for _ in range(readers)]
    before = 0
    for shard in shards:
        middle = before + shard.size / 2
        hands[min(int(middle * readers / total), readers - 1)].append(shard)
        before += shard.size
    return hands


def in_place(shard: Shard) -> Shard:
    """The same shard of the copies of its files that this machine has.

    Raises   CorpusError if a file is not there, or has another size than where the text was cut.
    """
    portions = []
    for portion in shard.portions:
        identity = identity_at(portion.path)
        if identity[2] != portion.size:
            raise CorpusError(
                f"{portion.path}: has {identity[2]:,} bytes here, and {portion.size:,} where the training was "
                "started: all machines have to see the same files"
            )
        portions.append(portion._replace(identity=identity))
    return shard._replace(portions=portions)
