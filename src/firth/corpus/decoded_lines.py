"""Text as lines of characters, for tokenizers written in Python."""

import sys
from collections.abc import Iterator

from firth.corpus.content import invalid_utf8
from firth.corpus.file_parts import file_parts
from firth.corpus.paths import Files
from firth.corpus.pieces import ADDED_NEWLINE, BlockSizes, Piece, range_pieces, stream_pieces
from firth.corpus.sources import Stream, Texts, check_text
from firth.errors import CorpusError

__all__ = ["Lines"]

LONGEST_LINE = 1 << 26  # bytes


class Lines:
    """The lines of a source, without their endings; invalid UTF-8 becomes U+FFFD.

    invalid_bytes : bytes replaced so far.
    bytes_done : bytes of files, or characters of texts, read so far.
    text_bytes : bytes of text, decompressed, read so far; 0 for texts, in which no byte can be invalid.
    """

    def __init__(self, source: Files | Stream | Texts, blocks: BlockSizes) -> None:
        self.invalid_bytes = 0
        self.bytes_done = 0
        self.text_bytes = 0
        self._source = source
        self._blocks = blocks

    def __iter__(self) -> Iterator[str]:
        if isinstance(self._source, Texts):
            yield from self._text_lines(self._source)
            return
        for pieces in self._byte_texts(self._source):
            yield from self._byte_lines(pieces)

    def _text_lines(self, source: Texts) -> Iterator[str]:
        for position, text in enumerate(source.texts):
            self.bytes_done += len(check_text(text, position))
            *lines, unfinished = str.split(text, "\n")
            for line in lines:
                yield line.removesuffix("\r")
            if unfinished:  # nothing is left of a text that ends in a newline
                yield unfinished.removesuffix("\r")

    def _byte_texts(self, source: Files | Stream) -> Iterator[Iterator[Piece]]:
        """The pieces of each text."""
        if isinstance(source, Stream):
            yield self._counted(stream_pieces(source, self._blocks.piece, is_tokenized_in_lines=True))
            return
        for part in file_parts(source, sys.maxsize, is_tokenized_in_lines=True):
            for portion in part:
                yield range_pieces(portion, self._blocks, self._advance)

    def _counted(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        for piece in pieces:
            self._advance(len(piece))
            yield piece

    def _advance(self, n_bytes: int) -> None:
        self.bytes_done += n_bytes

    def _byte_lines(self, pieces: Iterator[Piece]) -> Iterator[str]:
        unfinished: list[bytes] = []
        length = 0
        for piece in pieces:
            if piece is ADDED_NEWLINE:  # no line of the text ends there
                continue
            self.text_bytes += len(piece)
            first, *others = bytes(piece).split(b"\n")
            unfinished.append(first)
            length += len(first)
            if length > LONGEST_LINE:
                raise CorpusError(
                    f"{self._source.name}: a line of more than {LONGEST_LINE:,} bytes, and a tokenizer gets whole "
                    "lines: break it, or use a built-in tokenizer"
                )
            for line in others:
                yield self._decoded(b"".join(unfinished))
                unfinished, length = [line], len(line)
        if any(unfinished):
            yield self._decoded(b"".join(unfinished))

    def _decoded(self, line: bytes) -> str:
        line = line.removesuffix(b"\r")
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.invalid_bytes += invalid_utf8(line, final=True)
            return line.decode(errors="replace")
