"""The file of an n-gram model: one safetensors file.

Tensors
    words, word_ends, counts       the vocabulary of K words (model_file.py)
    ngrams.k         I32  (N_k,)   last words of the n-grams of order k, sorted by prefix, then by word; k = 2 … n
    probabilities.k  F32  (N_k,)   of the last word after the others; k = 1 … n
    backoffs.k       F32  (N_k,)   weight of the shorter history; k = 1 … n - 1
    starts.k         U32  (N_k+1,) where the children of each begin in ngrams.(k+1); k = 1 … n - 1
N_1 is K + 3: the words, `<unk>`, `</s>` and `<s>`, by id.

Metadata: "format" is "firth-ngrams", "version" a whole number, "settings" and "discounts" are JSON.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from firth.errors import FormatError
from firth.language_models.kneser_ney import Discounts, SmoothedLevel
from firth.language_models.model_file import Arrays, ModelFile, check_arrays
from firth.language_models.settings import NgramSettings
from firth.language_models.vocabulary import LanguageVocabulary

__all__ = ["KIND", "VERSION", "StoredNgrams", "pack", "unpack"]

KIND, VERSION = "firth-ngrams", 1


class StoredNgrams(NamedTuple):
    """The content of a file."""

    vocabulary: LanguageVocabulary
    levels: list[SmoothedLevel]
    discounts: list[Discounts]
    settings: NgramSettings


def pack(stored: StoredNgrams) -> ModelFile:
    """The arrays and metadata of a model."""
    arrays: Arrays = {}
    last = len(stored.levels)
    for k, level in enumerate(stored.levels, 1):
        arrays[f"probabilities.{k}"] = level.probabilities
        if k > 1:
            arrays[f"ngrams.{k}"] = level.words
        if k < last:
            arrays[f"backoffs.{k}"] = level.backoffs
            arrays[f"starts.{k}"] = level.starts
    metadata = {"settings": stored.settings.to_json(), "discounts": [list(one) for one in stored.discounts]}
    return ModelFile(stored.vocabulary, arrays, metadata)


def unpack(path: str | Path, content: ModelFile) -> StoredNgrams:
    """A model from arrays and metadata. Raises FormatError if they are inconsistent."""
    vocabulary, arrays, metadata = content
    settings = _settings(path, metadata)
    discounts = _discounts(path, metadata, settings.order)
    levels: list[SmoothedLevel] = []
    for k in range(1, settings.order + 1):
        levels.append(_level(path, arrays, k, settings.order, len(vocabulary) + 1))
        _check_level(path, levels, k, len(vocabulary) + 1)
        # Without discounts nothing is left for what was not seen.
        if all(min(one) > 0 for one in discounts):
            _refuse_zeros(path, levels[-1], k, start=len(vocabulary))
    return StoredNgrams(vocabulary, levels, discounts, settings)


def _discounts(path: str | Path, metadata: dict[str, Any], order: int) -> list[Discounts]:
    try:
        discounts = [Discounts(*map(float, one)) for one in metadata["discounts"]]
    except (KeyError, TypeError, ValueError):
        discounts = []
    if len(discounts) != order or not all(0 <= d <= c for one in discounts for c, d in enumerate(one, 1)):
        raise FormatError(path, "its discounts cannot be read; the file is damaged")
    return discounts


def _settings(path: str | Path, metadata: dict[str, Any]) -> NgramSettings:
    try:
        return NgramSettings.from_json(metadata["settings"])
    except (KeyError, TypeError, ValueError) as problem:
        raise FormatError(path, f"its settings cannot be read ({problem}); the file is damaged") from None


def _level(path: str | Path, arrays: Arrays, k: int, order: int, n_ids: int) -> SmoothedLevel:
    expected = {f"probabilities.{k}": ("float32", 1)}
    expected |= {f"ngrams.{k}": ("int32", 1)} if k > 1 else {}
    expected |= {f"backoffs.{k}": ("float32", 1), f"starts.{k}": ("uint32", 1)} if k < order else {}
    check_arrays(path, arrays, expected)
    return SmoothedLevel(
        words=arrays[f"ngrams.{k}"] if k > 1 else np.arange(n_ids, dtype=np.int32),
        probabilities=arrays[f"probabilities.{k}"],
        backoffs=arrays[f"backoffs.{k}"] if k < order else np.empty(0, np.float32),
        starts=arrays[f"starts.{k}"] if k < order else np.empty(0, np.uint32),
    )


def _check_level(path: str | Path, levels: list[SmoothedLevel], k: int, n_ids: int) -> None:
    """Raise FormatError unless every id and index is in range: queries do not check them."""
    level = levels[-1]
    n = len(level.words)
    fits = level.words.shape == level.probabilities.shape == (n,)
    if n and fits:
        fits = bool(level.words.min() >= 0 and level.words.max() < n_ids)
        fits = fits and bool((level.probabilities >= 0).all() and (level.probabilities <= 1.001).all())
    if k > 1:
        starts = levels[-2].starts
        fits = fits and starts.shape == (len(levels[-2].words) + 1,) and levels[-2].backoffs.shape == (len(starts) - 1,)
        fits = fits and bool(starts[0] == 0 and starts[-1] == n and (starts[1:] >= starts[:-1]).all())
        fits = fits and bool((levels[-2].backoffs >= 0).all() and (levels[-2].backoffs <= 1.001).all())
    if not fits:
        raise FormatError(path, f"its n-grams of order {k} are inconsistent; the file is damaged")


def _refuse_zeros(path: str | Path, level: SmoothedLevel, k: int, start: int) -> None:
    """Raise FormatError where something is impossible; only `<s>`, whose id is `start`, never follows anything."""
    if (level.words[level.probabilities == 0] != start).any() or not level.backoffs.all():
        raise FormatError(path, f"its n-grams of order {k} have a probability of 0; the file is damaged")
