"""The file of a neural language model: one safetensors file.

Tensors  words, word_ends, counts   the vocabulary, as in model_file.py
         embeddings   F32  (V + 1, D)      one row for each id, `<s>` last
         hidden       F32  (M, C * D)      hidden_bias  F32  (M,)
         output       F32  (V, M)          output_bias  F32  (V,)
         direct       F32  (V, C * D)      only with direct connections

Metadata: "format" is "firth-neural-language-model", "version" a whole number, "settings" and "history" are JSON.
"""

from pathlib import Path
from typing import Any, NamedTuple

from firth.errors import FormatError
from firth.language_models.model_file import ModelFile, check_arrays
from firth.language_models.neural_network import Network
from firth.language_models.neural_training import EpochScore
from firth.language_models.settings import NeuralSettings
from firth.language_models.vocabulary import LanguageVocabulary

__all__ = ["KIND", "VERSION", "StoredNetwork", "pack", "unpack"]

KIND, VERSION = "firth-neural-language-model", 1
LARGEST = 1e15  # of a weight: the sum of products of two still is a float32
_EXPECTED = {
    "embeddings": ("float32", 2),
    "hidden": ("float32", 2),
    "hidden_bias": ("float32", 1),
    "output": ("float32", 2),
    "output_bias": ("float32", 1),
}


class StoredNetwork(NamedTuple):
    """The content of a file."""

    vocabulary: LanguageVocabulary
    network: Network
    settings: NeuralSettings
    history: list[EpochScore]


def pack(stored: StoredNetwork) -> ModelFile:
    """The arrays and metadata of a model."""
    arrays = {name: array for name, array in stored.network._asdict().items() if array is not None}
    history = [list(score) for score in stored.history]
    return ModelFile(stored.vocabulary, arrays, {"settings": stored.settings.to_json(), "history": history})


def unpack(path: str | Path, content: ModelFile) -> StoredNetwork:
    """A model from arrays and metadata. Raises FormatError if they are inconsistent."""
    vocabulary, arrays, metadata = content
    settings = _settings(path, metadata)
    check_arrays(path, arrays, _EXPECTED)
    network = Network(**{name: arrays.get(name) for name in Network._fields})  # type: ignore[arg-type]
    inputs = (settings.order - 1) * settings.vector_size
    shapes = {
        "embeddings": (len(vocabulary) + 1, settings.vector_size),
        "hidden": (settings.hidden_size, inputs),
        "hidden_bias": (settings.hidden_size,),
        "output": (len(vocabulary), settings.hidden_size),
        "output_bias": (len(vocabulary),),
        "direct": (len(vocabulary), inputs) if settings.direct_connections else None,
    }
    for name, shape in shapes.items():
        array = getattr(network, name)
        if (None if array is None else array.shape) != shape:
            found = "missing" if array is None else f"of shape {array.shape}"
            raise FormatError(path, f"tensor {name!r} is {found}, not of shape {shape}; the file is damaged")
        if array is not None and not (array.min() >= -LARGEST and array.max() <= LARGEST):  # NaN is neither
            raise FormatError(
                path, f"tensor {name!r} has a number that is not finite, or too large; the file is damaged"
            )
    return StoredNetwork(vocabulary, network, settings, _history(path, metadata))


def _settings(path: str | Path, metadata: dict[str, Any]) -> NeuralSettings:
    try:
        return NeuralSettings.from_json(metadata["settings"])
    except (KeyError, TypeError, ValueError) as problem:
        raise FormatError(path, f"its settings cannot be read ({problem}); the file is damaged") from None


def _history(path: str | Path, metadata: dict[str, Any]) -> list[EpochScore]:
    try:
        return [EpochScore(*record) for record in metadata.get("history", [])]
    except TypeError:
        raise FormatError(path, "its history cannot be read; the file is damaged") from None
