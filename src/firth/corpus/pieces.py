"""The bytes of a corpus, in pieces: ranges of plain files, decompressed files, open streams, strings.

A corpus is cut into parts that threads read independently of each other. A large plain file is several parts; they
meet at ASCII white space, which never lies inside a word or a character. Where a text ends (a file, one of several
strings) a newline is added, so that no sentence runs from one text into the next.
"""

import codecs
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeAlias

from firth.corpus.compression import LONGEST_MAGIC, compression_of, decompressed
from firth.corpus.sources import Files, Stream, Texts, check_text
from firth.errors import CorpusError

__all__ = [
    "Advance",
    "BlockSizes",
    "FileRange",
    "Piece",
    "file_parts",
    "range_pieces",
    "stream_pieces",
]

Piece: TypeAlias = bytes | memoryview
Advance: TypeAlias = Callable[[int], None]  # called with the number of bytes read since the last call

_WHITE_SPACE = re.compile(rb"[\t-\r ]")
_SEARCHED = 1 << 16  # bytes read at once in search of white space


@dataclass(frozen=True)
class BlockSizes:
    """The portions in which a corpus is processed. Speed and memory depend on them, the result does not.

    piece : bytes read and tokenized at once; small enough for the L2 cache.
    part : bytes of files that one thread takes at a time.
    stream : provisional ids a thread collects before it stores them in its spool.
    """

    piece: int = 1 << 18
    part: int = 1 << 23
    stream: int = 1 << 19


class FileRange(NamedTuple):
    """A file, or bytes of it: begins after the first white space at or after `start` (unless that is 0) and ends
    after the first white space at or after `stop`. Only plain files are cut; `whole` ones may be compressed, or pipes.
    """

    path: Path
    start: int
    stop: int
    size: int
    whole: bool


def file_parts(files: Files, blocks: BlockSizes) -> list[list[FileRange]]:
    """Cut files into parts of about blocks.part bytes; small files share one."""
    parts: list[list[FileRange]] = []
    left = 0  # bytes until the last part is full
    for path in files.paths:
        for portion in _ranges(path, blocks.part):
            length = portion.stop - portion.start
            if left < length or not parts:
                parts.append([])
                left = blocks.part
            parts[-1].append(portion)
            left -= length
    return parts


def _ranges(path: Path, length: int) -> Iterator[FileRange]:
    if not path.is_file():  # a named pipe: reading its first bytes would lose them
        yield FileRange(path, 0, 0, 0, whole=True)
        return
    try:
        with path.open("rb") as file:
            whole = compression_of(file.read(LONGEST_MAGIC), path) is not None
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise _unreadable(path, error) from error
    for start in range(0, size, max(size, 1) if whole else length):
        yield FileRange(path, start, size if whole else min(start + length, size), size, whole)


def _unreadable(name: object, error: Exception) -> CorpusError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return CorpusError(f"{name}: cannot be read: {reason}")


def range_pieces(portion: FileRange, blocks: BlockSizes, advance: Advance) -> Generator[Piece]:
    """The text of a file, or of a range of it; a piece is valid until the next one is read."""
    try:
        with portion.path.open("rb", buffering=0) as file:
            if portion.whole:
                yield from _advancing(stream_pieces(Stream(file, str(portion.path)), blocks.piece), file, advance)
            else:
                yield from _plain_pieces(file, portion, blocks.piece, advance)
    except OSError as error:
        raise _unreadable(portion.path, error) from error


def _advancing(pieces: Iterator[Piece], file: IO[bytes], advance: Advance) -> Iterator[Piece]:
    """The same pieces; reports how many bytes of the compressed file were read."""
    before = 0
    for piece in pieces:
        if file.seekable():
            now = file.tell()
            advance(now - before)
            before = now
        yield piece


def _plain_pieces(file: Any, portion: FileRange, piece: int, advance: Advance) -> Iterator[Piece]:
    begin: int | None = portion.start
    if portion.start > 0:
        begin = _after_white_space(file, portion.start, portion.stop)
    elif file.read(3) == codecs.BOM_UTF8:
        begin = 3
    if begin is None:  # the word at `start` continues beyond `stop`, and belongs to an earlier range
        return
    end = _after_white_space(file, portion.stop, portion.size) or portion.size
    file.seek(begin)
    view = memoryview(bytearray(min(piece, max(end - begin, 1))))
    while begin < end and (length := file.readinto(view[: end - begin])):
        yield view[:length]
        begin += length
        advance(length)
    if end == portion.size:
        yield b"\n"


def _after_white_space(file: Any, start: int, stop: int) -> int | None:
    """The position after the first white space in bytes start .. stop, or None."""
    while start < stop:
        file.seek(start)
        block = file.read(min(_SEARCHED, stop - start))
        if not block:
            return None
        if found := _WHITE_SPACE.search(block):
            return start + int(found.end())
        start += len(block)
    return None


# ---------------------------------------------------------------- streams and texts, read from beginning to end


def stream_pieces(source: Stream | Texts, piece: int) -> Iterator[Piece]:
    """The text of an open file (decompressed where necessary), or of strings."""
    if isinstance(source, Texts):
        return _text_pieces(source.texts, piece)
    return _without_mark(_file_pieces(source, piece))


def _text_pieces(texts: Iterable[Any], piece: int) -> Iterator[bytes]:
    batch: list[str] = []
    characters = 0
    for position, text in enumerate(texts):
        batch.append(check_text(text, position))
        characters += len(text)
        if characters >= piece:
            yield _encoded("\n".join(batch)) + b"\n"
            batch, characters = [], 0
    yield _encoded("\n".join(batch)) + b"\n"


def _encoded(text: str) -> bytes:
    """UTF-8; half a surrogate pair becomes bytes that the tokenizers replace and count."""
    return text.encode("utf-8", "surrogatepass")


def _file_pieces(source: Stream, piece: int) -> Iterator[bytes]:
    file = source.file
    try:
        if isinstance(file.read(0), str):
            while text := file.read(piece):
                yield _encoded(text)
        else:
            yield from decompressed(file, source.name, piece)
    except CorpusError:
        raise
    except (OSError, EOFError, ValueError) as error:
        raise _unreadable(source.name, error) from error


def _without_mark(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Drop a byte order mark at the start, and end the last sentence."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= len(codecs.BOM_UTF8):
            break
    yield head.removeprefix(codecs.BOM_UTF8)
    yield from pieces
    yield b"\n"
