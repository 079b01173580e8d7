"""The folder that sentence-transformers and model2vec share: word vectors that are averaged over a text.

Files written                        purpose
    model.safetensors                    "embeddings" (V + 1, D) float32: the words, and zeros for unknown ones
    tokenizer.json                       how text is cut into words (tokenizer_json.py)
    config.json                          makes it a model for model2vec
    modules.json                         makes it a model for sentence-transformers
    config_sentence_transformers.json    its settings there
    README.md                            the model card

Folders that either library wrote are also read, with the files at the top or in `0_StaticEmbedding/`: tensors
"embeddings" or "embedding.weight" of any float type or int8, with model2vec's "mapping" (V,) of pieces to rows and
"weights" (V,) of pieces applied.
"""

import json
import re
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import FormatError, SettingError
from firth.formats.atomic import atomic_folder
from firth.formats.folder_reading import refuse_outside_link
from firth.formats.mapped import map_file
from firth.formats.stored import StoredVectors
from firth.formats.tensor_file import TensorFile, write_tensors
from firth.formats.tokenizer_json import read_vocabulary, tokenizer_json, unknown_word
from firth.formats.writable import encode_words

__all__ = ["NESTED", "TENSORS", "TOKENIZER", "check_sif", "read", "replacing", "write"]

TENSORS, TOKENIZER, CONFIG = "model.safetensors", "tokenizer.json", "config.json"
MODULES, SETTINGS, CARD = "modules.json", "config_sentence_transformers.json", "README.md"
NESTED = "0_StaticEmbedding"  # where newer versions of sentence-transformers put the first two
FORBIDDEN = re.compile(r"^\s*$")
FLOATS = ("F32", "F16", "F64", "I8")
WHOLE = ("I64", "I32", "U32", "U16", "U8", "I16", "U64", "I8")


def read(folder: str | Path) -> StoredVectors:
    """Read the vectors of all pieces that the tokenizer knows; a row of zeros for unknown ones is left out.

    Raises
    ------
    FileNotFoundError : a file is missing.
    FormatError : a file is damaged or a link to another folder, or pieces and rows do not fit together.
    """
    folder = Path(folder)
    if not (folder / TENSORS).exists() and (folder / NESTED).is_dir():
        folder = folder / NESTED
    pieces, unknown = read_vocabulary(refuse_outside_link(folder / TOKENIZER))
    matrix = _read_rows(refuse_outside_link(folder / TENSORS), len(pieces))
    if unknown is not None and not matrix[unknown].any():
        del pieces[unknown]
        last = unknown == len(matrix) - 1  # then the rest needs no copy
        matrix = matrix[:-1] if last else np.delete(matrix, unknown, axis=0)
    return StoredVectors(pieces, matrix)


def _read_rows(path: Path, pieces: int) -> Matrix:
    """One row for each piece."""
    file = TensorFile(path, map_file(path))
    name = "embedding.weight" if "embedding.weight" in file else "embeddings"
    file.check([name])
    matrix = _floats(path, file, name, 2)
    if matrix.shape[1] < 1:
        raise FormatError(path, f"{name} have shape {matrix.shape}: no numbers at all")
    if "mapping" in file:
        matrix = matrix[_mapping(path, file, pieces, len(matrix))]
    if len(matrix) != pieces:
        raise FormatError(path, f"has {len(matrix):,} rows, but the tokenizer knows {pieces:,} pieces")
    if "weights" in file:
        weights = _floats(path, file, "weights", 1)
        if len(weights) != pieces:
            raise FormatError(path, f"has {len(weights):,} weights for {pieces:,} pieces")
        with np.errstate(all="ignore"):
            matrix = matrix * weights[:, None]
        _check_finite(path, matrix, "weighted embeddings")
    return matrix


def _floats(path: Path, file: TensorFile, name: str, dimensions: int) -> NDArray[np.float32]:
    """A tensor as float32: mapped if it is, converted if it is of another type."""
    dtype = file.dtype(name)
    if dtype == "F32":
        return file.array(name, dtype, dimensions)
    if dtype == "BF16":  # the upper half of a float32
        halves = file.array(name, dtype, dimensions).astype(np.uint32) << 16
        array = halves.view(np.float32)
    elif dtype in FLOATS:
        with np.errstate(over="ignore"):
            array = file.array(name, dtype, dimensions).astype(np.float32)
    else:
        raise FormatError(path, f"tensor {name!r} is of type {dtype}: must be one of {', '.join(FLOATS)}, BF16")
    _check_finite(path, array, name)
    return array


def _check_finite(path: Path, array: NDArray[np.float32], name: str) -> None:
    if not np.isfinite(array).all():
        raise FormatError(path, f"{name}: a number is not finite in float32")


