"""Files of word2vec as gensim reads and writes them: its options, its counts and its errors.

What has none of the rarer options is read by the fast readers of formats/; what they refuse is read once more here, as
gensim would read it: it keeps the first of repeated words, and bad UTF-8 can be replaced.
"""

import io
import itertools
import logging
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.formats import glove, word2vec_binary, word2vec_text
from firth.formats.compressed import open_decompressed, write_compressed
from firth.formats.save import write_to
from firth.formats.stored import StoredVectors
from firth.gensim.key_table import KeyTable

__all__ = ["Decoding", "FileOptions", "fill", "merge_word2vec", "read_counts", "read_word2vec", "write_word2vec"]

logger = logging.getLogger(__name__)

_DEFAULT_ENCODINGS = {"utf8", "utf-8", "UTF-8", "UTF8"}
_ENDED = "unexpected end of input; is count incorrect or file otherwise damaged?"


class Decoding(NamedTuple):
    """How bytes become words."""

    encoding: str
    errors: str

    def word(self, content: bytes) -> str:
        """A word. Raises UnicodeDecodeError."""
        return str(content, self.encoding, self.errors)


class FileOptions(NamedTuple):
    """What gensim lets choose in writing."""

    binary: bool
    total_vec: int | None
    write_header: bool
    prefix: str
    append: bool
    sort_attr: str


def read_word2vec(
    path: str | Path, binary: bool, decoding: Decoding, limit: int | None, dtype: Any, no_header: bool
) -> tuple[list[str], NDArray[Any]]:
    """Words and their vectors (V, D).

    Raises   EOFError for a file that is cut short, UnicodeDecodeError, ValueError for anything else that is damaged.
    """
    if no_header and binary:
        raise NotImplementedError("no_header only available for text-format files")
    is_plain = decoding.encoding in _DEFAULT_ENCODINGS and decoding.errors == "strict" and not limit
    if is_plain and np.dtype(dtype) == np.float32:
        try:
            stored = word2vec_binary.read(path) if binary else word2vec_text.read(path)
        except FormatError:
            pass  # what gensim accepts it may still be
        else:
            return list(stored.words), stored.matrix
    with open_decompressed(path) as file:
        if no_header:
            words, rows = _read_lines(file, None, limit, decoding, dtype)
        else:
            count, size = (int(number) for number in file.readline().decode(decoding.encoding).split())
            count = min(count, limit) if limit else count
            read = _read_binary if binary else _read_lines
            words, rows = read(file, size, count, decoding, dtype)
            if len(words) < count:
                raise EOFError(_ENDED)
    return _first_of_each(words, np.asarray(rows, dtype))


def _read_lines(
    file: BinaryIO, size: int | None, count: int | None, decoding: Decoding, dtype: Any
) -> tuple[list[str], list[Any]]:
    words, rows = [], []
    for number, line in enumerate(itertools.islice(file, count)):
        word, *numbers = decoding.word(line.rstrip()).split(" ")
        size = size or len(numbers)
        if len(numbers) != size:
            raise ValueError(f"invalid vector on line {number} (is this really the text format?)")
        words.append(word)
        rows.append(np.array(numbers, np.float64).astype(dtype))
    return words, rows


def _read_binary(
    file: BinaryIO, size: int, count: int, decoding: Decoding, dtype: Any
) -> tuple[list[str], list[NDArray[Any]]]:
    words, rows = [], []
    for _ in range(count):
        word = bytearray()
        while (character := file.read(1)) != b" ":
            if not character:
                raise EOFError(_ENDED)
            word += character
        content = file.read(4 * size)
        if len(content) < 4 * size:
            raise EOFError(_ENDED)
        words.append(decoding.word(bytes(word)).lstrip("\n"))
        rows.append(np.frombuffer(content, "<f4").astype(dtype))
    return words, rows


def _first_of_each(words: list[str], rows: NDArray[Any]) -> tuple[list[str], NDArray[Any]]:
    first: dict[str, int] = {}
    for row, word in enumerate(words):
        if first.setdefault(word, row) != row:
            logger.warning("duplicate word '%s' in word2vec file, ignoring all but first", word)
    return (words, rows) if len(first) == len(words) else (list(first), rows[list(first.values())])


