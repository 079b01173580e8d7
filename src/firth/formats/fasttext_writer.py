"""Writing fastText's own model file, `.bin` of version 12: formats/fasttext.py describes it byte by byte.

A file has a row for every bucket of n-grams. Those without a vector are zeros, which are written in pieces: 2,000,000
rows of 100 numbers are 800 MB, and 44 MB of them occur in 20 MB of novels.

Shapes  V words, B buckets of n-grams, D numbers per vector.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from firth.arrays import Counts, Matrix
from firth.errors import FormatError
from firth.formats.compressed import compressed_by_name, write_compressed
from firth.formats.fasttext import MAGIC, SUPERVISED, VERSION
from firth.formats.fasttext_dictionary import LONGEST_WORD, write_dictionary
from firth.formats.fasttext_settings import LONGEST_NGRAM, MOST_ROWS, pack_settings, settings_of
from firth.formats.packed_words import PackedWords
from firth.formats.stored import StoredVectors
from firth.formats.target import check_space
from firth.formats.tensor_file import write_rows
from firth.formats.writable import encode_words
from firth.kernels.arguments import WordBytes
from firth.progress import ProgressOption, open_progress
from firth.subwords.parts import of_ngrams

__all__ = ["write"]

FORBIDDEN = re.compile("\0")
NUMBERS_AT_ONCE = 1 << 22  # that are written


def write(path: str | Path, stored: StoredVectors, *, progress: ProgressOption = False) -> None:
    """Write a fastText model, atomically.

    The words' own rows are `own_vectors`; without them, they are computed so that the mean of each word's own row and
    its n-grams is its vector. Words without counts have the count 1. The output matrix has the context vectors, those
    of nodes in the order of the program, or zeros where neither is known.

    Parameters
    ----------
    progress : one stage, "writing", in rows; see firth.progress.open_progress.

    Raises
    ------
    FormatError : the file cannot be written; a word is empty, contains a zero byte or is not text; there are more
        buckets of n-grams or characters in them than fastText knows; or the vectors are of a supervised model.
    OSError : there is too little space, which is looked at first.
    """
    path = Path(path)
    settings = settings_of(stored)
    words = _packed(path, stored)
    _check(path, stored, settings["model"])
    n_words, vector_size = stored.matrix.shape
    n_rows = 2 * n_words + settings["bucket"]
    if not compressed_by_name(path):
        check_space(path, 4 * vector_size * n_rows)
    counts = np.ones(n_words, np.int64) if stored.counts is None else stored.counts
    own = _own_rows(stored, words)
    with (
        write_compressed(path) as file,
        open_progress(progress) as reporter,
        reporter.stage("writing", n_rows, "rows") as stage,
    ):
        file.write(MAGIC + VERSION.to_bytes(4, "little") + pack_settings(settings))
        write_dictionary(file, words, counts, _n_tokens(stored, counts))
        done = 0
        for n_of_matrix, pieces in ((n_words + settings["bucket"], _inputs(stored, own)), (n_words, _outputs(stored))):
            file.write(b"\0" + n_of_matrix.to_bytes(8, "little") + vector_size.to_bytes(8, "little"))
            for rows in pieces:
                write_rows(file, rows, "<f4")
                done += len(rows)
                stage.update(done)


def _packed(path: Path, stored: StoredVectors) -> PackedWords:
    """The words; those of a file as the bytes that it has for them."""
    words = stored.words
    if not isinstance(words, PackedWords):
        encode_words(path, words, FORBIDDEN, "fastText's .bin")
        words = PackedWords.pack(words)
    lengths = np.diff(words.ends, prepend=0)
    zeros = np.searchsorted(words.ends, np.flatnonzero(words.text == 0)[:1], side="right")
    wrong = [*zeros.tolist(), *np.flatnonzero((lengths >= LONGEST_WORD) | (lengths == 0))[:1].tolist()]
    if wrong:
        shown = words[wrong[0]][:40]
        raise FormatError(path, f"word {wrong[0]:,} is {shown!r}, which fastText's .bin cannot hold; save as .firth")
    return words


def _check(path: Path, stored: StoredVectors, model: str) -> None:
    if model == "supervised":
        raise FormatError(path, f"{SUPERVISED}, was read without its labels, and cannot be written; save as .firth")
    if stored.subwords is None:
        return
    n_buckets, longest = stored.subwords.n_buckets, stored.subwords.max_length
    if n_buckets > MOST_ROWS or longest > LONGEST_NGRAM:
        found = f"{n_buckets:,} buckets of n-grams of up to {longest:,} characters"
        most = f"{MOST_ROWS:,} of {LONGEST_NGRAM:,}"
        raise FormatError(path, f"{found}: fastText's .bin has a row for each, at most {most}; save as .firth")


def _n_tokens(stored: StoredVectors, counts: Counts) -> int:
    """Tokens of the text, rare words included."""
    from_file = stored.metadata.get("fasttext", {}).get("tokens")
    return int(stored.metadata.get("total_words", counts.sum()) if from_file is None else from_file)


def _own_rows(stored: StoredVectors, words: PackedWords) -> Matrix:
    """The rows of the words without their n-grams: (n + 1) vector - the sum of the n rows of n-grams."""
    if stored.own_vectors is not None:
        return stored.own_vectors
    subwords = stored.subwords
    if subwords is None:
        return stored.matrix
    contributed, n_parts = of_ngrams(WordBytes(words.text, words.ends), subwords)
    return (stored.matrix - contributed) * n_parts[:, None].astype(np.float32)


def _inputs(stored: StoredVectors, own: Matrix) -> Iterator[Matrix]:
    """The input matrix (V + B, D) in pieces: the rows of the words, then one for each bucket."""
    yield from _pieces(own)
    subwords = stored.subwords
    if subwords is None:
        return
    if subwords.buckets is None:
        yield from _pieces(subwords.matrix)
        return
    for part in _parts(subwords.n_buckets, stored.matrix.shape[1]):
        piece = np.zeros((part.stop - part.start, stored.matrix.shape[1]), np.float32)
        begin, end = np.searchsorted(subwords.buckets, [part.start, part.stop]).tolist()
        piece[subwords.buckets[begin:end] - np.uint32(part.start)] = subwords.matrix[begin:end]
        yield piece


def _outputs(stored: StoredVectors) -> Iterator[Matrix]:
    """The output matrix (V, D) in pieces; the program numbers nodes as they are made, we in the opposite order."""
    if stored.context_vectors is not None:
        yield from _pieces(stored.context_vectors)
    elif stored.node_vectors is not None:
        yield from _pieces(stored.node_vectors[::-1])
        yield np.zeros((1, stored.matrix.shape[1]), np.float32)
    else:
        for part in _parts(*stored.matrix.shape):
            yield np.zeros((part.stop - part.start, stored.matrix.shape[1]), np.float32)


def _pieces(matrix: Matrix) -> Iterator[Matrix]:
    for part in _parts(*matrix.shape):
        yield matrix[part]


def _parts(n_rows: int, vector_size: int) -> Iterator[slice]:
    at_once = max(1, NUMBERS_AT_ONCE // vector_size)
    for first in range(0, n_rows, at_once):
        yield slice(first, min(first + at_once, n_rows))
