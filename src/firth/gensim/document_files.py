"""Models of documents in a file: words and documents, with what gensim's classes need besides.

The file has the tensors of formats/document_tensors.py, and its format is "firth-gensim-documents".
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError
from firth.formats.compressed import read_content
from firth.formats.document_tensors import (
    DocumentTensors,
    read_document_tensors,
    write_document_tensors,
)
from firth.formats.packed_words import PackedWords
from firth.formats.stored import StoredVectors
from firth.formats.tensor_file import damage_reported, format_of
from firth.gensim.key_files import keys_metadata, words_of
from firth.gensim.key_table import KeyTable
from firth.gensim.model_files import Parts

__all__ = ["StoredDocumentModel", "is_document_model", "read_document_model", "write_document_model"]

FORMAT = "firth-gensim-documents"


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
    tensors = DocumentTensors(
        words=PackedWords.pack(words_of(words.index_to_key)),
        counts=np.asarray(words.expandos.get("count", np.ones(len(words))), np.int64),
        tags=PackedWords.pack(words_of(documents.index_to_key)),
        document_vectors=np.asarray(documents.vectors, np.float32),
        word_vectors=np.asarray(words.vectors, np.float32),
        context_vectors=parts.contexts,
        node_vectors=parts.nodes,
    )
    metadata = {
        "settings": json.dumps(settings),
        "word_keys": json.dumps(keys_metadata(words)),
        "tag_keys": json.dumps(keys_metadata(documents)),
    }
    write_document_tensors(path, tensors, FORMAT, metadata)


def is_document_model(path: str | Path) -> bool:
    """Whether a file is one that write_document_model() wrote."""
    return format_of(Path(path), read_content(Path(path))) == FORMAT


def read_document_model(path: str | Path) -> StoredDocumentModel:
    """Read a file. Raises FormatError if it is damaged."""
    tensors, metadata = read_document_tensors(path)
    if tensors.word_vectors is None:
        raise FormatError(path, "has no tensor 'word_vectors'; the file is damaged")
    with damage_reported(path):
        keys = [{"gensim_keys": metadata[name]} for name in ("word_keys", "tag_keys")]
        words = StoredVectors(tensors.words, tensors.word_vectors, tensors.counts, metadata=keys[0])
        documents = StoredVectors(tensors.tags, tensors.document_vectors, metadata=keys[1])
        settings = dict(metadata["settings"])
    return StoredDocumentModel(settings, words, documents, tensors.context_vectors, tensors.node_vectors)
