"""The settings of a training in the head of a fastText model, and the settings of Firth's that they are.

    int32 × 12     dim ws epoch minCount neg wordNgrams loss model bucket minn maxn lrUpdateRate
    float64        t, the subsampling threshold

The file does not hold a learning rate, nor the power of the counts by which noise words are drawn.

Source  github.com/facebookresearch/fastText, src/args.cc.
"""

import math
import struct
from collections.abc import Container, Mapping
from typing import Any

import numpy as np

from firth.formats.byte_cursor import ByteCursor
from firth.formats.stored import StoredVectors

__all__ = ["LONGEST_NGRAM", "MOST_ROWS", "ngram_lengths", "pack_settings", "read_settings", "settings_of", "trained_by"]

LONGEST_NGRAM = 1000  # characters: longer than words are
MOST_ROWS = (1 << 31) - 1  # of words, and of n-grams: they are counted in int32
LOSSES = {1: "hs", 2: "ns", 3: "softmax", 4: "ova"}
MODELS = {1: "cbow", 2: "skipgram", 3: "supervised"}
_OBJECTIVES = {"hs": "hierarchical_softmax", "ns": "negative_sampling", "softmax": "softmax"}

_ANY, _NOT_NEGATIVE = range(-(1 << 31), 1 << 31), range(1 << 31)
_POSSIBLE: dict[str, Container[int]] = {
    "dim": range(1, 1 << 31), "ws": _ANY, "epoch": _ANY, "minCount": _ANY, "neg": _ANY, "wordNgrams": _ANY,
    "loss": LOSSES, "model": MODELS, "bucket": _NOT_NEGATIVE, "minn": _NOT_NEGATIVE,
    "maxn": range(LONGEST_NGRAM + 1), "lrUpdateRate": _ANY,
}  # fmt: skip
_DEFAULTS = {  # the program's, for vectors of which is not known how they were trained
    "ws": 5, "epoch": 5, "minCount": 1, "neg": 5, "wordNgrams": 1, "loss": "ns", "model": "skipgram",
    "minn": 0, "maxn": 0, "lrUpdateRate": 100, "t": 1e-4,
}  # fmt: skip


def read_settings(cursor: ByteCursor) -> dict[str, Any]:
    """The settings under the names of the program's options. Raises FormatError, naming the byte."""
    settings: dict[str, Any] = {}
    for name, possible in _POSSIBLE.items():
        (value,) = cursor.take("<i", "the settings")
        if value not in possible:
            raise cursor.error(f"the setting {name} is {value}; the file is damaged", cursor.position - 4)
        settings[name] = value
    (settings["t"],) = cursor.take("<d", "the settings")
    if not math.isfinite(settings["t"]):
        raise cursor.error(f"the setting t is {settings['t']}; the file is damaged", cursor.position - 8)
    return settings | {"loss": LOSSES[settings["loss"]], "model": MODELS[settings["model"]]}


def pack_settings(settings: Mapping[str, Any]) -> bytes:
    """The settings as they are in a file."""
    codes = {
        "loss": {name: code for code, name in LOSSES.items()},
        "model": {name: code for code, name in MODELS.items()},
    }
    numbers = [codes[name][settings[name]] if name in codes else settings[name] for name in _POSSIBLE]
    return struct.pack("<12id", *numbers, settings["t"])


def ngram_lengths(settings: Mapping[str, Any]) -> tuple[int, int] | None:
    """Characters of the shortest and the longest n-gram, or None where words have none.

    gensim writes lengths also for a model without rows for n-grams.
    """
    shortest, longest = max(1, settings["minn"]), settings["maxn"]
    return (shortest, longest) if settings["bucket"] and shortest <= longest else None


def trained_by(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of Word2Vec that a file has, as JSON values; others have their defaults.

    Raises KeyError for a loss that Word2Vec does not have.
    """
    values = {
        "architecture": settings["model"],
        "objective": _OBJECTIVES[settings["loss"]],
        "vector_size": settings["dim"],
        "window": settings["ws"],
        "min_count": max(1, settings["minCount"]),
        "subsample_threshold": settings["t"],
        "epochs": settings["epoch"],
        "tokenizer": "whitespace",
    }
    if settings["loss"] == "ns":
        values["negative_samples"] = settings["neg"]
    if lengths := ngram_lengths(settings):
        values |= {"subwords": list(lengths), "subword_buckets": settings["bucket"]}
    return values


def settings_of(stored: StoredVectors) -> dict[str, Any]:
    """The settings to write: those of the file that the vectors come from, or else of the model that they belong to."""
    from_file, trained = stored.metadata.get("fasttext"), stored.metadata.get("hyperparameters")
    if from_file is not None and (trained is None or _agree(trained, trained_by(from_file))):
        settings = dict(from_file)
    else:
        settings = _DEFAULTS | _settings_of_model(trained or {})
    subwords = stored.subwords
    settings |= {"dim": stored.matrix.shape[1], "bucket": 0 if subwords is None else subwords.n_buckets}
    if subwords is not None and ngram_lengths(settings) != (subwords.min_length, subwords.max_length):
        settings |= {"minn": subwords.min_length, "maxn": subwords.max_length}
    return settings


def _settings_of_model(trained: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a training by Firth has, from its hyperparameters as JSON values."""
    settings: dict[str, Any] = {
        name: min(trained[ours], MOST_ROWS)
        for name, ours in (("epoch", "epochs"), ("minCount", "min_count"), ("neg", "negative_samples"))
        if trained.get(ours) is not None
    }
    if "window" in trained:
        settings["ws"] = int(np.max(trained["window"]))
    if "architecture" in trained:
        settings["model"] = trained["architecture"]
    if "objective" in trained:  # of nce, the loss that has the same output matrix
        settings["loss"] = {ours: loss for loss, ours in _OBJECTIVES.items()}.get(trained["objective"], "ns")
    if "subsample_threshold" in trained:  # with 0 the program would skip every word; it skips none with 1
        settings["t"] = trained["subsample_threshold"] or 1.0
    return settings


def _agree(trained: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether the settings of a model are those of the file that it was read from."""
    stored = {name: list(value) if isinstance(value, tuple) else value for name, value in trained.items()}
    return all(name in stored and stored[name] == value for name, value in values.items())
