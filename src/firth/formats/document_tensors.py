"""What files of models of documents have in common: safetensors files, mapped into memory.

N tags, V words, D numbers per vector.

    counts            I64  (V,)      word_ends  I64  (V,)    of the words, as in native.py
    tag_words         I64  (N,)      words of the vocabulary in the documents of each tag; may be absent
    tag_ends          I64  (N,)      where each tag ends in `tags`
    document_vectors  F32  (N, D)
    word_vectors      F32  (V, D)    where words were trained
    context_vectors   F32  (V, D)    node_vectors  F32  (V - 1, D)  of hierarchical softmax; one of them, or both
    words  U8    tags  U8            in UTF-8, end to end
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.formats.compressed import read_content, write_compressed
from firth.formats.mapped import in_memory
from firth.formats.packed_words import PackedWords, check_ends
from firth.formats.tensor_file import TensorFile, decode_metadata, write_tensors

__all__ = ["DocumentTensors", "read_document_tensors", "write_document_tensors"]

VERSION = 1
_TYPES = {
    "counts": ("I64", 1),
    "word_ends": ("I64", 1),
    "tag_words": ("I64", 1),
    "tag_ends": ("I64", 1),
    "document_vectors": ("F32", 2),
    "word_vectors": ("F32", 2),
    "context_vectors": ("F32", 2),
    "node_vectors": ("F32", 2),
    "words": ("U8", 1),
    "tags": ("U8", 1),
}
_REQUIRED = ("counts", "word_ends", "tag_ends", "document_vectors", "words", "tags")


class DocumentTensors(NamedTuple):
    """The tensors of a file; None for those that it has not."""

    words: PackedWords
    counts: NDArray[np.int64]
    tags: PackedWords
    document_vectors: NDArray[np.float32]
    tag_words: NDArray[np.int64] | None = None
    word_vectors: NDArray[np.float32] | None = None
    context_vectors: NDArray[np.float32] | None = None
    node_vectors: NDArray[np.float32] | None = None


def write_document_tensors(
    path: str | Path, tensors: DocumentTensors, format: str, metadata: Mapping[str, str]
) -> None:
    """Write a file; an old one is replaced only when the new one is complete.

    metadata : JSON documents, by name.

    Raises   FormatError or OSError if it cannot be written.
    """
    values = tensors._asdict() | {"words": tensors.words.text, "tags": tensors.tags.text}
    values |= {"word_ends": tensors.words.ends, "tag_ends": tensors.tags.ends}
    present = {name: values[name] for name in _TYPES if values[name] is not None}
    naming = {"format": format, "version": str(VERSION)}
    with write_compressed(path) as file:
        write_tensors(file, present, {name: dtype for name, (dtype, _) in _TYPES.items()}, {**naming, **metadata})


def read_document_tensors(
    path: str | Path, *, mmap: bool = True, content: NDArray[np.uint8] | None = None
) -> tuple[DocumentTensors, dict[str, Any]]:
    """The tensors of a file, and its metadata decoded. Which format it has is for the caller to check.

    mmap : False reads the arrays into memory.
    content : of the file, where it was read already.

    Raises   FileNotFoundError; FormatError if it is damaged, or of a newer version.
    """
    path = Path(path)
    file = TensorFile(path, read_content(path) if content is None else content)
    metadata = decode_metadata(path, file.metadata if isinstance(file.metadata, dict) else {}, VERSION)
    file.check(_REQUIRED)
    found = {name: file.array(name, *expected) for name, expected in _TYPES.items() if name in file}
    if not mmap:
        found = {name: in_memory(array) for name, array in found.items()}
    _check_shapes(path, found)
    texts = found.pop("words"), found.pop("tags")
    words, tags = (
        PackedWords(text, found.pop(ends)) for text, ends in zip(texts, ("word_ends", "tag_ends"), strict=True)
    )
    return DocumentTensors(words=words, tags=tags, **found), metadata


def _check_shapes(path: Path, found: dict[str, NDArray[Any]]) -> None:
    n_words, (n_tags, size) = len(found["counts"]), found["document_vectors"].shape
    shapes = {
        "word_ends": (n_words,),
        "tag_ends": (n_tags,),
        "tag_words": (n_tags,),
        "word_vectors": (n_words, size),
        "context_vectors": (n_words, size),
        "node_vectors": (max(n_words - 1, 0), size),
    }
    for name, shape in shapes.items():
        if name in found and found[name].shape != shape:
            raise FormatError(path, f"tensor {name!r} is {found[name].shape}, but must be {shape}; the file is damaged")
    for name in ("words", "tags"):
        check_ends(path, found[f"{name[:-1]}_ends"], len(found[name]))
