"""The file of a Doc2Vec model: the tensors of formats/document_tensors.py; its format is "firth-documents".

Metadata: "settings", "history" and "total_words"; of a checkpoint also "training" (training/checkpoint.py).
"""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from firth.arrays import Counts, Matrix
from firth.corpus.tokenizers import Tokenizer
from firth.corpus.vocabulary import Vocabulary
from firth.errors import FormatError, SettingError
from firth.formats.compressed import compressed_by_name, read_content, without_compression
from firth.formats.document_tensors import (
    DocumentTensors,
    read_document_tensors,
    write_document_tensors,
)
from firth.formats.packed_words import PackedWords
from firth.formats.save import check_saving
from firth.formats.stored import StoredVectors
from firth.formats.target import check_space
from firth.formats.tensor_file import damage_reported, format_of
from firth.training.checkpoint import Checkpoint
from firth.training.document_settings import DocumentSettings
from firth.training.history import EpochRecord, History
from firth.training.inputs import WordInputs
from firth.training.observation import ObservedDocuments
from firth.vectors.word_vectors import WordVectors

__all__ = ["DocumentModel", "StoredDocuments", "check_documents_name", "check_documents_space", "is_documents"]
__all__ += ["read_documents", "write_documents"]

FORMAT = "firth-documents"


class StoredDocuments(NamedTuple):
    """The content of a file.

    words : None where no words were trained.
    outputs : (V, D) context vectors, or (V - 1, D) node vectors of hierarchical softmax.
    documents : a vector for each tag; its counts are those of words in the documents of the tag.
    training : where the training of a checkpoint is.
    """

    settings: DocumentSettings
    history: History
    vocabulary: Vocabulary
    words: WordVectors | None
    outputs: Matrix
    documents: WordVectors
    training: Checkpoint | None = None

    def with_tokenizer(self, tokenizer: Tokenizer) -> Self:
        """The same with another tokenizer in its settings."""
        return self._replace(settings=dataclasses.replace(self.settings, tokenizer=tokenizer))

    def input_rows(self) -> Matrix:
        """(V + N, D) the input matrix of training: words, then documents; zeros for words that are not trained."""
        words = np.zeros_like(self.outputs, shape=(len(self.vocabulary), self.settings.vector_size))
        return np.concatenate((words if self.words is None else self.words.matrix, self.documents.matrix))


class DocumentModel(NamedTuple):
    """What a training of documents makes of the matrices of a backend.

    tags : (N,)
    tag_words : (N,) words of the vocabulary in the documents of each tag.
    """

    settings: DocumentSettings
    vocabulary: Vocabulary
    inputs: WordInputs
    tags: Sequence[str]
    tag_words: Counts

    @property
    def documents(self) -> ObservedDocuments:
        """What observers see besides words."""
        return ObservedDocuments(self.tags, self.tag_words, self.settings.has_words)

    def learned(
        self, history: Iterable[EpochRecord], matrices: tuple[Matrix, Matrix], training: Checkpoint | None = None
    ) -> StoredDocuments:
        """The model, at the end of a training or at a checkpoint."""
        (rows, outputs), vocabulary, n_words = matrices, self.vocabulary, len(self.vocabulary)
        words = None
        if self.settings.has_words:
            words = WordVectors.from_stored(
                StoredVectors(vocabulary.words, rows[:n_words].copy(), counts=vocabulary.counts)
            )
        documents = WordVectors.from_stored(StoredVectors(self.tags, rows[n_words:].copy(), self.tag_words))
        return StoredDocuments(self.settings, History(history), vocabulary, words, outputs, documents, training)

    def write(
        self, path: str | Path, history: Iterable[EpochRecord], matrices: tuple[Matrix, Matrix], training: Checkpoint
    ) -> None:
        """Write a checkpoint."""
        write_documents(path, self.learned(history, matrices, training))

    def check_space(self, path: str | Path) -> None:
        """Raise OSError if there is too little space for the file."""
        check_documents_space(path, self.settings, len(self.vocabulary), len(self.tags))


def check_documents_name(path: str | Path) -> None:
    """Raise if a model cannot be saved there: SettingError for the name; FormatError or OSError otherwise."""
    if not _has_name(path):
        raise SettingError(
            f"{path}: a model of documents is saved under a name that ends in .firth; "
            "model.documents.save() and model.vectors.save() write its vectors in other formats"
        )
    check_saving(path, "firth")


def is_documents(path: str | Path) -> bool:
    """Whether this is a file of a Doc2Vec model. Raises FormatError if its header is damaged."""
    path = Path(path)
    return _has_name(path) and path.is_file() and format_of(path, read_content(path)) == FORMAT


