"""Opening a file or folder of vectors in a format that its content shows."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firth.decompression import compression_of
from firth.errors import FormatError
from firth.formats import (
    arrow_files,
    fasttext,
    gensim,
    native,
    numpy_folder,
    projector,
    static_embedding,
    word2vec_binary,
    word2vec_text,
)
from firth.formats.archives import divided, is_archive, read_member
from firth.formats.compressed import open_decompressed, read_content
from firth.formats.folder_reading import read_unchanged
from firth.formats.inert_pickle import is_pickle
from firth.formats.published import on_disk
from firth.formats.skip_report import OnError, SkipReport
from firth.formats.stored import StoredVectors
from firth.formats.tensor_file import is_safetensors
from firth.formats.text_vectors_parser import Header, parse_header, split_fields
from firth.progress import ProgressOption

__all__ = ["is_foreign_vectors", "read_any"]

ENOUGH = 1 << 16  # bytes: a line of some 5,000 numbers
LINES = 100  # that are looked at
_NUMERIC = re.compile(rb"[0-9+\-.eE]+|[+-]?(nan|inf|infinity)", re.IGNORECASE)
_SPELLED = re.compile(rb"[0-9A-Za-z+\-.,#_/%()]+")

# Other files that people try to open, recognised by the bytes at a position so that the error can help.
_UNPACK = "unpack it and open the file of vectors inside"
_FOREIGN = (
    (0, b"7z\xbc\xaf\x27\x1c", f"a 7z archive: {_UNPACK}"),
    (0, b"Rar!\x1a\x07", f"a rar archive: {_UNPACK}"),
    (
        0,
        b"\x93NUMPY",
        "a NumPy array without words: put it into a folder as vectors.npy, with a words.txt, and open that, "
        "or give both to firth.WordVectors(words, matrix)",
    ),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"FEA1", "a file of Feather's first version: pandas.read_feather(path) reads it"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"\xff\xfe", "UTF-16 text: convert it to UTF-8"),
    (0, b"\xfe\xff", "UTF-16 text: convert it to UTF-8"),
    (
        0,
        b"version https://git-lfs",
        "a pointer of Git LFS to a file that was not downloaded: get it with `git lfs pull`",
    ),
    (0, b"<!DOCTYPE", "a web page, perhaps one that was saved instead of the file"),
    (0, b"<!doctype", "a web page, perhaps one that was saved instead of the file"),
    (0, b"<html", "a web page, perhaps one that was saved instead of the file"),
)

# Formats that are recognised by their first bytes and read from a whole file, mapped into memory or decompressed.
_Parse = Callable[[Path, NDArray[np.uint8], ProgressOption], StoredVectors]
_BINARY: tuple[tuple[Callable[[bytes], bool], _Parse], ...] = (
    (is_safetensors, lambda path, content, progress: native.parse(path, content)),  # takes no time
    (fasttext.is_fasttext, fasttext.parse),
    (is_pickle, gensim.parse),
    (arrow_files.is_parquet, lambda path, content, progress: arrow_files.parse_parquet(path, content)),
    (arrow_files.is_arrow, lambda path, content, progress: arrow_files.parse_arrow(path, content)),
)

# How other software names the two files of a pair for the projector, around a common beginning.
_PAIRS = (("vectors.tsv", "metadata.tsv"), ("tensor.tsv", "metadata.tsv"), ("tensors.tsv", "metadata.tsv"))

_LOOKED_FOR = (
    f"{numpy_folder.VECTORS} with {numpy_folder.WORDS} (NumPy), "
    f"{projector.VECTORS} with {projector.METADATA} or {projector.CONFIG} (Embedding Projector), "
    f"{static_embedding.TENSORS} with {static_embedding.TOKENIZER} (sentence-transformers, model2vec)"
)
_SPACY = (
    "is a folder of spaCy's; open it there: nlp = spacy.load(path), then "
    "keys, rows = zip(*nlp.vocab.vectors.key2row.items()) and "
    "firth.WordVectors([nlp.vocab.strings[key] for key in keys], nlp.vocab.vectors.data[list(rows)])"
)


def read_any(path: str | Path, *, on_error: OnError = "raise", progress: ProgressOption = False) -> StoredVectors:
    """Read a file of any known format, compressed (.gz .bz2 .xz .zst) or not, in a zip or tar archive, or a folder.

    A native file that is not compressed is only mapped into memory, which takes milliseconds.

    Parameters
    ----------
    on_error : "skip" leaves out bad lines of text files and bad records of word2vec binary files, and reports them in
        `skipped`; in other formats nothing can be skipped.
    progress : formats that are parsed (text, word2vec binary) report a stage "reading"; fastText's models, and
        gensim's of fastText, "computing vectors". See firth.progress.open_progress.

    Raises
    ------
    FileNotFoundError : the file does not exist.
    FormatError : the file is damaged, or of no known format.
    SettingError : `on_error` is neither "raise" nor "skip".
    """
    path = on_disk(Path(path))
    SkipReport(on_error)  # refuses an unknown choice for every format
    archive, member = divided(path)
    if member is not None:
        return read_member(archive, member, partial(_read_file, on_error=on_error, progress=progress))
    return read_unchanged(path, partial(_read_once, on_error=on_error, progress=progress))


def _read_once(path: Path, *, on_error: OnError, progress: ProgressOption) -> StoredVectors:
    """A folder may be missing for a moment while it is replaced: what `path` is, is looked up at each attempt."""
    if path.is_dir():
        return _read_folder(path)
    return _read_file(path, on_error=on_error, progress=progress)


def _read_file(path: Path, *, on_error: OnError, progress: ProgressOption) -> StoredVectors:
    with open_decompressed(path) as file:
        beginning = file.read(ENOUGH)
    parse = next((parse for recognised, parse in _BINARY if recognised(beginning)), None)
    if parse:
        return parse(path, read_content(path), progress)
    if not beginning:
        raise FormatError(path, "the file is empty")
    if is_archive(beginning):
        return read_member(path, None, partial(_read_file, on_error=on_error, progress=progress))
    _refuse_foreign(path, beginning)
    return _read_word2vec(path, beginning, on_error, progress)


def is_foreign_vectors(path: str | Path) -> bool:
    """Whether a file or folder seems to hold vectors in another format than .firth, from its first bytes.

    Raises as `read_any` does for what cannot be opened.
    """
    path, member = divided(on_disk(Path(path)))
    if member is not None:
        return True
    if path.is_dir():
        return any(
            (path / name).is_file() for name in (numpy_folder.VECTORS, static_embedding.TENSORS, projector.CONFIG)
        )
    with open_decompressed(path) as file:
        beginning = file.read(ENOUGH)
    if is_safetensors(beginning):
        return False
    if is_archive(beginning):
        return True
    header, rest = _split_header(beginning)
    first = rest.partition(b"\n")[0].split()[1:]
    is_text = bool(first) and all(_NUMERIC.fullmatch(field) for field in first[-2:])
    return header is not None or is_text or any(recognised(beginning) for recognised, _ in _BINARY)


def _refuse_foreign(path: Path, beginning: bytes) -> None:
    if compression_of(beginning):
        raise FormatError(path, "is compressed twice")
    for position, magic, name in _FOREIGN:
        if beginning.startswith(magic, position):
            raise FormatError(path, f"is {name}")


def _read_word2vec(path: Path, beginning: bytes, on_error: OnError, progress: ProgressOption) -> StoredVectors:
    """Read text or word2vec binary, depending on what follows the header."""
    header, rest = _split_header(beginning)
    if header is None and b"\0" in beginning:
        raise FormatError(path, "is of no known format: neither text, nor with a known header")
    if header is None or _is_text(rest, header):
        return word2vec_text.read(path, on_error=on_error, progress=progress)
    if not _is_readable(rest):
        return word2vec_binary.read(path, on_error=on_error, progress=progress)
    return _read_either(path, on_error, progress)


def _split_header(beginning: bytes) -> tuple[Header | None, bytes]:
    first, _, rest = beginning.partition(b"\n")
    header = parse_header(first.removeprefix(b"\xef\xbb\xbf"))
    return (header, rest) if header and header.vector_size else (None, beginning)


def _is_text(rest: bytes, header: Header) -> bool:
    """Whether vectors are written in characters; `rest` may end before a line does.

    Damaged text must not be taken for binary: any four characters are a number there, "nan " as well as "1,5 ". So one
    good line is enough where all bytes are characters; elsewhere numbers may contain line ends, and the first decides.
    """
    lines = rest.split(b"\n", LINES)[:LINES]
    if not _is_readable(rest):
        del lines[1:]
    return any(_is_text_line(line, header.vector_size) for line in lines)


def _is_text_line(line: bytes, vector_size: int) -> bool:
    """Whether this is a word and a vector, with numbers as anybody may spell them."""
    fields = split_fields(line)[1:]
    is_cut = len(line) > ENOUGH // 2
    if len(fields) < vector_size and not is_cut:
        return False
    numbers = fields[-vector_size:]
    if all(_NUMERIC.fullmatch(field) for field in numbers):
        return True
    # A single field of letters may as well be the four bytes of a number.
    return vector_size > 1 and all(_SPELLED.fullmatch(field) for field in numbers)


def _is_readable(rest: bytes) -> bool:
    """Whether there are only characters that text is made of: numbers of 4 bytes rarely are."""
    try:
        text = rest[:-4].decode()  # the last character may be cut
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\r\n" for character in text)


def _read_either(path: Path, on_error: OnError, progress: ProgressOption) -> StoredVectors:
    """A damaged text file, or a few binary numbers that happen to look like text: those must fit without exception."""
    try:
        return word2vec_text.read(path, on_error=on_error, progress=progress)
    except FormatError as problem:
        try:
            return word2vec_binary.read(path, progress=progress)
        except FormatError:
            raise problem from None


# ---------------------------------------------------------------- folders


def _read_folder(folder: Path) -> StoredVectors:
    """Read a folder of any known format.

    Raises FormatError : it is of no known format, a file of its format is missing, or one is damaged.
    """
    if _holds(folder, numpy_folder.VECTORS, numpy_folder.WORDS):
        return numpy_folder.read(folder)
    for path in (folder, folder / static_embedding.NESTED):
        if _holds(path, static_embedding.TENSORS, static_embedding.TOKENIZER):
            return static_embedding.read(path)
    if _holds(folder, projector.CONFIG):
        return projector.read_bytes(folder / projector.CONFIG)
    pair = _projector_pair(folder)
    if pair is not None:
        return projector.read_tsv(*pair)
    if (folder / "vocab" / "key2row").exists() or (folder / "key2row").exists():
        raise FormatError(folder, _SPACY)
    raise FormatError(folder, f"is a folder, but not one of vectors; looked for {_LOOKED_FOR}")


def _holds(folder: Path, first: str, *others: str) -> bool:
    """Whether a folder has these files. Raises FormatError where it has only the first of them."""
    if not (folder / first).is_file():
        return False
    for name in others:
        if not (folder / name).is_file():
            raise FormatError(folder, f"has {first}, but no {name}")
    return True


def _projector_pair(folder: Path) -> tuple[Path, Path] | None:
    """A file of numbers and the file of words that belongs to it, if there is exactly one such pair."""
    found = []
    for vectors, metadata in _PAIRS:
        for path in sorted(folder.glob(f"*{vectors}")):
            partner = path.with_name(path.name.removesuffix(vectors) + metadata)
            if path.is_file() and partner.is_file():
                found.append((path, partner))
    if len(found) > 1:
        names = ", ".join(path.name for path, _ in found)
        raise FormatError(folder, f"has several files of vectors ({names}); put one pair into a folder of its own")
    if not found and (folder / projector.VECTORS).is_file():
        raise FormatError(folder, f"has {projector.VECTORS}, but no {projector.METADATA}")
    return found[0] if found else None
