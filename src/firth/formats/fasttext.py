"""fastText's own model file, `.bin`, mapped into memory: words, and the n-grams that their vectors are made of.

Byte by byte (version 12, everything little-endian)
    int32 × 2      793712314, and the version
    int32 × 12     dim ws epoch minCount neg wordNgrams loss model bucket minn maxn lrUpdateRate
    float64        t, the subsampling threshold
    ...            the dictionary: see fasttext_dictionary.py
    bool           whether the input matrix is quantised
    int64 × 2      its rows and columns: words + bucket, and dim
    float32        a row for each word, then one for each hash of an n-gram
    bool           whether the output matrix is quantised
    int64 × 2      its rows and columns
    float32        a row for each word, or in a supervised model for each label

Source  github.com/facebookresearch/fastText, src/fasttext.cc, args.cc, dictionary.cc and densematrix.cc.
Shapes  V words, B rows of n-grams, D numbers per vector.
"""

import math
import struct
from collections.abc import Container
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import FormatError
from firth.formats.byte_cursor import ByteCursor, find_not_finite
from firth.formats.compressed import read_content
from firth.formats.fasttext_dictionary import Dictionary, read_dictionary
from firth.formats.packed_words import PackedWords
from firth.formats.stored import StoredVectors
from firth.kernels.arguments import FileMatrix, Ngrams, WordBytes
from firth.progress import ProgressOption
from firth.subwords.ngrams import Subwords
from firth.subwords.word_means import word_means

__all__ = ["is_fasttext", "parse", "read"]

MAGIC = struct.pack("<i", 793712314)
VERSION = 12
LONGEST_NGRAM = 1000  # characters: longer than words are
LOSSES = {1: "hs", 2: "ns", 3: "softmax", 4: "ova"}
MODELS = {1: "cbow", 2: "skipgram", 3: "supervised"}

_ANY, _NOT_NEGATIVE = range(-(1 << 31), 1 << 31), range(1 << 31)
_POSSIBLE: dict[str, Container[int]] = {
    "dim": range(1, 1 << 31), "ws": _ANY, "epoch": _ANY, "minCount": _ANY, "neg": _ANY, "wordNgrams": _ANY,
    "loss": LOSSES, "model": MODELS, "bucket": _NOT_NEGATIVE, "minn": _NOT_NEGATIVE,
    "maxn": range(LONGEST_NGRAM + 1), "lrUpdateRate": _ANY,
}  # fmt: skip


def is_fasttext(beginning: bytes) -> bool:
    """Whether a file that begins like this is a fastText model, of whatever version."""
    return beginning.startswith(MAGIC)


def read(path: str | Path) -> StoredVectors:
    """Map a fastText model into memory and compute the vectors of its words.

    They are what the program itself prints: for each word the mean of its own row and those of its n-grams. The
    n-grams are kept as `subwords`, the settings as metadata.

    Raises
    ------
    FormatError : the file is damaged, cut short, quantised or of another version; the byte is named.
    """
    path = Path(path)
    return parse(path, read_content(path))


def parse(path: Path, content: NDArray[np.uint8], progress: ProgressOption = False) -> StoredVectors:
    """Read a fastText model from its bytes; subwords and context vectors are views of `content`."""
    cursor = ByteCursor(path, content)
    _read_version(cursor)
    settings = _read_settings(cursor)
    dictionary = read_dictionary(cursor)
    _refuse_quantised(cursor, dictionary)
    table = _read_input(cursor, settings, len(dictionary.words))
    context = _read_output(cursor, settings, dictionary)
    if cursor.left:
        raise cursor.error(f"{cursor.left:,} bytes too many at the end")
    subwords = _subwords(table, settings, len(dictionary.words))
    return StoredVectors(
        words=dictionary.words,
        matrix=_word_vectors(path, dictionary.words, table, subwords, progress),
        counts=dictionary.counts,
        context_vectors=context,
        metadata={"fasttext": {**settings, "labels": dictionary.n_labels, "tokens": dictionary.n_tokens}},
        subwords=subwords,
    )


def _read_version(cursor: ByteCursor) -> None:
    magic, version = cursor.take("<4si", "the version")
    if magic != MAGIC:
        raise cursor.error("does not begin like a fastText model", 0)
    if version != VERSION:
        advice = "open it in fastText and save it again" if version < VERSION else "it is too new"
        raise cursor.error(f"a fastText model of version {version}, but only {VERSION} can be read: {advice}", 4)


def _read_settings(cursor: ByteCursor) -> dict[str, Any]:
    """The settings of the training, under the names of the program's options."""
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


def _refuse_quantised(cursor: ByteCursor, dictionary: Dictionary) -> None:
    if cursor.take_flag("the flag of a quantised input matrix"):
        raise cursor.error(
            "a quantised fastText model, whose vectors are only approximate; open the .bin it was made from",
            cursor.position - 1,
        )
    if dictionary.is_pruned:
        raise cursor.error("n-grams were left out, but nothing is quantised: fastText itself refuses such a model")


def _read_input(cursor: ByteCursor, settings: dict[str, Any], n_words: int) -> FileMatrix:
    begin = cursor.position
    table = cursor.take_matrix("the input matrix")
    expected = (n_words + settings["bucket"], settings["dim"])
    if table.shape != expected:
        raise cursor.error(
            f"the input matrix is {_shown(table.shape)}, but {n_words:,} words and {settings['bucket']:,} rows for "
            f"n-grams make {_shown(expected)}; the file is damaged",
            begin,
        )
    return table


def _read_output(cursor: ByteCursor, settings: dict[str, Any], dictionary: Dictionary) -> Matrix | None:
    """The output matrix where it has a vector for each word."""
    cursor.take_flag("the flag of a quantised output matrix")  # without effect if the input matrix is not quantised
    begin = cursor.position
    table = cursor.take_matrix("the output matrix")
    supervised = settings["model"] == "supervised"
    expected = (dictionary.n_labels if supervised else len(dictionary.words), settings["dim"])
    if table.shape != expected:
        raise cursor.error(
            f"the output matrix is {_shown(table.shape)} instead of {_shown(expected)}; the file is damaged", begin
        )
    # Otherwise its rows belong to labels, or to the nodes of a tree.
    return None if supervised or settings["loss"] == "hs" else table.array


def _shown(shape: tuple[int, int]) -> str:
    return f"{shape[0]:,} × {shape[1]:,}"


def _subwords(table: FileMatrix, settings: dict[str, Any], n_words: int) -> Subwords | None:
    """The rows of n-grams, where words have any; gensim writes lengths without rows for them, too."""
    shortest, longest = max(1, settings["minn"]), settings["maxn"]
    if not settings["bucket"] or shortest > longest:
        return None
    return Subwords(table.array[n_words:], shortest, longest)


def _word_vectors(
    path: Path, words: PackedWords, table: FileMatrix, subwords: Subwords | None, progress: ProgressOption
) -> Matrix:
    row = find_not_finite(table)
    if row is not None:
        raise FormatError(
            path, f"row {row:,} of the input matrix is not finite; the file is damaged", byte=table.byte_of(row)
        )
    vectors = table.array[: len(words)].copy()
    if subwords is not None:
        ngrams = Ngrams(len(words), subwords.n_buckets, subwords.min_length, subwords.max_length)
        vectors = word_means(WordBytes(words.text, words.ends), table, ngrams, progress)
    row = find_not_finite(FileMatrix.of(vectors))
    if row is not None:
        problem = f"the vector of {words[row]!r}, with its n-grams added, is not finite; the file is damaged"
        raise FormatError(path, problem, byte=table.byte_of(row))
    return vectors
