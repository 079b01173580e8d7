"""Choosing the format to write: named, or by the file's suffix; a folder's is always named."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from firth.errors import SettingError
from firth.formats import (
    glove,
    native,
    numpy_folder,
    projector,
    spacy_text,
    static_embedding,
    word2vec_binary,
    word2vec_text,
)
from firth.formats.compressed import without_compression
from firth.formats.stored import StoredVectors

__all__ = ["FormatName", "check_format", "write_as"]

FormatName: TypeAlias = Literal[
    "firth",
    "word2vec-text",
    "word2vec-binary",
    "glove",
    "fasttext-vec",
    "spacy",
    "numpy",
    "projector",
    "projector-bytes",
    "sentence-transformers",
]

_WRITERS: dict[FormatName, Callable[[Path, StoredVectors], None]] = {
    "firth": native.write,
    "word2vec-text": word2vec_text.write,
    "word2vec-binary": word2vec_binary.write,
    "glove": glove.write,
    "fasttext-vec": partial(word2vec_text.write, dialect="fasttext"),
    "spacy": spacy_text.write,
    "numpy": numpy_folder.write,
    "projector": projector.write_tsv,
    "projector-bytes": projector.write_bytes,
    "sentence-transformers": static_embedding.write,
}
_BY_SUFFIX: dict[str, FormatName] = {
    ".firth": "firth",
    ".txt": "word2vec-text",
    ".vec": "word2vec-text",  # read by the same programs as fastText's own, which rounds to five digits
    ".bin": "word2vec-binary",
    ".glove": "glove",
}


def check_format(path: str | Path, format: FormatName | None) -> FormatName:
    """The format to write: the named one, or the one that the suffix of `path` stands for.

    Raises SettingError for any other name or suffix.
    """
    path = Path(path)
    chosen = _BY_SUFFIX.get(without_compression(path).suffix.lower()) if format is None else format
    if chosen is None or chosen not in _WRITERS:
        given = f"format={format!r}" if format is not None else f"{path.name!r} without format="
        names = ", ".join(repr(name) for name in get_args(FormatName))
        suffixes = ", ".join(_BY_SUFFIX)
        raise SettingError(f"{given}: must be one of {names}, or the suffix one of {suffixes}")
    return chosen


def write_as(path: str | Path, stored: StoredVectors, format: FormatName | None = None) -> None:
    """Write in the named format, or in the one that the suffix of `path` stands for.

    A single file is compressed where the (last) suffix is .gz, .bz2, .xz or .zst.

    Raises SettingError for any other name or suffix, and what the format's own `write` raises.
    """
    _WRITERS[check_format(path, format)](Path(path), stored)
