"""fastText's own model file, `.bin`, mapped into memory: words, and the n-grams that their vectors are made of.

Byte by byte (versions 11 and 12, everything little-endian)
    int32 × 2      793712314, and the version
    ...            the settings: see fasttext_settings.py
    ...            the dictionary: see fasttext_dictionary.py
    bool           whether the input matrix is quantised
    int64 × 2      its rows and columns: words + bucket, and dim
    float32        a row for each word, then one for each hash of an n-gram
    bool           whether the output matrix is quantised
    int64 × 2      its rows and columns
    float32        a row for each word, or in a supervised model for each label; with the loss hs row j belongs
                   to the node of the tree that was made j-th, and the last row to none

Source  github.com/facebookresearch/fastText, src/fasttext.cc, args.cc, dictionary.cc and densematrix.cc.
Shapes  V words, B rows of n-grams, D numbers per vector.
"""

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix
from firth.errors import FormatError
from firth.formats.byte_cursor import ByteCursor, find_not_finite
from firth.formats.compressed import read_content
from firth.formats.fasttext_dictionary import Dictionary, read_dictionary
from firth.formats.fasttext_settings import ngram_lengths, read_settings
from firth.formats.packed_words import PackedWords
from firth.formats.stored import StoredVectors
from firth.kernels.arguments import FileMatrix, Ngrams, WordBytes
from firth.progress import ProgressOption
from firth.subwords.ngrams import Subwords
from firth.subwords.word_means import word_means

__all__ = ["MAGIC", "SUPERVISED", "VERSION", "is_fasttext", "parse", "read", "read_model"]

MAGIC = struct.pack("<i", 793712314)
VERSION = 12
WITHOUT_NGRAMS = 11  # the version before, of the same layout, whose supervised models have no n-grams
SUPERVISED = "a supervised fastText model, which classifies texts"


def is_fasttext(beginning: bytes) -> bool:
    """Whether a file that begins like this is a fastText model, of whatever version."""
    return beginning.startswith(MAGIC)


def read(path: str | Path) -> StoredVectors:
    """Map a fastText model into memory and compute the vectors of its words.

    They are what the program itself prints: for each word the mean of its own row and those of its n-grams. The
    n-grams are kept as `subwords`, the words' own rows as `own_vectors`, the settings as metadata.

    Raises
    ------
    FormatError : the file is damaged, cut short, quantised or of another version; the byte is named.
    """
    path = Path(path)
    return parse(path, read_content(path))


def parse(path: Path, content: NDArray[np.uint8], progress: ProgressOption = False) -> StoredVectors:
    """Read a fastText model from its bytes; subwords, own and context vectors are views of `content`."""
    return _parse(path, content, progress)[0]


def read_model(path: str | Path) -> tuple[StoredVectors, Matrix]:
    """A model and its output matrix (V, D), also where its rows are nodes of a tree.

    Raises
    ------
    FormatError : as `read`; or the model is supervised.
    """
    path = Path(path)
    stored, outputs = _parse(path, read_content(path), False)
    if outputs is None:
        raise FormatError(path, f"{SUPERVISED}: its words can be read with firth.load(), but it cannot be trained on")
    return stored, outputs


def _parse(path: Path, content: NDArray[np.uint8], progress: ProgressOption) -> tuple[StoredVectors, Matrix | None]:
    """The content and the output matrix, None for one of labels."""
    cursor = ByteCursor(path, content)
    version = _read_version(cursor)
    settings = read_settings(cursor)
    if version == WITHOUT_NGRAMS and settings["model"] == "supervised":
        settings["maxn"] = 0  # as in the program: older supervised models have no n-grams of characters
    dictionary = read_dictionary(cursor)
    _refuse_quantised(cursor, dictionary)
    n_words = len(dictionary.words)
    table = _read_input(cursor, settings, n_words)
    outputs = _read_output(cursor, settings, dictionary)
    if cursor.left:
        raise cursor.error(f"{cursor.left:,} bytes too many at the end")
    lengths = ngram_lengths(settings)
    subwords = lengths and Subwords(table.array[n_words:], *lengths)
    stored = StoredVectors(
        words=dictionary.words,
        matrix=_word_vectors(path, dictionary.words, table, subwords, progress),
        counts=dictionary.counts,
        context_vectors=None if settings["loss"] == "hs" else outputs,  # whose rows belong to the nodes of a tree
        metadata={"fasttext": {**settings, "labels": dictionary.n_labels, "tokens": dictionary.n_tokens}},
        subwords=subwords,
        own_vectors=None if subwords is None else table.array[:n_words],
    )
    return stored, outputs


def _read_version(cursor: ByteCursor) -> int:
    magic, version = cursor.take("<4si", "the version")
    if magic != MAGIC:
        raise cursor.error("does not begin like a fastText model", 0)
    if version not in (WITHOUT_NGRAMS, VERSION):
        advice = "open it in fastText and save it again" if version < VERSION else "it is too new"
        known = f"{WITHOUT_NGRAMS} and {VERSION}"
        raise cursor.error(f"a fastText model of version {version}, but only {known} can be read: {advice}", 4)
    return int(version)


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
    """The output matrix where its rows belong to words or nodes, not to labels."""
    cursor.take_flag("the flag of a quantised output matrix")  # without effect if the input matrix is not quantised
    begin = cursor.position
    table = cursor.take_matrix("the output matrix")
    supervised = settings["model"] == "supervised"
    expected = (dictionary.n_labels if supervised else len(dictionary.words), settings["dim"])
    if table.shape != expected:
        raise cursor.error(
            f"the output matrix is {_shown(table.shape)} instead of {_shown(expected)}; the file is damaged", begin
        )
    return None if supervised else table.array


def _shown(shape: tuple[int, int]) -> str:
    return f"{shape[0]:,} × {shape[1]:,}"


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