def _mapping(path: Path, file: TensorFile, pieces: int, rows: int) -> NDArray[Any]:
    """The row of each piece (V,)."""
    dtype = file.dtype("mapping")
    if dtype not in WHOLE:
        raise FormatError(path, f"tensor 'mapping' is of type {dtype}: must be whole numbers")
    mapping = file.array("mapping", dtype, 1)
    if len(mapping) != pieces or (pieces and not 0 <= int(mapping.min()) <= int(mapping.max()) < rows):
        raise FormatError(path, f"the mapping does not lead each of {pieces:,} pieces to one of {rows:,} rows")
    return mapping


def write(folder: str | Path, stored: StoredVectors, *, sif: float | None = None, normalize: bool = False) -> None:
    """Write the folder, atomically; the vector of a text is then the mean of its words' vectors.

    Parameters
    ----------
    sif : a of smooth inverse frequency, 0.001 for instance: each row is multiplied by a / (a + p), where p is the
        word's share of all occurrences, so that frequent words weigh less. Needs counts. Source: Arora et al. 2017, "A
        Simple but Tough-to-Beat Baseline for Sentence Embeddings", section 3.
    normalize : scale the vector of every text to length 1.

    Raises
    ------
    SettingError : `sif` is not above 0, or the counts are not known.
    FormatError : the folder cannot be written, or a word is empty or blank.
    """
    encode_words(folder, stored.words, FORBIDDEN, "a sentence-transformers folder")
    weights = None if sif is None else _sif_weights(stored, sif)
    rows = np.zeros((len(stored.words) + 1, stored.matrix.shape[1]), np.float32)
    rows[:-1] = stored.matrix
    if weights is not None:
        rows[:-1] *= weights[:, None]
    unknown = unknown_word(stored.words)
    documents: dict[str, Any] = {
        TOKENIZER: tokenizer_json(stored.words, unknown),
        CONFIG: _config(rows.shape[1], sif, normalize),
        MODULES: _modules(normalize),
        SETTINGS: {"__version__": {}, "prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    }
    with replacing(folder) as temporary:
        with (temporary / TENSORS).open("xb") as file:
            write_tensors(file, {"embeddings": rows}, {"embeddings": "F32"}, {"format": "np"})
        for name, document in documents.items():
            text = json.dumps(document, ensure_ascii=False, indent=None if name == TOKENIZER else 2)
            (temporary / name).write_bytes(text.encode() + b"\n")
        (temporary / CARD).write_bytes(_card(Path(folder).name, stored, sif).encode())


def replacing(folder: str | Path) -> AbstractContextManager[Path]:
    """A new folder of these files that replaces an old one when it is complete."""
    return atomic_folder(folder, (TENSORS, TOKENIZER, CONFIG, MODULES, SETTINGS, CARD))


def check_sif(a: float) -> None:
    """Raise SettingError for an impossible `sif`."""
    if not 0 < a < float("inf"):
        raise SettingError(f"sif={a!r}: must be a number above 0; 0.001 is usual")


def _sif_weights(stored: StoredVectors, a: float) -> NDArray[np.float32]:
    """The weight of each word (V,), in (0, 1]."""
    check_sif(a)
    if stored.counts is None:
        raise SettingError("sif= needs to know how often each word occurs, and these vectors have no counts")
    shares = stored.counts / max(1, int(stored.counts.sum()))
    return (a / (a + shares)).astype(np.float32)


def _config(vector_size: int, sif: float | None, normalize: bool) -> dict[str, Any]:
    """What model2vec reads; `max_length` would cut texts, and averages have no need of that."""
    return {
        "model_type": "model2vec",
        "architectures": ["StaticModel"],
        "hidden_dim": vector_size,
        "embedding_dtype": "float32",
        "sif_coefficient": sif,
        "max_length": None,
        "normalize": normalize,
    }


def _modules(normalize: bool) -> list[dict[str, Any]]:
    """The steps from text to vector, as sentence-transformers names them."""
    kinds = [(".", "StaticEmbedding"), ("1_Normalize", "Normalize")]
    return [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds[: 1 + normalize])
    ]


def _card(name: str, stored: StoredVectors, sif: float | None) -> str:
    """The model card: what the folder holds and how to open it."""
    words, vector_size = stored.matrix.shape
    weighted = "" if sif is None else f" Frequent words weigh less: SIF weights with a = {sif:g} are in the vectors."
    return f"""---
library_name: model2vec
tags: [word2vec, static-embeddings, sentence-transformers]
---

# {name}

{words:,} word vectors of {vector_size} numbers. The vector of a text is the mean of its words' vectors.{weighted}

```python
from sentence_transformers import SentenceTransformer
vectors = SentenceTransformer("path/to/{name}").encode(["a text", "another"])

from model2vec import StaticModel
vectors = StaticModel.from_pretrained("path/to/{name}").encode(["a text", "another"])

import firth
words = firth.load("path/to/{name}")
```

Written by Firth.
"""
