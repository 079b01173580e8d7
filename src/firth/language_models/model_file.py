"""Files of language models: named arrays and JSON metadata in one safetensors file, memory-mapped and checked.

ngram_file.py and neural_file.py say which arrays.

Metadata   "format" is the kind of model, "version" is a whole number; every other value is a JSON document.
Vocabulary words U8 (all known words in UTF-8, end to end), word_ends I64 (K,), counts I64 (K,).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, SettingError
from firth.formats.atomic import atomic_write
from firth.formats.compressed import no_such_file
from firth.formats.mapped import in_memory, map_file
from firth.formats.packed_words import PackedWords, check_ends
from firth.formats.temporary import settle
from firth.formats.tensor_file import TensorFile, decode_metadata, is_safetensors, write_tensors
from firth.language_models.vocabulary import LanguageVocabulary

__all__ = ["Arrays", "ModelFile", "check_arrays", "kind_of_file", "read_model", "write_model"]

Arrays = dict[str, NDArray[Any]]

_VOCABULARY = {"words": ("uint8", 1), "word_ends": ("int64", 1), "counts": ("int64", 1)}
_SPELLINGS = {"uint8": "U8", "int32": "I32", "uint32": "U32", "int64": "I64", "float32": "F32"}


class ModelFile(NamedTuple):
    """The content of a file."""

    vocabulary: LanguageVocabulary
    arrays: Arrays  # all but those of the vocabulary
    metadata: dict[str, Any]  # decoded JSON


def write_model(path: str | Path, kind: str, version: int, content: ModelFile) -> None:
    """Write a file, atomically. Raises FormatError if the path cannot be written."""
    words = PackedWords.pack(content.vocabulary.known)
    arrays = content.arrays | {"words": words.text, "word_ends": words.ends, "counts": content.vocabulary.counts}
    # Widest types first, so that every array is aligned.
    arrays = dict(sorted(arrays.items(), key=lambda item: -item[1].dtype.itemsize))
    spellings = {name: _SPELLINGS[array.dtype.name] for name, array in arrays.items()}
    metadata = {"format": kind, "version": str(version)}
    metadata |= {name: json.dumps(value) for name, value in content.metadata.items()}
    with atomic_write(path) as file:
        write_tensors(file, arrays, spellings, metadata)


def kind_of_file(path: str | Path) -> str:
    """The "format" in the metadata of a file; "" if there is none.

    Raises FileNotFoundError, or FormatError if it is not a safetensors file.
    """
    return str(_metadata(Path(path), _open(path)).get("format", ""))


def read_model(path: str | Path, kind: str, version: int, *, mmap: bool = True) -> ModelFile:
    """Read a file of one kind; the arrays are read-only views of it, or with `mmap=False` copies.

    Raises FileNotFoundError, or FormatError if the file is damaged, of another kind, or of a newer version.
    """
    path = Path(path)
    file = _open(path)
    metadata = _metadata(path, file)
    if metadata.get("format") != kind:
        raise FormatError(path, f"is of format {metadata.get('format')!r}, not {kind!r}")
    decoded = decode_metadata(path, metadata, version)
    file.check(_VOCABULARY)
    known = [name for name in file.names if file.dtype(name) in _SPELLINGS.values()]
    arrays = {name: file.array(name, file.dtype(name), file.dimensions(name)) for name in known}
    if not mmap:
        arrays = {name: in_memory(array) for name, array in arrays.items()}
    check_arrays(path, arrays, _VOCABULARY)
    vocabulary = _vocabulary(path, *(arrays.pop(name) for name in _VOCABULARY))
    return ModelFile(vocabulary, arrays, decoded)


def check_arrays(path: str | Path, arrays: Arrays, expected: Mapping[str, tuple[str, int]]) -> None:
    """Raise FormatError unless all expected arrays exist, with their NumPy type and number of dimensions."""
    for name, (dtype, dimensions) in expected.items():
        if name not in arrays:
            raise FormatError(path, f"has no tensor {name!r}; the file is damaged")
        found = arrays[name]
        if found.dtype != dtype or found.ndim != dimensions:
            raise FormatError(
                path,
                f"tensor {name!r} is {found.dtype} with {found.ndim} dimensions, not {dtype} with {dimensions}; "
                "the file is damaged",
            )


def _open(path: str | Path) -> TensorFile:
    path = Path(path)
    settle(path)
    if path.is_dir():
        raise FormatError(path, "is a folder, not a language model")
    if not path.exists():
        raise no_such_file(path)
    content = map_file(path)
    if not is_safetensors(content[:9].tobytes()):
        raise FormatError(path, "is not a language model: not a safetensors file")
    return TensorFile(path, content)


def _metadata(path: Path, file: TensorFile) -> dict[str, Any]:
    if not isinstance(file.metadata, dict):
        raise FormatError(path, "its metadata are not a JSON object; the file is damaged")
    return file.metadata


def _vocabulary(
    path: Path, text: NDArray[np.uint8], ends: NDArray[np.int64], counts: NDArray[np.int64]
) -> LanguageVocabulary:
    if not len(ends):
        raise FormatError(path, "has no words; the file is damaged")
    check_ends(path, ends, len(text))
    try:
        return LanguageVocabulary(list(PackedWords(text, ends)), counts)
    except SettingError as problem:
        raise FormatError(path, f"{problem}; the file is damaged") from None
