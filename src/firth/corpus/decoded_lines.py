"""Text as lines of characters, for tokenizers written in Python."""

from collections.abc import Iterator

from firth.corpus.pieces import Advance, BlockSizes, Piece, file_parts, range_pieces, stream_pieces
from firth.corpus.sources import Files, Stream, Texts, check_text

__all__ = ["Lines"]


class Lines:
    """The lines of a source, without their endings; invalid UTF-8 becomes U+FFFD.

    invalid_bytes : bytes replaced so far.    bytes_done : bytes of files, or characters of texts, read so far.
    """

    def __init__(self, source: Files | Stream | Texts, blocks: BlockSizes) -> None:
        self.invalid_bytes = 0
        self.bytes_done = 0
        self._source = source
        self._blocks = blocks

    def __iter__(self) -> Iterator[str]:
        if isinstance(self._source, Texts):
            return self._text_lines(self._source)
        return self._byte_lines(self._pieces(self._source))

    def _text_lines(self, source: Texts) -> Iterator[str]:
        for position, text in enumerate(source.texts):
            self.bytes_done += len(check_text(text, position))
            for line in text.split("\n"):
                yield line.removesuffix("\r")

    def _pieces(self, source: Files | Stream) -> Iterator[Piece]:
        if isinstance(source, Stream):
            for piece in stream_pieces(source, self._blocks.piece):
                self._advance(len(piece))
                yield piece
            return
        advance: Advance = self._advance
        for part in file_parts(source, self._blocks):
            for portion in part:
                yield from range_pieces(portion, self._blocks, advance)

    def _advance(self, n_bytes: int) -> None:
        self.bytes_done += n_bytes

    def _byte_lines(self, pieces: Iterator[Piece]) -> Iterator[str]:
        unfinished: list[bytes] = []
        for piece in pieces:
            first, *others = bytes(piece).split(b"\n")
            unfinished.append(first)
            for line in others:
                yield self._decoded(b"".join(unfinished))
                unfinished = [line]
        yield self._decoded(b"".join(unfinished))

    def _decoded(self, line: bytes) -> str:
        line = line.removesuffix(b"\r")
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.invalid_bytes += _count_invalid(line)
            return line.decode(errors="replace")


def _count_invalid(line: bytes) -> int:
    """Bytes that are not UTF-8."""
    invalid = 0
    while line:
        try:
            line.decode()
        except UnicodeDecodeError as error:
            invalid += error.end - error.start
            line = line[error.end :]
        else:
            break
    return invalid