def _has_name(path: str | Path) -> bool:
    return without_compression(Path(path)).suffix.lower() == ".firth"


def check_documents_space(path: str | Path, settings: DocumentSettings, words: int, tags: int) -> None:
    """Raise OSError if there is too little space where a model of so many words and tags will be saved."""
    if not compressed_by_name(path):  # how small compression makes it is not known
        rows = (1 + settings.has_words) * words + tags
        check_space(path, rows * settings.vector_size * np.dtype(np.float32).itemsize)


def write_documents(path: str | Path, model: StoredDocuments) -> None:
    """Write a file; an old one is replaced only when the new one is complete.

    Raises   SettingError if the name does not end in .firth; FormatError or OSError if it cannot be written.
    """
    check_documents_name(path)
    nodes = model.settings.of_words.has_nodes
    tensors = DocumentTensors(
        words=PackedWords.pack(model.vocabulary.words),
        counts=model.vocabulary.counts,
        tags=PackedWords.pack(model.documents.words),
        document_vectors=model.documents.matrix,
        tag_words=model.documents.counts,
        word_vectors=None if model.words is None else model.words.matrix,
        context_vectors=None if nodes else model.outputs,
        node_vectors=model.outputs if nodes else None,
    )
    metadata: dict[str, Any] = {
        "settings": model.settings.to_json(),
        "history": [record.to_json() for record in model.history],
        "total_words": model.vocabulary.total_words,
    }
    if model.training is not None:
        metadata["training"] = model.training.to_json()
    write_document_tensors(path, tensors, FORMAT, {name: json.dumps(value) for name, value in metadata.items()})


def read_documents(path: str | Path, *, mmap: bool = True) -> StoredDocuments:
    """Map a file into memory, or with `mmap=False` read it.

    Raises   FileNotFoundError, or FormatError if it is damaged, something else, or of a newer version.
    """
    path = Path(path)
    content = read_content(path)
    kind = format_of(path, content)
    if kind != FORMAT:
        raise _no_documents(path, kind)
    tensors, metadata = read_document_tensors(path, mmap=mmap, content=content)
    with damage_reported(path):
        return _composed(path, tensors, metadata, mmap=mmap)


def _no_documents(path: Path, kind: str | None) -> FormatError:
    if kind is None:
        return FormatError(path, "is not a model of documents: not a safetensors file of Firth's")
    advice = {
        "firth": "; it has word vectors: open it with firth.load() or Word2Vec.load()",
        "firth-gensim-documents": "; open it with firth.gensim.models.Doc2Vec.load()",
    }.get(kind, "")
    return FormatError(path, f"is not a model of documents: its format is {kind[:40]!r}{advice}")


def _composed(path: Path, tensors: DocumentTensors, metadata: dict[str, Any], *, mmap: bool) -> StoredDocuments:
    settings = DocumentSettings.from_json(metadata["settings"])
    history = History(EpochRecord(**record) for record in metadata["history"])
    counts, tag_words, nodes = tensors.counts, tensors.tag_words, settings.of_words.has_nodes
    outputs = tensors.node_vectors if nodes else tensors.context_vectors
    has = {
        "tag_words": (tag_words, True),
        "word_vectors": (tensors.word_vectors, settings.has_words),
        "context_vectors": (tensors.context_vectors, not nodes),
        "node_vectors": (tensors.node_vectors, nodes),
    }
    for name, (tensor, wanted) in has.items():
        if (tensor is not None) != wanted:
            raise FormatError(path, f"tensor {name!r} is {'missing' if wanted else 'superfluous'}; the file is damaged")
    assert outputs is not None and tag_words is not None
    if (size := tensors.document_vectors.shape[1]) != settings.vector_size:
        problem = f"its vectors have {size:,} numbers, its settings say {settings.vector_size:,}"
        raise FormatError(path, f"{problem}; the file is damaged")
    total_words = metadata["total_words"]
    if (counts < 1).any() or (tag_words < 0).any() or not isinstance(total_words, int):
        raise FormatError(path, "counts of words are below 1, or no numbers; the file is damaged")
    vocabulary = Vocabulary(tensors.words, counts, settings.min_count, settings.max_vocabulary, total_words)
    of_words = None
    if tensors.word_vectors is not None:
        of_words = WordVectors.from_stored(StoredVectors(tensors.words, tensors.word_vectors, counts), mmap=mmap)
    stored = StoredVectors(tensors.tags, tensors.document_vectors, tag_words)
    documents = WordVectors.from_stored(stored, mmap=mmap)
    training = None
    if "training" in metadata:
        training = Checkpoint.from_json(path, metadata["training"], settings.of_words, history, len(vocabulary))
    return StoredDocuments(settings, history, vocabulary, of_words, outputs, documents, training)
