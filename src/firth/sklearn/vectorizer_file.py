"""The file of a Word2VecVectorizer: a .firth file of its vectors, with the rest as metadata. No pickle.

Metadata "vectorizer": {"version": 1, "parameters": {…}, "learned": {"idf", "frequencies", "common_component"},
"had_vectors": whether vectors were given rather than trained}.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from firth.errors import FormatError, SettingError, quoted
from firth.formats.save import write_as
from firth.vectors.load import load
from firth.vectors.word_vectors import WordVectors

__all__ = ["StoredVectorizer", "read_vectorizer", "write_vectorizer"]

_NAME = "vectorizer"
_VERSION = 1


class StoredVectorizer(NamedTuple):
    """What a vectorizer has besides its vectors."""

    parameters: Mapping[str, Any]
    learned: Mapping[str, Any]  # "idf" and "frequencies" by word, "common_component" as D numbers; or None each
    had_vectors: bool


def write_vectorizer(path: str | Path, vectors: WordVectors, stored: StoredVectorizer) -> None:
    """Write a vectorizer, atomically. Raises SettingError for a parameter that JSON cannot hold."""
    for name, value in stored.parameters.items():
        try:
            json.dumps(value)
        except (TypeError, ValueError):
            advice = "name a built-in tokenizer, or give lists of tokens" if callable(value) else "give plain values"
            raise SettingError(f"{name}={quoted(value)} cannot be saved: {advice}") from None
    described = {"version": _VERSION, **stored._asdict()}
    contents = vectors.stored()
    write_as(path, replace(contents, metadata={**contents.metadata, _NAME: described}), "firth")


def read_vectorizer(path: str | Path) -> tuple[WordVectors, StoredVectorizer]:
    """Open a vectorizer.

    Raises   FileNotFoundError; FormatError if the file is damaged, of a newer version, or holds no vectorizer.
    """
    vectors = load(path)
    described = vectors.metadata.pop(_NAME, None)
    if described is None:
        raise FormatError(path, "holds vectors, but no vectorizer: give them as Word2VecVectorizer(vectors=path)")
    version = described.get("version") if isinstance(described, dict) else None
    if isinstance(version, int) and version > _VERSION:
        raise FormatError(path, "written by a newer Firth; upgrade with: pip install --upgrade firth")
    try:
        stored = StoredVectorizer(*(described[name] for name in StoredVectorizer._fields))
        parameters = dict(stored.parameters)
        if isinstance(parameters["window"], list):
            parameters["window"] = tuple(parameters["window"])
        if not set(stored.learned) >= {"idf", "frequencies", "common_component"}:
            raise KeyError
    except (KeyError, TypeError, ValueError):
        raise FormatError(path, "the description of the vectorizer makes no sense; the file is damaged") from None
    return vectors, stored._replace(parameters=parameters)
