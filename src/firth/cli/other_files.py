"""What `firth info` shows of files of Firth's that hold no vectors alone: models of documents, recommenders, language
models.
"""

from pathlib import Path
from typing import Any, TypeAlias

from firth.formats.compressed import read_content
from firth.formats.document_tensors import read_document_tensors
from firth.formats.tensor_file import format_of
from firth.language_models.load import load_language_model
from firth.models.doc2vec_file import FORMAT as DOCUMENTS
from firth.models.doc2vec_file import read_documents
from firth.recommend import Recommender
from firth.recommend.recommender_file import FORMAT as RECOMMENDER

__all__ = ["described"]

_SHOWN = 10  # words, tags, items


_Description: TypeAlias = tuple[dict[str, Any], dict[str, Any]]


def described(path: Path) -> _Description | None:
    """The facts of a file by name, and its settings and history, which are nested; None if it is of another kind.

    Raises FormatError if it is damaged.
    """
    kind = format_of(path, read_content(path)) if path.is_file() else None
    if kind == DOCUMENTS:
        return _documents(path)
    if kind == "firth-gensim-documents":
        return _gensim_documents(path)
    if kind == RECOMMENDER:
        return _recommender(path)
    if kind in ("firth-ngrams", "firth-neural-language-model", "firth-mixture"):
        model = load_language_model(path)
        known = model.vocabulary.known
        return {"kind": "language model", "words": len(known), "first_words": known[:_SHOWN], "model": repr(model)}, {}
    return None


def _documents(path: Path) -> _Description:
    stored = read_documents(path)
    facts: dict[str, Any] = {
        "kind": "model of documents",
        "documents": len(stored.documents),
        "words": len(stored.vocabulary),
        "vector_size": stored.settings.vector_size,
        "first_documents": list(stored.documents.words[:_SHOWN]),
        "first_words": list(stored.vocabulary.words[:_SHOWN]),
        "total_count": int(stored.vocabulary.counts.sum()),
    }
    metadata: dict[str, Any] = {
        "settings": stored.settings.to_json(),
        "history": [record.to_json() for record in stored.history],
    }
    if stored.training is not None:
        metadata["training"] = stored.training.to_json()
    return facts, metadata


def _gensim_documents(path: Path) -> _Description:
    tensors, metadata = read_document_tensors(path)
    facts = {
        "kind": "model of documents, of firth.gensim",
        "documents": len(tensors.tags),
        "words": len(tensors.words),
        "vector_size": tensors.document_vectors.shape[1],
        "first_documents": tensors.tags[:_SHOWN],
        "first_words": tensors.words[:_SHOWN],
        "total_count": int(tensors.counts.sum()),
    }
    return facts, {"settings": metadata.get("settings")}


def _recommender(path: Path) -> _Description:
    model = Recommender.load(path)
    learned = model.learned
    facts = {
        "kind": "recommender",
        "items": len(model.items),
        "vector_size": model.settings.vector_size,
        "first_items": model.items.list_of(range(min(_SHOWN, len(model.items)))),
        "new_items": 0 if learned.new is None else len(learned.new.names),
        "attributes": 0 if learned.attributes is None else len(learned.attributes.names),
    }
    if model.index_recall is not None:
        facts["index_recall"] = model.index_recall
    return facts, {"settings": model.settings.to_json(), "weights": model.weights}
