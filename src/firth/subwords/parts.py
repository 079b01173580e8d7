"""What words are made of: their own rows and the rows of those n-grams that occur, numbered without gaps.

The matrix of a model with n-grams has V rows of the words' own vectors, then P rows of n-grams. fastText hashes n-grams
to B buckets, of which 20 MB of novels touch 6 % (110,869 of 2,000,000): only those that occur have a row.

Source  Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information", section 3.2.
Shapes  V words, P rows of n-grams, N parts of all words together, D numbers per row.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Offsets
from firth.errors import SettingError
from firth.interruption import importing
from firth.kernels.arguments import Ngrams, WordBytes
from firth.parallel import available_cores, share_parts
from firth.subwords.ngrams import Buckets, Subwords, check_ngrams

__all__ = ["WordParts", "composed", "of_ngrams", "with_words_alone", "word_parts"]

WORDS_AT_ONCE = 4096  # that a thread takes at a time
LISTED = 256  # n-grams that are listed at a time: they stay in the L1 cache


class WordParts(NamedTuple):
    """The rows that make up each word, in a matrix of the words' own rows and then those of n-grams."""

    starts: Offsets  # (V + 1,) the parts of word w are parts[starts[w] : starts[w + 1]]
    parts: NDArray[np.int32]  # (N,) first w, its own row; then V + p for each n-gram of bucket buckets[p]
    buckets: Buckets  # (P,) those that occur, ascending


def word_parts(words: WordBytes, min_length: int, max_length: int, n_buckets: int) -> WordParts:
    """The parts of each word. A word that is `</s>` or too short for an n-gram has its own row alone.

    An n-gram that occurs twice in a word, or two of one bucket, are two parts.

    Parameters
    ----------
    min_length, max_length : characters of the shortest and the longest n-gram, < and > included.
    n_buckets : B, in [1, 2^32); memory does not depend on it, so that many buckets stand for n-grams without
        collisions.

    Raises   SettingError if a number is impossible, or words and n-grams would have more than 2^31 - 1 rows.
    """
    check_ngrams(min_length, max_length, n_buckets)
    # Not at the top of the file: small models should not wait 0.4 s for Numba.
    with importing():
        from firth.kernels.cpu.text import parts as kernels

    n_words = len(words.ends)
    ngrams = Ngrams(0, n_buckets, min_length, max_length)
    starts = np.zeros(n_words + 1, np.int64)
    counts = starts[1:]
    _in_threads(n_words, lambda first, last: kernels.count_parts(words, ngrams, first, last, counts))
    np.cumsum(counts, out=counts)
    parts = np.empty(int(starts[-1]), np.uint32)
    listed = max(LISTED, max_length - min_length + 1)

    def list_parts(first: int, last: int) -> None:
        kernels.list_parts(words, ngrams, first, last, starts, np.empty(listed, np.int64), parts)

    _in_threads(n_words, list_parts)
    found = kernels.number_buckets(starts, parts)
    _check_rows(n_words + len(found))
    order = np.argsort(found)
    rows = np.empty(len(found), np.uint32)
    rows[order] = np.arange(n_words, n_words + len(found), dtype=np.uint32)
    _in_threads(n_words, lambda first, last: kernels.place_rows(starts, rows, first, last, parts))
    return WordParts(starts, parts.view(np.int32), found[order])


def composed(parts: WordParts, rows: Matrix) -> Matrix:
    """The vector of each word (V, D): the mean of its own row and all its n-grams', as fastText has it.

    rows : (V + P, D) float32.
    """
    # Not at the top of the file: see above.
    with importing():
        from firth.kernels.cpu.text.parts import average_parts

    starts, listed, buckets = parts
    n_words = len(starts) - 1
    if rows.shape[0] != n_words + len(buckets):
        raise SettingError(f"rows of shape {rows.shape}: must be ({n_words + len(buckets)}, D), of words and n-grams")
    rows = np.ascontiguousarray(rows, np.float32)
    means = np.empty((n_words, rows.shape[1]), np.float32)
    _in_threads(n_words, lambda first, last: average_parts(starts, listed, rows, first, last, means))
    return means


def with_words_alone(parts: WordParts, chosen: NDArray[np.bool_]) -> WordParts:
    """The same, where each chosen word (V,) is made of its own row alone."""
    starts, listed, buckets = parts
    counts = np.diff(starts)
    kept = np.repeat(~chosen, counts)
    kept[starts[:-1]] = True  # the first part of a word is its own row
    fewer = np.zeros_like(starts)
    np.cumsum(np.where(chosen, 1, counts), out=fewer[1:])
    return WordParts(fewer, listed[kept], buckets)


def of_ngrams(words: WordBytes, subwords: Subwords) -> tuple[Matrix, NDArray[np.int64]]:
    """What n-grams contribute to each word's vector (V, D), the mean of its parts; and how many parts it has (V,)."""
    parts = word_parts(words, subwords.min_length, subwords.max_length, subwords.n_buckets)
    nothing = np.zeros((len(words.ends), subwords.matrix.shape[1]), np.float32)  # the words' own rows
    return composed(parts, np.concatenate((nothing, subwords.vectors_of(parts.buckets)))), np.diff(parts.starts)


def _in_threads(n_words: int, work: Callable[[int, int], None]) -> None:
    """Call work(first, last) for ranges of words that cover all of them."""

    def work_on(firsts: Iterator[int]) -> None:
        for first in firsts:
            work(first, min(first + WORDS_AT_ONCE, n_words))

    firsts = range(0, n_words, WORDS_AT_ONCE)
    share_parts(work_on, firsts, max(1, min(available_cores(), len(firsts))))


def _check_rows(rows: int) -> None:
    if rows >= 1 << 31:
        raise SettingError(f"{rows:,} rows of words and n-grams: must be fewer than 2^31; raise min_count")