def read_counts(path: str | Path, errors: str) -> dict[str, int]:
    """Counts from a file of words and counts, as save_word2vec_format(fvocab=) writes it."""
    counts = {}
    with open_decompressed(path) as file:
        for line in file:
            word, count = str(line, "utf8", errors).strip().split()
            counts[word] = int(count)
    return counts


def fill(table: KeyTable, words: list[str], matrix: NDArray[Any], counts: dict[str, int] | None) -> None:
    """Put what was read into an empty table. Without counts, words get falling ones, as in gensim."""
    table.index_to_key, table.next_index = list(words), len(words)
    table.key_to_index = {word: row for row, word in enumerate(words)}
    table.vectors = matrix if matrix.flags.writeable else matrix.copy()
    if counts is None:
        table.expandos["count"] = np.arange(len(words), 0, -1, dtype=np.int64)
        return
    if missing := [word for word in words if word not in counts]:
        logger.warning("vocabulary file is incomplete: '%s' is missing", missing[0])
    table.expandos["count"] = np.array([counts.get(word, 0) for word in words], np.int64)


def write_word2vec(table: KeyTable, path: str | Path, counts_path: str | Path | None, options: FileOptions) -> None:
    """Write words and vectors by falling count, and counts to a file of their own.

    Raises   FormatError for a word that the format cannot hold; ValueError if there are no counts to write.
    """
    keys = table.index_to_key
    if options.sort_attr in table.expandos:
        keys = [keys[row] for row in np.argsort(-table.expandos[options.sort_attr][: len(keys)], kind="stable")]
    elif counts_path is not None:
        raise ValueError(f"Cannot store vocabulary with '{options.sort_attr}' because that attribute does not exist")
    words = [f"{options.prefix}{key}" for key in keys]
    if counts_path is not None:
        lines = (f"{word} {table.get_vecattr(key, options.sort_attr)}\n" for word, key in zip(words, keys, strict=True))
        _write(counts_path, [line.encode() for line in lines], options.append)
    matrix = table[keys] if keys else table.vectors
    stored = StoredVectors(words, np.asarray(matrix, np.float32))
    if options.write_header and not options.append and options.total_vec is None:
        (word2vec_binary if options.binary else word2vec_text).write(path, stored)
    elif not options.write_header and not options.append and not options.binary:
        glove.write(path, stored)
    else:
        _write_parts(path, stored, options)


def _write_parts(path: str | Path, stored: StoredVectors, options: FileOptions) -> None:
    """With another header, or behind what the file holds."""
    whole = io.BytesIO()
    write_to(whole, stored, "word2vec-binary" if options.binary else "word2vec-text")
    _, _, body = whole.getvalue().partition(b"\n")
    rows, columns = stored.matrix.shape
    header = f"{rows if options.total_vec is None else options.total_vec} {columns}\n".encode()
    _write(path, [header if options.write_header else b"", body], options.append)


def _write(path: str | Path, parts: list[bytes], append: bool) -> None:
    before = b""
    if append and Path(path).exists():
        with open_decompressed(path) as file:
            before = file.read()
    with write_compressed(path) as output:
        output.write(before)
        output.writelines(parts)


def merge_word2vec(table: KeyTable, path: str | Path, lock: float, binary: bool, decoding: Decoding) -> int:
    """Set the vectors of words that a file has as well, and their factors in vectors_lockf; returns how many."""
    words, matrix = read_word2vec(path, binary, decoding, None, np.float32, False)
    if matrix.shape[1] != table.vector_size:
        raise ValueError(f"incompatible vector size {matrix.shape[1]} in file {path}")
    if len(table.vectors_lockf) < len(table):
        table.vectors_lockf = np.resize(table.vectors_lockf, len(table))
    found = [(table.key_to_index[word], row) for row, word in enumerate(words) if word in table.key_to_index]
    if found:
        ours, theirs = map(list, zip(*found, strict=True))
        table.vectors[ours], table.vectors_lockf[ours], table.norms = matrix[theirs], lock, None
    return len(found)
