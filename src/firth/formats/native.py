"""Firth's own file, `*.firth`: one safetensors file that is mapped into memory, not read.

The container is described in tensor_file.py; the tensors begin at a multiple of 64 bytes.

Tensors
    counts            I64  (V,)     optional: occurrences of each word
    word_ends         I64  (V,)     where each word ends in `words`
    word_vectors      F32  (V, D)   or F16, or I8 with word_scales
    word_scales       F32  (V,)     of I8: what the numbers of each row are multiplied with
    context_vectors   F32  (V, D)   optional: the output side, for more training
    node_vectors      F32  (V-1, D) optional: the output side of a model with hierarchical softmax
    own_vectors       F32  (V, D)   optional: of words with n-grams, whose vectors are means of these and their n-grams'
    subword_vectors   F32  (B, D)   optional: rows of hashed n-grams, see firth/subwords/ngrams.py; (P, D) with buckets
    subword_scales    F32  (B,)     of I8, as subword_vectors may be, too
    subword_buckets   U32  (P,)     optional: the bucket of each row, ascending; other buckets count as zeros
    words             U8            all words in UTF-8, end to end; any string is a legal word

Metadata: "format" is "firth", "version" a whole number; every other value is a JSON document
(a trained model writes "hyperparameters" and "history"). "subwords" comes with subword_vectors:
{"hash": "fasttext", "min_length": 3, "max_length": 6}, and with subword_buckets "buckets": B.

A file is of version 2 if it has subword_buckets, which readers of version 1 would ignore; of version 3 if it has F16 or
I8; otherwise of version 1.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.errors import FormatError, SettingError
from firth.formats.compact_numbers import DTYPES, Numbers, compact, restored
from firth.formats.compressed import read_content, write_compressed
from firth.formats.packed_words import PackedWords, check_ends
from firth.formats.stored import StoredVectors
from firth.formats.tensor_file import TensorFile, decode_metadata, write_tensors
from firth.subwords.ngrams import Subwords

__all__ = ["VERSION", "parse", "read", "write"]

VERSION = 3
_OF_BUCKETS = 2
FIRST_VERSION = 1  # of files that need nothing newer, so that an older Firth opens them
RESERVED = ("format", "version", "subwords")
HASH = "fasttext"  # how n-grams are hashed to rows; a later version may add others


_COMPACT = {"word_vectors": "word_scales", "subword_vectors": "subword_scales"}  # may be F16 or I8; with its scales


class _Expected(NamedTuple):
    """What a tensor of this name must be."""

    dtype: str  # as safetensors spells it; that of float32
    dimensions: int
    required: bool


# In the order of files whose numbers are float32.
_TENSORS = {
    "counts": _Expected("I64", 1, False),
    "word_ends": _Expected("I64", 1, True),
    "word_vectors": _Expected("F32", 2, True),
    "context_vectors": _Expected("F32", 2, False),
    "node_vectors": _Expected("F32", 2, False),
    "own_vectors": _Expected("F32", 2, False),
    "subword_vectors": _Expected("F32", 2, False),
    "subword_buckets": _Expected("U32", 1, False),
    "word_scales": _Expected("F32", 1, False),
    "subword_scales": _Expected("F32", 1, False),
    "words": _Expected("U8", 1, True),
}

_OF_LANGUAGE = "open it with firth.load_language_model(), or use `firth lm`"

# What opens Firth's other files, by their format.
_OTHER_FILES = {
    "firth-documents": "open it with firth.Doc2Vec.load(), whose documents and vectors are WordVectors, or use "
    "`firth documents`",
    "firth-gensim-documents": "open it with firth.gensim.Doc2Vec.load()",
    "firth-gensim-phrases": "open it with firth.gensim.Phrases.load() or FrozenPhrases.load()",
    "firth-recommender": "open it with firth.recommend.Recommender.load(), or use `firth recommend`",
    "firth-ngrams": _OF_LANGUAGE,
    "firth-neural-language-model": _OF_LANGUAGE,
    "firth-mixture": _OF_LANGUAGE,
    "firth-index": "it belongs to a file of vectors, of the same name without .index: open that",
}


def read(path: str | Path) -> StoredVectors:
    """Map a native file into memory; the arrays are read-only views of it.

    Takes milliseconds for any size: only the header and the offsets of the words are read.

    Raises
    ------
    FormatError : the file is damaged, foreign, or of a newer version; the message names the tensor or byte.
    """
    path = Path(path)
    return parse(path, read_content(path))


def parse(path: Path, content: NDArray[np.uint8]) -> StoredVectors:
    """Read a native file from its bytes; the arrays are views of `content`."""
    file = TensorFile(path, content)
    metadata = _read_metadata(path, file.metadata)
    file.check(name for name, expected in _TENSORS.items() if expected.required)
    tensors = {
        name: file.array(name, _dtype(file, name), expected.dimensions)
        for name, expected in _TENSORS.items()
        if name in file
    }
    for name in _COMPACT.keys() & tensors.keys():
        tensors[name] = _restored(path, name, tensors)
    matrix = tensors["word_vectors"]
    ends = tensors["word_ends"]
    check_ends(path, ends, len(tensors["words"]))
    for name, shape in (
        ("word_ends", matrix.shape[:1]),
        ("counts", matrix.shape[:1]),
        ("context_vectors", matrix.shape),
        ("node_vectors", (matrix.shape[0] - 1, matrix.shape[1])),
        ("own_vectors", matrix.shape),
        ("subword_vectors", (*tensors.get("subword_vectors", matrix).shape[:1], *matrix.shape[1:])),
    ):
        if name in tensors and tensors[name].shape != shape:
            raise FormatError(
                path,
                f"{name} has shape {tensors[name].shape}, but word_vectors {matrix.shape} "
                f"require {shape}; the file is damaged",
            )
    if matrix.shape[1] < 1:
        raise FormatError(path, f"word_vectors have shape {matrix.shape}: no numbers at all")
    subwords = _read_subwords(path, metadata.pop("subwords", None), tensors)
    return StoredVectors(
        words=PackedWords(tensors["words"], ends),
        matrix=matrix,
        counts=tensors.get("counts"),
        context_vectors=tensors.get("context_vectors"),
        node_vectors=tensors.get("node_vectors"),
        metadata=metadata,
        subwords=subwords,
        own_vectors=tensors.get("own_vectors"),
    )


def _dtype(file: TensorFile, name: str) -> str:
    """The type that a tensor must have."""
    found = file.dtype(name)
    return found if name in _COMPACT and found in DTYPES.values() else _TENSORS[name].dtype


def _restored(path: Path, name: str, tensors: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    """Vectors as float32; mapped ones stay so."""
    vectors, scales = tensors[name], tensors.get(_COMPACT[name])
    if (vectors.dtype == np.int8) != (scales is not None) or (scales is not None and len(scales) != len(vectors)):
        raise FormatError(path, f"{name} of I8, and no others, need {_COMPACT[name]}, one for each row; it is damaged")
    matrix = restored(vectors, scales)
    matrix.flags.writeable = False
    return matrix


def _read_subwords(path: Path, description: Any, tensors: Mapping[str, NDArray[Any]]) -> Subwords | None:
    """The n-grams, from what the metadata say of them and their vectors."""
    vectors, buckets = tensors.get("subword_vectors"), tensors.get("subword_buckets")
    if description is None and vectors is None and buckets is None:
        return None
    if vectors is None or not isinstance(description, dict):
        raise FormatError(path, "n-grams need both the tensor 'subword_vectors' and the metadata 'subwords'")
    if description.get("hash") != HASH:
        hashed = description.get("hash")
        raise FormatError(path, f"n-grams hashed by {hashed!r}: this reads {HASH!r}; a newer Firth may know it")
    shortest: Any = description.get("min_length")
    longest: Any = description.get("max_length")
    n_buckets: Any = description.get("buckets")
    try:
        if buckets is None:
            return Subwords(vectors, shortest, longest)
        return Subwords(vectors, shortest, longest, buckets, n_buckets)
    except SettingError as error:
        raise FormatError(path, f"{error}; the file is damaged") from None


def _read_metadata(path: Path, stored: object) -> dict[str, Any]:
    """The metadata with every value decoded, after checking that the file is ours and not newer."""
    kind = stored.get("format") if isinstance(stored, dict) else None
    if isinstance(kind, str) and kind.startswith("firth-"):
        advice = f"; {_OTHER_FILES[kind]}" if kind in _OTHER_FILES else ""
        raise FormatError(path, f"a file of Firth's, but no vectors: its format is {kind!r}{advice}")
    if not isinstance(stored, dict) or kind != "firth":
        raise FormatError(
            path,
            "a safetensors file, but not one of Firth's: its metadata lack format 'firth'; of a model2vec or "
            "sentence-transformers model, open the folder",
        )
    return decode_metadata(path, stored, VERSION)


def write(path: str | Path, stored: StoredVectors, *, numbers: Numbers = "float32") -> None:
    """Write a native file, atomically: an existing file is replaced only when the new one is complete.

    Parameters
    ----------
    numbers : the type of the vectors of words and n-grams in the file.

    Raises
    ------
    FormatError : the file cannot be written, the metadata are not JSON, or a number does not fit into the type.
    """
    packed = PackedWords.pack(stored.words)
    word_vectors, word_scales = _compact(path, stored.matrix, numbers)
    subword_vectors, subword_scales = None, None
    if stored.subwords is not None:
        subword_vectors, subword_scales = _compact(path, stored.subwords.matrix, numbers)
    arrays: dict[str, NDArray[Any] | None] = {
        "counts": stored.counts,
        "word_ends": packed.ends,
        "word_vectors": word_vectors,
        "context_vectors": stored.context_vectors,
        "node_vectors": stored.node_vectors,
        "own_vectors": stored.own_vectors,
        "subword_vectors": subword_vectors,
        "subword_buckets": None if stored.subwords is None else stored.subwords.buckets,
        "word_scales": word_scales,
        "subword_scales": subword_scales,
        "words": packed.text,
    }
    present = {name: array for name, array in arrays.items() if array is not None}
    dtypes = {name: expected.dtype for name, expected in _TENSORS.items()} | dict.fromkeys(_COMPACT, DTYPES[numbers])
    present = dict(sorted(present.items(), key=lambda item: -int(dtypes[item[0]][1:])))  # widest first: all are aligned
    metadata = _described(path, stored.metadata)
    if stored.subwords is not None:
        metadata["subwords"] = json.dumps(_describe_subwords(stored.subwords))
        if stored.subwords.buckets is not None:
            metadata["version"] = str(_OF_BUCKETS)
    if numbers != "float32":
        metadata["version"] = str(VERSION)
    with write_compressed(path) as file:
        write_tensors(file, present, dtypes, metadata)


def _compact(
    path: str | Path, matrix: NDArray[np.float32], numbers: Numbers
) -> tuple[NDArray[Any], NDArray[np.float32] | None]:
    try:
        return compact(matrix, numbers)
    except SettingError as error:
        raise FormatError(path, str(error)) from None


def _describe_subwords(subwords: Subwords) -> dict[str, Any]:
    described = {"hash": HASH, "min_length": subwords.min_length, "max_length": subwords.max_length}
    return described if subwords.buckets is None else described | {"buckets": subwords.n_buckets}


def _described(path: str | Path, metadata: Mapping[str, Any]) -> dict[str, str]:
    """The metadata with every value as a JSON document."""
    described = {"format": "firth", "version": str(FIRST_VERSION)}
    for name, value in metadata.items():
        if name in RESERVED:
            raise FormatError(path, f"metadata cannot be named {name!r}: the file itself uses it")
        try:
            described[name] = json.dumps(value)
        except (TypeError, ValueError) as error:
            raise FormatError(path, f"metadata {name!r} cannot be written as JSON: {error}") from None
    return described
