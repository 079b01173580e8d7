"""Opening a file or folder of vectors whose format nobody has named: its content tells."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.formats import fasttext, gensim, native, word2vec_binary, word2vec_text
from firth.formats.bad_lines import BadLines, OnError
from firth.formats.compressed import open_decompressed, read_content
from firth.formats.folders import read_folder
from firth.formats.inert_pickle import is_pickle
from firth.formats.stored import StoredVectors
from firth.formats.tensor_file import is_safetensors
from firth.formats.text_lines import Header, parse_header

__all__ = ["read_any"]

ENOUGH = 1 << 16  # bytes: a line of some 5,000 numbers
NUMERIC = b"0123456789+-.eE"

# What people also try to open; told by their first bytes so that the error can help.
_FOREIGN = {
    b"PK\x03\x04": "a zip archive: unpack it and open the file of vectors inside",
    b"\x93NUMPY": "a NumPy array without words: put it as vectors.npy beside a words.txt and open that folder, "
    "or give both to firth.WordVectors(words, matrix)",
    b"\x89HDF": "an HDF5 file",
    b"\x1f\x8b": "compressed twice",
}

# Formats that are told by their first bytes and read from a whole file in memory, or mapped into it.
_BINARY: tuple[tuple[Callable[[bytes], bool], Callable[[Path, NDArray[np.uint8]], StoredVectors]], ...] = (
    (is_safetensors, native.parse),
    (fasttext.is_fasttext, fasttext.parse),
    (is_pickle, gensim.parse),
)


def read_any(path: str | Path, *, on_error: OnError = "raise") -> StoredVectors:
    """Read a file of any known format, compressed (.gz .bz2 .xz .zst) or not, or a folder of one.

    A native file that is not compressed is only mapped into memory, which takes milliseconds.

    Parameters
    ----------
    on_error : "skip" leaves out bad lines of text files and bad records of word2vec binary files,
        and tells it in `skipped`; other formats have no lines to skip.

    Raises
    ------
    FileNotFoundError : there is no such file.
    FormatError : the file is damaged, or of no known format.
    SettingError : `on_error` is neither "raise" nor "skip".
    """
    path = Path(path)
    BadLines(on_error)  # refuses an unknown choice, whatever the format
    if path.is_dir():
        return read_folder(path)
    with open_decompressed(path) as file:
        beginning = file.read(ENOUGH)
    parse = next((parse for recognised, parse in _BINARY if recognised(beginning)), None)
    if parse:
        return parse(path, read_content(path))
    if not beginning:
        raise FormatError(path, "the file is empty")
    for magic, name in _FOREIGN.items():
        if beginning.startswith(magic):
            raise FormatError(path, f"is {name}")
    return _read_word2vec(path, beginning, on_error)


def _read_word2vec(path: Path, beginning: bytes, on_error: OnError) -> StoredVectors:
    """Read text or word2vec's binary: the first vector is in digits, or it is not."""
    header, rest = _split_header(beginning)
    if header is None or _is_numeric_line(rest, header):
        if b"\0" in beginning:
            raise FormatError(path, "is of no known format: neither text, nor with a known header")
        return word2vec_text.read(path, on_error=on_error)
    if not _is_readable(rest):
        return word2vec_binary.read(path, on_error=on_error)
    return _read_either(path, on_error)


def _split_header(beginning: bytes) -> tuple[Header | None, bytes]:
    first, _, rest = beginning.partition(b"\n")
    header = parse_header(first.removeprefix(b"\xef\xbb\xbf"))
    return (header, rest) if header and header.vector_size else (None, beginning)


def _is_numeric_line(rest: bytes, header: Header) -> bool:
    """Whether the first vector is written in digits; `rest` may end before it does."""
    line, line_end, _ = rest.partition(b"\n")
    fields = line.split()[1:]
    enough = len(fields) >= header.vector_size or not line_end
    return enough and all(byte in NUMERIC for field in fields[-header.vector_size :] for byte in field)


def _is_readable(rest: bytes) -> bool:
    """Whether there are only characters that text is made of: numbers of 4 bytes rarely are."""
    try:
        text = rest[:-4].decode()  # the last character may be cut
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\r\n" for character in text)


def _read_either(path: Path, on_error: OnError) -> StoredVectors:
    """A damaged text file, or a few binary numbers that happen to look like text."""
    try:
        return word2vec_text.read(path, on_error=on_error)
    except FormatError as problem:
        try:
            return word2vec_binary.read(path, on_error=on_error)
        except FormatError:
            raise problem from None
