"""Files of gensim's Phrases and FrozenPhrases: JSON documents, and gensim's own files, read without running them."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from firth.errors import FormatError
from firth.formats.compressed import read_content, write_compressed
from firth.formats.inert_objects import Bag, Name
from firth.formats.inert_pickle import is_pickle, read_pickle
from firth.gensim.phrase_counts import npmi_scorer, original_scorer

__all__ = ["PhraseFile", "read_phrases", "write_phrases"]

_FORMAT = "firth-gensim-phrases"
_CUSTOM = "custom"
_OLD_SCORING = {"original_scorer": "default", "npmi_scorer": "npmi"}


class PhraseFile(NamedTuple):
    """What is in a file.

    counts : of words and joined pairs, of a Phrases; phrases : words and score, of a FrozenPhrases.
    scoring : "default", "npmi", or "custom" for a function of the user's.
    """

    min_count: int
    threshold: float
    delimiter: str
    scoring: str
    connectors: frozenset[str]
    corpus_word_count: int = 0
    max_vocab_size: int = 40000000
    counts: dict[Any, int] = {}
    phrases: dict[tuple[Any, ...], float] = {}

    @classmethod
    def of(
        cls,
        model: Any,
        corpus_word_count: int = 0,
        vocab: dict[Any, int] | None = None,
        phrases: dict[tuple[Any, ...], float] | None = None,
    ) -> Self:
        """The file of a model."""
        names = {original_scorer: "default", npmi_scorer: "npmi"}
        return cls(
            model.min_count,
            model.threshold,
            model.delimiter,
            names.get(model.scoring, _CUSTOM),
            frozenset(model.connector_words),
            corpus_word_count,
            getattr(model, "max_vocab_size", 40000000),
            vocab or {},
            phrases or {},
        )


def write_phrases(path: Path, file: PhraseFile) -> None:
    """Write a JSON document, atomically; compressed where the name ends in .gz or the like."""
    document = file._asdict() | {
        "format": _FORMAT,
        "connectors": sorted(file.connectors),
        "phrases": [[list(parts), score] for parts, score in file.phrases.items()],
    }
    with write_compressed(path) as output:
        output.write(json.dumps(document, ensure_ascii=False).encode("utf8"))


def read_phrases(path: str | Path, what: str) -> PhraseFile:
    """Read a file of "vocab" (Phrases) or "phrasegrams" (FrozenPhrases).

    Raises   FormatError for anything else; AttributeError, as gensim does, for the other one of both.
    """
    path = Path(path)
    content = read_content(path)
    if is_pickle(bytes(content[:2])):
        root = read_pickle(path, content.data, packed=path.stat().st_size)
        try:
            return _from_pickle(path, root, what)
        except (TypeError, ValueError, UnicodeDecodeError) as error:
            raise FormatError(path, f"its phrases cannot be read: {error}") from None
    try:
        document = json.loads(bytes(content))
        if document.pop("format") != _FORMAT:
            raise ValueError
        document["connectors"] = frozenset(document["connectors"])
        document["phrases"] = {tuple(parts): float(score) for parts, score in document["phrases"]}
        file = PhraseFile(**document)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise FormatError(path, "holds no phrases: neither as save() writes them, nor gensim's own") from None
    if what == "vocab" and file.phrases:
        raise AttributeError(f"{path} holds FrozenPhrases, without counts: FrozenPhrases.load() opens it")
    return file


def _from_pickle(path: Path, root: Any, what: str) -> PhraseFile:
    if not isinstance(root, Bag) or not isinstance(root.attributes.get(what), dict):
        raise FormatError(path, f"holds no phrases of gensim ({what})")
    attributes = root.attributes
    delimiter = _text(attributes.get("delimiter", "_"))
    scoring = attributes.get("scoring", "default")
    name = scoring.full.rpartition(".")[2] if isinstance(scoring, Name) else scoring
    connectors: Iterable[Any] = attributes.get("connector_words", attributes.get("common_terms", ()))
    found = attributes[what]
    return PhraseFile(
        int(attributes.get("min_count", 5)),
        float(attributes.get("threshold", 10.0)),
        delimiter,
        _OLD_SCORING.get(name, name if name in ("default", "npmi") else _CUSTOM),
        frozenset(map(_text, connectors)),
        int(attributes.get("corpus_word_count", 0)),
        int(attributes.get("max_vocab_size", 40000000)),
        {_text(token): int(count) for token, count in found.items()} if what == "vocab" else {},
        {} if what == "vocab" else dict(_scored(path, found, delimiter)),
    )


def _scored(path: Path, found: dict[Any, Any], delimiter: str) -> Iterable[tuple[tuple[str, ...], float]]:
    for phrase, value in found.items():
        score = value[1] if isinstance(value, tuple) and len(value) == 2 else value  # with its count, in gensim 3
        if not isinstance(score, int | float | np.number) or not math.isfinite(score):
            raise FormatError(path, f"the score of {phrase!r} is {score!r}: must be a number")
        yield tuple(map(_text, phrase) if isinstance(phrase, tuple) else _text(phrase).split(delimiter)), float(score)


def _text(value: Any) -> str:
    if not isinstance(value, str | bytes):
        raise TypeError(f"a word is a {type(value).__name__}")
    return value.decode("utf8") if isinstance(value, bytes) else value
