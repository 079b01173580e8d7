"""The vectors of all words of a fastText model, which its file holds only in pieces.

A word's vector is the mean of its own row and the rows of its n-grams. Large models are worked off by
compiled code on all cores, small ones in Python, sooner than that code is loaded.

Shapes  V words, B rows of n-grams, D numbers per row; the table has V + B rows.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from firth.arrays import Matrix
from firth.formats.byte_cursor import FileMatrix
from firth.formats.packed_words import PackedWords
from firth.formats.subwords import Subwords, ngram_rows
from firth.parallel import available_cores

__all__ = ["find_not_finite", "word_means", "word_means_slowly"]

SMALL = 200_000  # n-grams, of some 4,000 words: 0.4 s in Python, as long as compiled code takes to be loaded
WORDS_AT_ONCE = 4096  # that a thread takes at a time
SMALL_MATRIX = 1 << 24  # numbers
NUMBERS_AT_ONCE = 1 << 22


def word_means(words: PackedWords, table: FileMatrix, subwords: Subwords | None) -> Matrix:
    """The vector of every word (V, D); without subwords its own row alone."""
    n_words = len(words)
    if subwords is None:
        return table.array[:n_words].copy()
    if (len(words.text) + n_words) * subwords.max_length <= SMALL:  # no fewer than there are n-grams
        return word_means_slowly(words, table, subwords)
    # Not at the top of the file: small models should not wait 0.4 s for Numba.
    from firth.kernels.arguments import NgramTable
    from firth.kernels.cpu.files.subwords import ROOM, average_ngrams

    lengths = (subwords.min_length, subwords.max_length)
    rows = NgramTable(table.content, table.start, n_words, len(subwords.matrix), *lengths)
    vectors = np.empty((n_words, table.shape[1]), np.float32)

    def average(first: int) -> None:
        last = min(first + WORDS_AT_ONCE, n_words)
        average_ngrams(words.text, words.ends, rows, first, last, np.empty(ROOM, np.int64), vectors)

    with ThreadPoolExecutor(available_cores()) as pool:
        list(pool.map(average, range(0, n_words, WORDS_AT_ONCE)))
    return vectors


def word_means_slowly(words: PackedWords, table: FileMatrix, subwords: Subwords) -> Matrix:
    """The same, word by word: the slow twin of kernels/cpu/files/subwords.py."""
    matrix, n_words, n_buckets = table.array, len(words), len(subwords.matrix)
    vectors = np.empty((n_words, table.shape[1]), np.float32)
    begin = 0
    for i, end in enumerate(words.ends.tolist()):
        word = words.text[begin:end].tobytes()
        hashed = ngram_rows(word, subwords.min_length, subwords.max_length, n_buckets)
        rows = [i, *(n_words + row for row in hashed)]
        with np.errstate(over="ignore", invalid="ignore"):
            vectors[i] = np.add.reduce(matrix[rows]) * np.float32(1 / len(rows))
        begin = end
    return vectors


def find_not_finite(matrix: FileMatrix) -> int | None:
    """The row of the first number that is infinite or none.

    It also brings the file into memory from its beginning to its end, which is how disks are fastest; n-grams are
    read in no order.
    """
    rows, columns = matrix.shape
    size = rows * columns
    if size <= SMALL_MATRIX:
        wrong = np.flatnonzero(~np.isfinite(matrix.array.reshape(-1)))
        return int(wrong[0]) // columns if len(wrong) else None
    from firth.kernels.cpu.files.subwords import first_not_finite

    def find(first: int) -> int | None:
        found = first_not_finite(matrix.content, matrix.place(0) + 4 * first, min(NUMBERS_AT_ONCE, size - first))
        return None if found < 0 else first + int(found)

    with ThreadPoolExecutor(available_cores()) as pool:
        places = [place for place in pool.map(find, range(0, size, NUMBERS_AT_ONCE)) if place is not None]
    return places[0] // columns if places else None
