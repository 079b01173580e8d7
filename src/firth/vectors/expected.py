"""WordVectors where they are needed, or an error that says how to get them from what was given."""

import os

from firth.errors import SettingError, quoted
from firth.vectors.word_vectors import WordVectors

__all__ = ["check_vectors"]


def check_vectors(vectors: object) -> None:
    """Raise SettingError unless these are WordVectors: a model, a path and gensim's vectors are the usual mistakes."""
    if isinstance(vectors, WordVectors):
        return
    given = f"a {type(vectors).__name__}"
    advice = "firth.WordVectors(words, matrix)"
    if isinstance(vectors, str | os.PathLike):
        given, advice = quoted(str(vectors)), "firth.load(path)"
    elif hasattr(vectors, "index_to_key"):
        advice = "firth.WordVectors(vectors.index_to_key, vectors.vectors)"
    elif hasattr(type(vectors), "vectors"):  # not of the object: an unfitted model has none yet
        advice = "its vectors, model.vectors"
    raise SettingError(f"{given} where word vectors are needed: give {advice}")
