"""Choosing the format to write: by its name or by the suffix of the file; a folder needs the name."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias, get_args

from firth.errors import FormatError, SettingError
from firth.formats import (
    arrow_files,
    fasttext_writer,
    glove,
    native,
    numpy_folder,
    projector,
    spacy_text,
    static_embedding,
    word2vec_binary,
    word2vec_text,
)
from firth.formats.arrow_vectors import import_pyarrow
from firth.formats.compact_numbers import Numbers, check_numbers
from firth.formats.compressed import without_compression, write_compressed
from firth.formats.stored import StoredVectors
from firth.formats.target import try_writing
from firth.progress import ProgressOption

__all__ = ["FormatName", "check_compact", "check_format", "check_saving", "check_stream", "write_as", "write_to"]

FormatName: TypeAlias = Literal[
    "firth",
    "word2vec-text",
    "word2vec-binary",
    "glove",
    "fasttext",
    "fasttext-vec",
    "spacy",
    "numpy",
    "projector",
    "projector-bytes",
    "sentence-transformers",
    "parquet",
    "arrow",
]

_WRITERS: dict[FormatName, Callable[..., None]] = {
    "firth": native.write,
    "word2vec-text": word2vec_text.write,
    "word2vec-binary": word2vec_binary.write,
    "glove": glove.write,
    "fasttext": fasttext_writer.write,
    "fasttext-vec": partial(word2vec_text.write, dialect="fasttext"),
    "spacy": spacy_text.write,
    "numpy": numpy_folder.write,
    "projector": projector.write_tsv,
    "projector-bytes": projector.write_bytes,
    "sentence-transformers": static_embedding.write,
    "parquet": arrow_files.write_parquet,
    "arrow": arrow_files.write_arrow,
}
_REPLACING: dict[FormatName, Callable[[Path], AbstractContextManager[object]]] = {
    "numpy": numpy_folder.replacing,
    "projector": projector.replacing_tsv,
    "projector-bytes": projector.replacing_bytes,
    "sentence-transformers": static_embedding.replacing,
}  # the folders; all other formats are files
_REPORTING = (
    "word2vec-text",
    "word2vec-binary",
    "glove",
    "fasttext",
    "fasttext-vec",
    "spacy",
)  # the others take little time
_OF_PYARROW = ("parquet", "arrow")
_BY_SUFFIX: dict[str, FormatName] = {
    ".firth": "firth",
    ".txt": "word2vec-text",
    ".vec": "word2vec-text",  # the programs that read fastText's own, rounded to five digits, read this one too
    ".bin": "word2vec-binary",
    ".glove": "glove",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}


def check_format(path: str | Path, format: FormatName | None) -> FormatName:
    """The format to write: the named one, or the one that belongs to the suffix of `path`.

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


def check_saving(path: str | Path, format: FormatName | None) -> FormatName:
    """The format to write, after trying whether `path` can be written in it.

    Raises SettingError as check_format(), and FormatError, MissingExtraError or OSError as writing would.
    """
    chosen = check_format(path, format)
    if chosen in _OF_PYARROW:
        import_pyarrow(f"writing {chosen} files")
    try_writing(partial(_REPLACING.get(chosen, write_compressed), Path(path)))
    return chosen


def check_stream(format: FormatName) -> None:
    """Raise SettingError for a format that is a folder: it cannot be written to a pipe."""
    if format in _REPLACING:
        raise SettingError(f"format {format!r} is a folder of several files: give the name of a folder")


# Which formats have numbers of a type; None: all.
_FORMATS_OF: dict[Numbers, tuple[FormatName, ...] | None] = {
    "float32": None,
    "float16": ("firth", "parquet", "arrow"),
    "int8": ("firth",),
}


def check_compact(format: FormatName, numbers: Numbers) -> None:
    """Raise SettingError for numbers that do not exist, or that a format does not have."""
    check_numbers(numbers)
    formats = _FORMATS_OF[numbers]
    if formats is not None and format not in formats:
        listed = " or ".join(map(repr, formats))
        raise SettingError(
            f"numbers={numbers!r}: a file of format {format!r} cannot have them; save as {listed}, or leave it out"
        )


def write_as(
    path: str | Path,
    stored: StoredVectors,
    format: FormatName | None = None,
    *,
    progress: ProgressOption = False,
    numbers: Numbers = "float32",
) -> None:
    """Write in the named format, or in the one that belongs to the suffix of `path`.

    A single file is compressed where the (last) suffix is .gz, .bz2, .xz or .zst.

    progress : for text and word2vec binary one stage, "writing", in words, for fastText models in rows; see
        firth.progress.open_progress.
    numbers : "float32"; of "firth" also "float16" or "int8", of "parquet" and "arrow" also "float16".

    Raises SettingError for any other name or suffix, and what the format's own `write` raises.
    """
    chosen = check_format(path, format)
    check_compact(chosen, numbers)
    options: dict[str, object] = {"progress": progress} if chosen in _REPORTING else {}
    if numbers != "float32":
        options["numbers"] = numbers
    _WRITERS[chosen](Path(path), stored, **options)


def write_to(
    output: BinaryIO,
    stored: StoredVectors,
    format: FormatName,
    *,
    progress: ProgressOption = False,
    numbers: Numbers = "float32",
) -> None:
    """Write to an open file or pipe, by way of a temporary file: nothing is written where a word cannot be.

    Raises SettingError for a format that is a folder, and what the format's own `write` raises.
    """
    check_stream(format)
    with tempfile.TemporaryDirectory(prefix="firth-") as folder:
        path = Path(folder) / "vectors"
        try:
            write_as(path, stored, format, progress=progress, numbers=numbers)
        except FormatError as error:  # it is about a word, not about the temporary file
            raise FormatError("-", error.problem) from None
        with path.open("rb") as file:
            shutil.copyfileobj(file, output, 1 << 20)
