"""The vectors of the words of a fastText model: the mean of a word's own row and the rows of its n-grams.

Reference   firth.subwords.word_means.word_means_in_python
Shapes      V words end to end, B rows of n-grams; the file holds V + B rows of D float32 at any address.
            vectors (V, D) float32 is filled.
Threads     share the file and fill rows of their own.
"""

from numba import float32, int64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.text.ngrams import is_end_of_sentence, list_ngrams
from firth.simd.bytes import load_float
from firth.simd.memory import prefetch

__all__ = ["LISTED", "average_ngrams"]

LISTED = 256  # rows of n-grams that are listed before they are summed, unless one start has more
AHEAD = 4  # rows prefetched before they are summed: twice as fast as without; 1 to 16 are alike
CACHE_LINE_BYTES = 64


@step
def row_offset(table, row, row_bytes):
    """The byte where a row begins."""
    return table.start + row * row_bytes


@step
def prefetch_row(table, row, row_bytes):
    """Start bringing a row into the cache."""
    offset = row_offset(table, row, row_bytes)
    for line in range(0, row_bytes, CACHE_LINE_BYTES):
        prefetch(table.content, offset + line)


@step
def add_rows(table, rows, n, total):
    """Add the first n listed rows to the total."""
    row_bytes = 4 * total.shape[0]
    for k in range(min(AHEAD, n)):
        prefetch_row(table, rows[k], row_bytes)
    for k in range(n):
        if k + AHEAD < n:
            prefetch_row(table, rows[k + AHEAD], row_bytes)
        offset = row_offset(table, rows[k], row_bytes)
        for d in range(total.shape[0]):
            total[d] += load_float(table.content, offset + 4 * d)


@kernel
def average_ngrams(words, table, ngrams, first, last, rows, vectors):
    """Fill vectors[first:last].

    words, table, ngrams : kernels.arguments.WordBytes, FileMatrix and Ngrams; n_buckets 0 leaves each word its own row.
    rows : (R,) int64 workspace, at least the n-grams of one start: max_length - min_length + 1.
    """
    row_bytes = 4 * vectors.shape[1]
    for word in range(first, last):
        begin, end = words.ends[word - 1] if word > 0 else 0, words.ends[word]
        total = vectors[word]
        offset = row_offset(table, word, row_bytes)
        for d in range(total.shape[0]):
            total[d] = load_float(table.content, offset + 4 * d)
        if ngrams.n_buckets == 0 or is_end_of_sentence(words.text, begin, end):
            continue
        n_ngrams, start = int64(0), int64(0)
        while start >= 0:
            listed, start = list_ngrams(words.text, begin, end, ngrams, start, rows)
            add_rows(table, rows, listed, total)
            n_ngrams += listed
        share = float32(1.0 / (1 + n_ngrams))
        for d in range(total.shape[0]):
            total[d] *= share
