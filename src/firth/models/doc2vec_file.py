"""The file of a Doc2Vec model: one safetensors file, mapped into memory. N tags, V words, D numbers per vector.

Tensors
    counts            I64  (V,)     word_ends  I64  (V,)    of the words, as in formats/native.py
    tag_words         I64  (N,)     words of the vocabulary in the documents of each tag
    tag_ends          I64  (N,)     where each tag ends in `tags`
    document_vectors  F32  (N, D)
    word_vectors      F32  (V, D)   where words were trained
    context_vectors   F32  (V, D)   or node_vectors  F32  (V - 1, D)  with hierarchical softmax
    words  U8    tags  U8           in UTF-8, end to end

Metadata: "format" is "firth-documents", "version" a whole number; "settings", "history" and "total_words" are JSON.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.corpus.vocabulary import Vocabulary
from firth.errors import FirthError, FormatError, SettingError
from firth.formats.compressed import read_content, without_compression, write_compressed
from firth.formats.mapped import in_memory
from firth.formats.packed_words import PackedWords, check_ends
from firth.formats.save import check_saving
from firth.formats.stored import StoredVectors
from firth.formats.tensor_file import TensorFile, decode_metadata, is_safetensors, write_tensors
from firth.training.document_settings import DocumentSettings
from firth.training.history import EpochRecord, History
from firth.vectors.word_vectors import WordVectors

__all__ = ["StoredDocuments", "check_documents_name", "read_documents", "write_documents"]

FORMAT, VERSION = "firth-documents", 1

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


class StoredDocuments(NamedTuple):
    """The content of a file.

    words : None where no words were trained.
    outputs : (V, D) context vectors, or (V - 1, D) node vectors of hierarchical softmax.
    documents : a vector for each tag; its counts are those of words in the documents of the tag.
    """

    settings: DocumentSettings
    history: History
    vocabulary: Vocabulary
    words: WordVectors | None
    outputs: Matrix
    documents: WordVectors


def check_documents_name(path: str | Path) -> None:
    """Raise if a model cannot be saved there: SettingError for the name; FormatError or OSError otherwise."""
    if without_compression(Path(path)).suffix.lower() != ".firth":
        raise SettingError(
            f"{path}: a model of documents is saved under a name that ends in .firth; "
            "model.documents.save() and model.vectors.save() write its vectors in other formats"
        )
    check_saving(path, "firth")


def write_documents(path: str | Path, model: StoredDocuments) -> None:
    """Write a file; an old one is replaced only when the new one is complete.

    Raises   SettingError if the name does not end in .firth; FormatError or OSError if it cannot be written.
    """
    check_documents_name(path)
    words, tags = PackedWords.pack(model.vocabulary.words), PackedWords.pack(model.documents.words)
    nodes = model.settings.of_words.has_nodes
    arrays: dict[str, NDArray[Any] | None] = {
        "counts": model.vocabulary.counts,
        "word_ends": words.ends,
        "tag_words": model.documents.counts,
        "tag_ends": tags.ends,
        "document_vectors": model.documents.matrix,
        "word_vectors": None if model.words is None else model.words.matrix,
        "context_vectors": None if nodes else model.outputs,
        "node_vectors": model.outputs if nodes else None,
        "words": words.text,
        "tags": tags.text,
    }
    present = {name: array for name, array in arrays.items() if array is not None}
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "settings": json.dumps(model.settings.to_json()),
        "history": json.dumps([record.to_json() for record in model.history]),
        "total_words": json.dumps(model.vocabulary.total_words),
    }
    with write_compressed(path) as file:
        write_tensors(file, present, {name: dtype for name, (dtype, _) in _TYPES.items()}, metadata)


def read_documents(path: str | Path, *, mmap: bool = True) -> StoredDocuments:
    """Map a file into memory, or with `mmap=False` read it.

    Raises   FileNotFoundError, or FormatError if it is damaged, something else, or of a newer version.
    """
    path = Path(path)
    content = read_content(path)
    if not is_safetensors(content[:9].tobytes()):
        raise FormatError(path, "is not a model of documents: not a safetensors file")
    file = TensorFile(path, content)
    metadata = _decoded(path, file.metadata)
    file.check(("counts", "word_ends", "tag_words", "tag_ends", "document_vectors", "words", "tags"))
    arrays = {name: file.array(name, *expected) for name, expected in _TYPES.items() if name in file}
    if not mmap:
        arrays = {name: in_memory(array) for name, array in arrays.items()}
    try:
        return _composed(path, arrays, metadata, mmap=mmap)
    except FormatError:
        raise
    except KeyError as missing:
        raise FormatError(path, f"has no {missing}; the file is damaged") from None
    except (FirthError, TypeError, ValueError, AttributeError, OverflowError) as problem:
        raise FormatError(path, f"its parts do not fit together ({problem}); the file is damaged") from None


def _decoded(path: Path, stored: object) -> dict[str, Any]:
    kind = stored.get("format") if isinstance(stored, dict) else None
    if not isinstance(stored, dict) or kind != FORMAT:
        advice = {"firth": "; it has word vectors: open it with firth.load() or Word2Vec.load()"}.get(str(kind), "")
        raise FormatError(path, f"is not a model of documents: its format is {str(kind)[:40]!r}{advice}")
    return decode_metadata(path, stored, VERSION)


def _composed(path: Path, arrays: dict[str, NDArray[Any]], metadata: dict[str, Any], *, mmap: bool) -> StoredDocuments:
    settings = DocumentSettings.from_json(metadata["settings"])
    history = History(EpochRecord(**record) for record in metadata["history"])
    counts, size, nodes = arrays["counts"], settings.vector_size, settings.of_words.has_nodes
    outputs = "node_vectors" if nodes else "context_vectors"
    n_words, n_tags = len(counts), len(arrays["tag_words"])
    shapes = {
        "document_vectors": (n_tags, size),
        "word_vectors": (n_words, size) if settings.has_words else None,
        outputs: (n_words - nodes, size),
        "word_ends": (n_words,),
        "tag_ends": (n_tags,),
    }
    for name, shape in shapes.items():
        found = arrays[name].shape if name in arrays else None
        if found != shape:
            is_, wanted = found or "missing", shape or "left out"
            raise FormatError(path, f"tensor {name!r} is {is_}, but must be {wanted}; the file is damaged")
    for name in ("words", "tags"):
        check_ends(path, arrays[f"{name[:-1]}_ends"], len(arrays[name]))
    total_words = metadata["total_words"]
    if (counts < 1).any() or (arrays["tag_words"] < 0).any() or not isinstance(total_words, int):
        raise FormatError(path, "counts of words are below 1, or no numbers; the file is damaged")
    words = PackedWords(arrays["words"], arrays["word_ends"])
    vocabulary = Vocabulary(words, counts, settings.min_count, settings.max_vocabulary, total_words)
    tags = PackedWords(arrays["tags"], arrays["tag_ends"])
    of_words = None
    if settings.has_words:
        of_words = WordVectors.from_stored(StoredVectors(words, arrays["word_vectors"], counts), mmap=mmap)
    documents = WordVectors.from_stored(StoredVectors(tags, arrays["document_vectors"], arrays["tag_words"]), mmap=mmap)
    return StoredDocuments(settings, history, vocabulary, of_words, arrays[outputs], documents)
