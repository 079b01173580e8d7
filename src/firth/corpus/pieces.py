"""The bytes of a corpus, in pieces: ranges of plain files, decompressed files, open streams, strings.

A corpus is cut into parts that threads read independently of each other. A large plain file is several parts; they
meet at ASCII white space, which never lies inside a word or a character. Where a text ends (a file, one of several
strings) a newline is added, so that no sentence runs from one text into the next.

file_parts() examines the beginning of every file before anything is read (content.py). A file that changes while it is
read is an error: its parts would be of different texts, or words would be missing.
"""

import codecs
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeAlias

from firth.corpus.compression import decompressed
from firth.corpus.content import SAMPLE, NotText, doubt_about, why_not_text
from firth.corpus.paths import Files
from firth.corpus.sources import Stream, Texts, check_text
from firth.decompression import compression_of
from firth.errors import CorpusError, warn

__all__ = [
    "ADDED_NEWLINE",
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

ADDED_NEWLINE: bytes = b"\n"  # ends the last sentence of a file or stream; this very object, to be told from its text

_WHITE_SPACE = re.compile(rb"[\t-\r ]")
_SEARCHED = 1 << 16  # bytes read at once in search of white space
_SHOWN = 3  # files of many that a warning names

Identity: TypeAlias = tuple[int, int, int, int]  # device, number, size and time of the last change of a file


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
    identity: Identity | None = None  # of the file that was examined; None for a pipe


def file_parts(files: Files, blocks: BlockSizes, *, is_tokenized_in_lines: bool = False) -> list[list[FileRange]]:
    """Cut files into parts of about blocks.part bytes; small files share one.

    Files that hold no text are left out with a warning if they were found in a folder or by a pattern.

    Raises   CorpusError if a file cannot be read, or holds no text and was named.
    """
    parts: list[list[FileRange]] = []
    left = 0  # bytes until the last part is full
    left_out = list(files.left_out)
    doubts: dict[str, list[Path]] = {}
    for path in files.paths:
        examined = _examine(path, is_tokenized_in_lines=is_tokenized_in_lines)
        if isinstance(examined, NotText):
            if path not in files.found:
                raise _is_no_text(path, examined)
            left_out.append(f"{path} ({examined.meaning})")
            continue
        if examined.doubt:
            doubts.setdefault(examined.doubt, []).append(path)
        for portion in _ranges(path, examined, blocks.part):
            length = portion.stop - portion.start
            if left < length or not parts:
                parts.append([])
                left = blocks.part
            parts[-1].append(portion)
            left -= length
    _warn_of(left_out, doubts)
    if not parts and left_out:
        raise CorpusError(f"{files.name}: no file holds text: {_listed(left_out)}")
    return parts


class _Examined(NamedTuple):
    """A file that can be read as text."""

    identity: Identity | None
    is_compressed: bool
    doubt: str | None


def _examine(path: Path, *, is_tokenized_in_lines: bool) -> _Examined | NotText:
    if not path.is_file():  # a named pipe: reading its first bytes would lose them
        return _Examined(None, is_compressed=True, doubt=None)
    try:
        with path.open("rb", buffering=0) as file:
            identity = _identity(file)
            head = file.read(SAMPLE)
            is_compressed = compression_of(head) is not None
            if is_compressed:
                file.seek(0)
                head = b"".join(_first_blocks(decompressed(file, str(path), SAMPLE)))[:SAMPLE]
    except OSError as error:
        raise _unreadable(path, error) from error
    return why_not_text(head) or _Examined(
        identity, is_compressed, doubt_about(head, is_tokenized_in_lines=is_tokenized_in_lines)
    )


def _first_blocks(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Blocks until there is a sample."""
    length = 0
    for block in blocks:
        yield block
        length += len(block)
        if length >= SAMPLE:
            return


def _identity(file: IO[bytes]) -> Identity:
    found = os.fstat(file.fileno())
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _is_no_text(name: object, found: NotText) -> CorpusError:
    return CorpusError(
        f"{name}: this is {found.meaning}, but text in UTF-8 is wanted (plain or .gz, .bz2, .xz, .zst): {found.advice}"
    )


def _warn_of(left_out: list[str], doubts: dict[str, list[Path]]) -> None:
    if left_out:
        warn(f"left out of the text: {_listed(left_out)}")
    for doubt, paths in doubts.items():
        warn(f"{_listed([str(path) for path in paths])}: {doubt}")


def _listed(items: list[str]) -> str:
    more = f" and {len(items) - _SHOWN:,} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more


def _ranges(path: Path, examined: _Examined, length: int) -> Iterator[FileRange]:
    if examined.identity is None:
        yield FileRange(path, 0, 0, 0, whole=True)
        return
    size, whole = examined.identity[2], examined.is_compressed
    for start in range(0, size, max(size, 1) if whole else length):
        yield FileRange(path, start, size if whole else min(start + length, size), size, whole, examined.identity)


def _unreadable(name: object, error: Exception) -> CorpusError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return CorpusError(f"{name}: cannot be read: {reason}")


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
        raise _unreadable(portion.path, error) from error


def _check_unchanged(file: IO[bytes], portion: FileRange) -> None:
    if portion.identity is None or portion.identity == (now := _identity(file)):
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
    first = list(_first_blocks(pieces))
    head = b"".join(first)[:SAMPLE]
    if found := why_not_text(head):
        raise _is_no_text(name, found)
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
    yield ADDED_NEWLINE
