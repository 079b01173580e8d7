"""The bytes of a corpus, in pieces: ranges of plain files, decompressed files, open streams, strings.

A corpus is cut into parts that threads read independently of each other. A large plain file is several parts; they
meet at ASCII white space, which never lies inside a word or a character. Where a text ends (a file, one of several
strings) a newline is added, so that no sentence runs from one text into the next.

A file that changes while it is read is an error: its parts would be of different texts, or words would be missing.
"""

import codecs
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from firth.corpus.compression import decompressed
from firth.corpus.content import SAMPLE, doubt_about, why_not_text
from firth.corpus.file_parts import FileRange, first_blocks, identity_of, is_no_text, unreadable
from firth.corpus.sources import Stream, Texts, check_text
from firth.errors import CorpusError, warn

__all__ = [
    "ADDED_NEWLINE",
    "Advance",
    "BlockSizes",
    "Piece",
    "range_pieces",
    "stream_pieces",
]

Piece: TypeAlias = bytes | memoryview
Advance: TypeAlias = Callable[[int], None]  # called with the number of bytes read since the last call

# Ends the last sentence of a file or stream. Compared by identity, so it is no bytes: b"\n" is one object everywhere.
ADDED_NEWLINE: Piece = memoryview(b"\n")

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


def range_pieces(portion: FileRange, blocks: BlockSizes, advance: Advance) -> Generator[Piece]:
    """The text of a file, or of a range of it; a piece is valid until the next one is read.

    Raises   CorpusError if the file cannot be read, or is not as it was when file_parts() examined it.
    """
    try:
        with portion.path.open("rb", buffering=0) as file:
            _check_unchanged(file, portion)
            try:
                if portion.whole:
                    yield from _advancing(_whole_pieces(file, portion, blocks.piece), file, advance)
                else:
                    yield from _plain_pieces(file, portion, blocks.piece, advance)
            except CorpusError:  # of compressed data that are cut short, perhaps because somebody is writing them
                _check_unchanged(file, portion)
                raise
            _check_unchanged(file, portion)
    except OSError as error:
        raise unreadable(portion.path, error) from error


def _check_unchanged(file: Any, portion: FileRange) -> None:
    if portion.identity is None or portion.identity == (now := identity_of(file)):
        return
    raise CorpusError(
        f"{portion.path}: changed while it was read: it had {portion.size:,} bytes at the start, now {now[2]:,}. "
        "Train on a copy, or when nobody writes to it any more"
    )


def _whole_pieces(file: Any, portion: FileRange, piece: int) -> Iterator[Piece]:
    source = Stream(file, str(portion.path))
    if portion.identity is None:  # a named pipe, which file_parts() could not examine
        return stream_pieces(source, piece, is_tokenized_in_lines=True)
    return _without_mark(_file_pieces(source, piece))


def _advancing(pieces: Iterator[Piece], file: Any, advance: Advance) -> Iterator[Piece]:
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
        yield ADDED_NEWLINE


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


def stream_pieces(source: Stream | Texts, piece: int, *, is_tokenized_in_lines: bool = False) -> Iterator[Piece]:
    """The text of an open file (decompressed where necessary), or of strings.

    Raises   CorpusError if the file cannot be read, or holds no text.
    """
    if isinstance(source, Texts):
        return _text_pieces(source.texts, piece)
    pieces = _file_pieces(source, piece)
    return _without_mark(_examined(pieces, source.name, is_tokenized_in_lines=is_tokenized_in_lines))


def _examined(pieces: Iterator[bytes], name: str, *, is_tokenized_in_lines: bool) -> Iterator[bytes]:
    """The same pieces, if they begin like text."""
    first = list(first_blocks(pieces))
    head = b"".join(first)[:SAMPLE]
    if found := why_not_text(head):
        raise is_no_text(name, found)
    if doubt := doubt_about(head, is_tokenized_in_lines=is_tokenized_in_lines):
        warn(f"{name}: {doubt}")
    yield from first
    yield from pieces


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
        raise unreadable(source.name, error) from error


def _without_mark(pieces: Iterator[bytes]) -> Iterator[Piece]:
    """Drop a byte order mark at the start, and end the last sentence."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= len(codecs.BOM_UTF8):
            break
    yield head.removeprefix(codecs.BOM_UTF8)
    yield from pieces
    yield ADDED_NEWLINE
