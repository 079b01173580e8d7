"""`firth info MODEL`"""

from collections.abc import Iterator
from typing import Any

from firth.cli.other_files import described
from firth.cli.output import Json, Model, print_json, print_table
from firth.errors import FormatError
from firth.training.hyperparameters import Hyperparameters
from firth.vectors.load import load
from firth.vectors.word_vectors import WordVectors

__all__ = ["run"]

_SHOWN_WORDS = 10
_MEANING_OF_NONE = {one.name: one.default for one in Hyperparameters.describe()}


def run(model: Model, json: Json = False) -> None:
    """Number of words, numbers per vector and, for models trained by Firth, their settings and history; the same for
    models of documents, recommenders and language models.
    """
    try:
        vectors = load(model)
    except FormatError:
        if (found := described(model)) is None:
            raise
        described_facts, metadata = found
    else:
        described_facts, metadata = _facts(vectors), dict(vectors.metadata)
    facts = {"file": str(model), "bytes": _size(model), **described_facts}
    if json:
        print_json({**facts, **metadata})
        return
    # The settings of a training repeat the vector size.
    known = dict(_flat(metadata)) | {name: _in_words(name, value) for name, value in facts.items()}
    if known.get("subwords") is None and known.get("subword_buckets") is None:
        known.pop("subword_buckets", None)
    names = [name for name in dict.fromkeys([*facts, *known]) if name in known]
    rows = [(name.replace("_", " "), _shown(known[name], name)) for name in names]
    print_table(str(model), ["", ""], rows, numbers=0)


def _facts(vectors: WordVectors) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "words": len(vectors),
        "vector_size": vectors.vector_size,
        "first_words": list(vectors.words[:_SHOWN_WORDS]),
    }
    if vectors.counts is not None:
        facts["total_count"] = int(vectors.counts.sum())
    if subwords := vectors.subwords:
        facts["subwords"] = {
            "rows": len(subwords.matrix),
            "buckets": subwords.n_buckets,
            "min_length": subwords.min_length,
            "max_length": subwords.max_length,
        }
    return facts


def _in_words(name: str, value: Any) -> Any:
    """A fact as one cell of a table."""
    if name.startswith("first_"):
        return " ".join(map(str, value))
    if name == "subwords":
        lengths = f"{value['min_length']} to {value['max_length']}"
        occurring = f", {value['rows']:,} of which have a row" if value["rows"] != value["buckets"] else ""
        return f"n-grams of {lengths} characters, hashed to {value['buckets']:,} buckets{occurring}"
    return value


def _size(model: Model) -> int:
    """Bytes of a file, or of all files of a folder."""
    files = [model] if model.is_file() else [file for file in model.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)


def _flat(metadata: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Nested metadata as lines; of a history, the last record."""
    for name, value in metadata.items():
        if isinstance(value, dict):
            yield from _flat(value)
        elif isinstance(value, list) and value and isinstance(value[-1], dict):
            last = "last epoch" if name == "history" else f"last {name}"
            yield from ((last if key == "epoch" else f"{last}: {key}", entry) for key, entry in value[-1].items())
        else:
            yield name, value


def _shown(value: Any, name: str = "") -> str:
    """A value as people write it; `name` is that of a setting, whose default may be None."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(_shown(entry) for entry in value)
    return _MEANING_OF_NONE.get(name, "default") if value is None else str(value)
