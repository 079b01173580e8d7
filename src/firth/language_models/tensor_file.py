"""Language models as files: named arrays and JSON in one safetensors file, checked when it is read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, SettingError
from firth.formats.atomic import atomic_write
from firth.formats.packed_words import PackedWords
from firth.language_models.vocabulary import LanguageVocabulary

__all__ = [
    "Tensors",
    "TensorFile",
    "kind_of_file",
    "read_tensors",
    "read_vocabulary",
    "vocabulary_tensors",
    "write_tensors",
]

Tensors = dict[str, NDArray[Any]]

_NAMES = {"uint8": "U8", "int32": "I32", "uint32": "U32", "int64": "I64", "float32": "F32", "float64": "F64"}


class TensorFile(NamedTuple):
    """The content of a file."""

    tensors: Tensors
    metadata: dict[str, Any]  # decoded JSON


def write_tensors(path: str | Path, kind: str, version: int, content: TensorFile) -> None:
    """Write a file, atomically. Raises FormatError if the place cannot be written."""
    described = {"format": kind, "version": str(version)}
    described |= {name: json.dumps(value) for name, value in content.metadata.items()}
    header: dict[str, Any] = {"__metadata__": described}
    # Widest numbers first, so that every tensor is aligned.
    arrays = sorted(content.tensors.items(), key=lambda item: -item[1].dtype.itemsize)
    begin = 0
    for name, array in arrays:
        end = begin + array.nbytes
        header[name] = {"dtype": _NAMES[array.dtype.name], "shape": list(array.shape), "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with atomic_write(path) as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for _, array in arrays:
            file.write(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).data)


def kind_of_file(path: str | Path) -> str:
    """What the metadata call the format; "" for a safetensors file that does not say."""
    return str(_metadata(path).get("format", ""))


def read_tensors(path: str | Path, kind: str, version: int, dtypes: Mapping[str, str]) -> TensorFile:
    """Read a file of one kind.

    dtypes : for each tensor that must be there its type; a name that ends in "." stands for all that begin so.

    Raises FileNotFoundError, or FormatError if the file is damaged, of another kind, or newer.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    metadata = _metadata(path)
    if metadata.get("format") != kind:
        raise FormatError(path, f"is not a file of format {kind!r} but of {metadata.get('format')!r}")
    written = str(metadata.get("version"))
    if not (written.isascii() and written.isdecimal()):
        raise FormatError(path, f"version {written!r} is not a whole number; the file is damaged")
    if int(written[:9]) > version:
        raise FormatError(path, f"written by a newer Firth (file version {written[:9]}, this reads up to {version})")
    try:
        tensors = load_file(path)
    except (SafetensorError, ValueError, KeyError) as error:
        raise FormatError(path, f"the file is damaged ({error})") from None
    for name, dtype in dtypes.items():
        chosen = [found for found in tensors if found == name or (name.endswith(".") and found.startswith(name))]
        if not chosen and not name.endswith("."):
            raise FormatError(path, f"has no tensor {name!r}; the file is damaged")
        for found in chosen:
            if tensors[found].dtype != dtype:
                raise FormatError(path, f"tensor {found!r} is {tensors[found].dtype} instead of {dtype}")
    return TensorFile(tensors, _decoded(path, metadata))


def _metadata(path: str | Path) -> dict[str, str]:
    from safetensors import SafetensorError, safe_open

    if not Path(path).is_file():
        problem = "is a folder, not a model" if Path(path).is_dir() else None
        raise FormatError(path, problem) if problem else FileNotFoundError(f"{path}: there is no such file")
    try:
        with safe_open(path, "numpy") as file:
            return file.metadata() or {}
    except (SafetensorError, OSError, ValueError) as error:
        raise FormatError(path, f"is no language model: not a safetensors file, or damaged ({error})") from None


def _decoded(path: str | Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    decoded = {}
    for name, value in metadata.items():
        if name in ("format", "version"):
            continue
        try:
            decoded[name] = json.loads(value)
        except (ValueError, RecursionError):
            raise FormatError(path, f"metadata {name!r} is not JSON; the file is damaged") from None
    return decoded


def vocabulary_tensors(vocabulary: LanguageVocabulary) -> Tensors:
    """`words` (all known words in UTF-8, end to end), `word_ends` (K,) and `counts` (K,)."""
    encoded = [word.encode("utf-8", "surrogatepass") for word in vocabulary.known]
    return {
        "words": np.frombuffer(b"".join(encoded), np.uint8),
        "word_ends": np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded))),
        "counts": vocabulary.counts,
    }


VOCABULARY_TYPES = {"words": "uint8", "word_ends": "int64", "counts": "int64"}


def read_vocabulary(path: str | Path, tensors: Tensors) -> LanguageVocabulary:
    """The vocabulary that vocabulary_tensors() described. Raises FormatError where it makes no sense."""
    text, ends = tensors["words"], tensors["word_ends"]
    if (
        text.ndim != 1
        or ends.ndim != 1
        or not len(ends)
        or (np.diff(ends, prepend=0) < 0).any()
        or ends[-1] != len(text)
    ):
        raise FormatError(path, "the ends of its words do not fit the words; the file is damaged")
    try:
        return LanguageVocabulary(list(PackedWords(text, ends)), tensors["counts"])
    except SettingError as problem:
        raise FormatError(path, f"{problem}; the file is damaged") from None
