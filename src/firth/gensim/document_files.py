"""Models of documents in a file: words and documents, with what gensim's classes need besides.

The file is a safetensors file like that of firth.Doc2Vec (models/doc2vec_file.py), which is read as well; its format is
"firth-gensim-documents", and it may have both context and node vectors.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FirthError, FormatError
from firth.formats.compressed import read_content, write_compressed
from firth.formats.packed_words import PackedWords, check_ends
from firth.formats.stored import StoredVectors
from firth.formats.tensor_file import TensorFile, decode_metadata, is_safetensors, write_tensors
from firth.gensim.key_files import keys_metadata, words_of
from firth.gensim.key_table import KeyTable
from firth.gensim.model_files import Parts

__all__ = ["StoredDocumentModel", "is_document_model", "read_document_model", "write_document_model"]

FORMAT, VERSION = "firth-gensim-documents", 1
_TYPES = {
    "counts": ("I64", 1),
    "word_ends": ("I64", 1),
    "tag_ends": ("I64", 1),
    "word_vectors": ("F32", 2),
    "document_vectors": ("F32", 2),
    "context_vectors": ("F32", 2),
    "node_vectors": ("F32", 2),
    "words": ("U8", 1),
    "tags": ("U8", 1),
}


class StoredDocumentModel(NamedTuple):
    """The content of a file. words, documents : keys and vectors, with what fill_table() needs in their metadata."""

    settings: dict[str, Any]
    words: StoredVectors
    documents: StoredVectors
    contexts: NDArray[np.float32] | None
    nodes: NDArray[np.float32] | None


def write_document_model(
    path: str | Path, words: KeyTable, documents: KeyTable, settings: dict[str, Any], parts: Parts
) -> None:
    """Write a file; an old one is replaced only when the new one is complete."""
    packed, tags = PackedWords.pack(words_of(words.index_to_key)), PackedWords.pack(words_of(documents.index_to_key))
    arrays: dict[str, NDArray[Any] | None] = {
        "counts": np.asarray(words.expandos.get("count", np.ones(len(words))), np.int64),
        "word_ends": packed.ends,
        "tag_ends": tags.ends,
        "word_vectors": np.asarray(words.vectors, np.float32),
        "document_vectors": np.asarray(documents.vectors, np.float32),
        "context_vectors": parts.contexts,
        "node_vectors": parts.nodes,
        "words": packed.text,
        "tags": tags.text,
    }
    present = {name: array for name, array in arrays.items() if array is not None}
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "settings": json.dumps(settings),
        "word_keys": json.dumps(keys_metadata(words)),
        "tag_keys": json.dumps(keys_metadata(documents)),
    }
    with write_compressed(path) as file:
        write_tensors(file, present, {name: dtype for name, (dtype, _) in _TYPES.items()}, metadata)


def is_document_model(path: str | Path) -> bool:
    """Whether a file is one that write_document_model() wrote."""
    content = read_content(Path(path))
    if not is_safetensors(content[:9].tobytes()):
        return False
    metadata = TensorFile(Path(path), content).metadata
    return isinstance(metadata, dict) and metadata.get("format") == FORMAT


def read_document_model(path: str | Path) -> StoredDocumentModel:
    """Read a file. Raises FormatError if it is damaged."""
    path = Path(path)
    file = TensorFile(path, read_content(path))
    metadata = decode_metadata(path, file.metadata, VERSION)  # type: ignore[arg-type]
    file.check(("counts", "word_ends", "tag_ends", "word_vectors", "document_vectors", "words", "tags"))
    arrays = {name: file.array(name, *expected) for name, expected in _TYPES.items() if name in file}
    try:
        for name in ("words", "tags"):
            check_ends(path, arrays[f"{name[:-1]}_ends"], len(arrays[name]))
        words = PackedWords(arrays["words"], arrays["word_ends"])
        tags = PackedWords(arrays["tags"], arrays["tag_ends"])
        n_words, size = len(words), arrays["word_vectors"].shape[1]
        for name, rows in (("context_vectors", n_words), ("node_vectors", n_words - 1)):
            if name in arrays and arrays[name].shape != (rows, size):
                raise FormatError(path, f"{name} has shape {arrays[name].shape}, not {(rows, size)}; it is damaged")
        keys = {"gensim_keys": metadata["word_keys"]}
        of_words = StoredVectors(words, arrays["word_vectors"], arrays["counts"], metadata=keys)
        keys = {"gensim_keys": metadata["tag_keys"]}
        documents = StoredVectors(tags, arrays["document_vectors"], metadata=keys)
        settings = dict(metadata["settings"])
    except KeyError as missing:
        raise FormatError(path, f"has no {missing}; the file is damaged") from None
    except FormatError:
        raise
    except (FirthError, TypeError, ValueError) as problem:
        raise FormatError(path, f"its parts do not fit together ({problem}); the file is damaged") from None
    return StoredDocumentModel(settings, of_words, documents, arrays.get("context_vectors"), arrays.get("node_vectors"))
