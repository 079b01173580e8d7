"""Whole models in Firth's own file, and gensim's own files of models.

The matrices are where Firth's Word2Vec has them, so that firth.Word2Vec.load() opens a model of one objective as well.
"gensim_class" and "gensim_settings" are what this layer needs besides.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from firth.arrays import Matrix
from firth.formats import native
from firth.formats.stored import StoredVectors
from firth.gensim.key_files import keys_metadata, open_stored, words_of
from firth.gensim.key_table import KeyTable
from firth.subwords.ngrams import Subwords

__all__ = [
    "Parts",
    "SETTINGS",
    "model_class",
    "native_settings_as_gensims",
    "open_model",
    "refuse_instance",
    "settings_of",
    "write_model",
]

SETTINGS = (
    "vector_size", "alpha", "window", "min_count", "max_vocab_size", "sample", "seed", "workers", "min_alpha", "sg",
    "hs", "negative", "ns_exponent", "cbow_mean", "epochs", "sorted_vocab", "max_final_vocab", "shrink_windows",
    "comment", "corpus_count", "corpus_total_words", "train_count", "total_train_time", "min_alpha_yet_reached",
    "running_training_loss", "compute_loss", "effective_min_count", "epochs_trained", "has_new_words",
)  # fmt: skip
_OLD_NAMES = {"iter": "epochs", "size": "vector_size"}


def refuse_instance(*args: Any, **kwargs: Any) -> None:
    """In place of load() in an object: it is called on the class."""
    raise AttributeError("load() is called on the class: model = Word2Vec.load(path)")


class Parts(NamedTuple):
    """What a model has besides its words and their vectors; None for what it has not."""

    contexts: Matrix | None = None
    nodes: Matrix | None = None
    own: Matrix | None = None
    subwords: Subwords | None = None


def write_model(
    path: str | Path, class_name: str, table: KeyTable, settings: dict[str, Any], parts: Parts, native_settings: Any
) -> None:
    """Write a model.

    native_settings : those of Firth's Word2Vec as JSON, for a model that it can go on with; otherwise None.
    """
    metadata: dict[str, Any] = {
        "gensim_class": class_name,
        "gensim_settings": settings,
        "gensim_keys": keys_metadata(table),
    }
    counts = np.asarray(table.expandos["count"], np.int64)
    if native_settings is not None:
        metadata |= {"hyperparameters": native_settings, "history": [], "total_words": int(counts.sum())}
    stored = StoredVectors(
        words_of(table.index_to_key),
        np.asarray(table.vectors, np.float32),
        counts,
        context_vectors=parts.contexts,
        metadata=metadata,
        node_vectors=parts.nodes,
        subwords=parts.subwords,
        own_vectors=parts.own,
    )
    native.write(path, stored)


def open_model(path: str | Path) -> StoredVectors:
    """A file of a model. Raises AttributeError, as gensim does, for vectors alone."""
    stored = open_stored(path)
    if model_class(stored) is None:
        raise AttributeError(f"{path} holds vectors without a model, which KeyedVectors.load() opens")
    return stored


def model_class(stored: StoredVectors) -> str | None:
    """The class of a model, such as "Word2Vec" or "FastText"; None for vectors alone."""
    metadata = stored.metadata
    if "gensim_settings" in metadata:
        return str(metadata["gensim_class"])
    if "gensim" in metadata:
        name = str(metadata["gensim"].get("class", "")).rpartition(".")[2]
        return name if name in ("Word2Vec", "FastText", "Doc2Vec") else None
    if "hyperparameters" in metadata:
        return "FastText" if stored.subwords is not None else "Word2Vec"
    return None


def settings_of(stored: StoredVectors) -> dict[str, Any]:
    """The settings in a file: of this layer, of gensim, or of Firth's Word2Vec."""
    metadata = stored.metadata
    if "gensim_settings" in metadata:
        return dict(metadata["gensim_settings"])
    if "gensim" in metadata:
        found = {_OLD_NAMES.get(name, name): value for name, value in metadata["gensim"].items()}
        found.pop("class", None)
        return {"corpus_count": None, "corpus_total_words": None} | found
    found = native_settings_as_gensims(metadata["hyperparameters"], stored.matrix.shape[1])
    return found | {"corpus_total_words": metadata.get("total_words")}


def native_settings_as_gensims(ours: dict[str, Any], vector_size: int) -> dict[str, Any]:
    """The settings of Firth's Word2Vec, as JSON values, by gensim's names."""
    has_nodes = ours.get("objective") == "hierarchical_softmax"
    settings = {
        "vector_size": vector_size,
        "sg": int(ours.get("architecture", "skipgram") == "skipgram"),
        "hs": int(has_nodes),
        "negative": 0 if has_nodes else ours.get("negative_samples") or 5,
    }
    names = {
        "window": "window",
        "min_count": "min_count",
        "subsample_threshold": "sample",
        "noise_exponent": "ns_exponent",
        "learning_rate": "alpha",
        "final_learning_rate": "min_alpha",
        "epochs": "epochs",
        "seed": "seed",
        "shrink_window": "shrink_windows",
    }
    return settings | {theirs: ours[name] for name, theirs in names.items() if ours.get(name) is not None}
