"""The vectors of all words of a fastText model, whose file holds the words' own rows and one for each bucket.

A word's vector is the mean of its own row and the rows of its n-grams. Large models are computed by compiled code on
all cores, small ones in Python before that code would be loaded.

Shapes  V words, B buckets of n-grams, D numbers per row; the table has V + B rows.
"""

import operator
import threading

import numpy as np

from firth.arrays import Matrix
from firth.interruption import importing
from firth.kernels.arguments import FileMatrix, Ngrams, WordBytes
from firth.parallel import available_cores, run_in_threads
from firth.progress import ProgressOption, open_progress
from firth.subwords.ngrams import ngram_rows

__all__ = ["word_means", "word_means_in_python"]

SMALL = 200_000  # n-grams, of some 4,000 words: 0.4 s in Python, as long as compiled code takes to be loaded
WORDS_AT_ONCE = 4096  # that a thread takes at a time


def word_means(words: WordBytes, table: FileMatrix, ngrams: Ngrams, progress: ProgressOption = False) -> Matrix:
    """The vector of every word (V, D).

    ngrams : with first_row V.
    progress : one stage, "computing vectors", in words; see firth.progress.open_progress.
    """
    n_words = len(words.ends)
    if (len(words.text) + n_words) * ngrams.max_length <= SMALL:  # no fewer than there are n-grams
        return word_means_in_python(words, table, ngrams)
    # Not at the top of the file: small models should not wait 0.4 s for Numba.
    with importing():
        from firth.kernels.cpu.files.word_means import LISTED, average_ngrams

    listed = max(LISTED, ngrams.max_length - ngrams.min_length + 1)
    vectors = np.empty((n_words, table.shape[1]), np.float32)
    parts, stopped = iter(range(0, n_words, WORDS_AT_ONCE)), threading.Event()

    def average() -> None:
        rows = np.empty(listed, np.int64)
        for first in parts:
            if stopped.is_set():
                return
            average_ngrams(words, table, ngrams, first, min(first + WORDS_AT_ONCE, n_words), rows, vectors)

    def report() -> None:
        stage.update(n_words - WORDS_AT_ONCE * operator.length_hint(parts))

    with open_progress(progress) as reporter, reporter.stage("computing vectors", n_words, "words") as stage:
        run_in_threads(average, [()] * available_cores(), report, stopped.set)
    return vectors


def word_means_in_python(words: WordBytes, table: FileMatrix, ngrams: Ngrams) -> Matrix:
    """The same, word by word: the reference implementation of kernels/cpu/files/word_means.py."""
    matrix, n_words = table.array, len(words.ends)
    vectors = np.empty((n_words, table.shape[1]), np.float32)
    begin = 0
    for i, end in enumerate(words.ends.tolist()):
        word = words.text[begin:end].tobytes()
        hashed = ngram_rows(word, ngrams.min_length, ngrams.max_length, ngrams.n_buckets)
        rows = [i, *(ngrams.first_row + row for row in hashed)]
        with np.errstate(over="ignore", invalid="ignore"):
            vectors[i] = np.add.reduce(matrix[rows]) * np.float32(1 / len(rows))
        begin = end
    return vectors
