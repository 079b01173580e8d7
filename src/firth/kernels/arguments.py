"""The contract between Python and compiled code: named tuples of arrays and numbers.

Numba keeps compiled code on disk for named tuples of an importable module, so these live here and nowhere else.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds

__all__ = ["HASH_PRIME", "LINE_PADDING", "Beam", "EncodedIds", "Graph", "NgramTable", "ParsedLines"]
__all__ += ["Sampling", "Tree"]

HASH_PRIME = np.uint64(0x100000001B3)  # words are hashed with its powers; the FNV prime, any large odd number would do
LINE_PADDING = 8  # bytes behind a text of lines, of which the first is a line end: digits are read eight at a time


class EncodedIds(NamedTuple):
    """The encoded text."""

    ids: WordIds  # (T,)
    sentence_offsets: Offsets  # (S + 1,)


class Sampling(NamedTuple):
    """What is drawn at random: which occurrences are read, how wide a window is, which words are noise."""

    keep_thresholds: NDArray[np.uint32]  # (V,) an occurrence is read if a random uint32 is not above
    noise_table: NDArray[np.uint64]  # (V,) alias table: acceptance threshold << 32 | alias
    window: int  # largest distance of a context word
    shrink_window: bool  # whether each position draws its window from 1 .. window
    negative_samples: int  # K, at most V - 1
    key: np.uint64  # all draws of an epoch are a function of this and the position in the corpus


class Tree(NamedTuple):
    """Huffman's tree over the words: the nodes from the root to each word, and the branches that lead there."""

    offsets: Offsets  # (V + 1,) the path to word w is turns[offsets[w] : offsets[w + 1]]
    turns: NDArray[
        np.int32
    ]  # (P,) 2 x node + code: nodes 0 .. V - 2, 0 is the root; code 0 has label 1, code 1 label 0
    longest: int  # nodes of the longest path


class ParsedLines(NamedTuple):
    """What lines "word number …" become, N lines of D numbers each."""

    numbers: NDArray[np.float32]  # (N, D)
    words: NDArray[np.uint8]  # all words end to end, with room for all of the text
    word_ends: Offsets  # (N,) where each word ends
    word_hashes: NDArray[np.uint64]  # (N,) the sum of (byte j + 1) HASH_PRIME^j of each word, mod 2^64


class NgramTable(NamedTuple):
    """The rows of a fastText input matrix, first those of the words, then those of hashed n-grams."""

    content: NDArray[np.uint8]  # a file, in which the float32 numbers may stand at any address
    start: int  # the byte where row 0 begins
    n_words: int  # rows before those of n-grams
    n_buckets: int  # rows of n-grams; 0 where words have none
    min_length: int  # characters of the shortest n-gram
    max_length: int


class Graph(NamedTuple):
    """A matrix and links from each of its rows to near ones, along which a search can walk. All read-only."""

    numbers: NDArray[np.float32]  # (V * D,) the matrix, flat
    inverse_norms: NDArray[np.float32]  # (V,) 1 / length of each row
    links: NDArray[np.int32]  # (V, L) rows; after the last link of a row stands -1
    entries: NDArray[np.int32]  # (E,) different rows where a search begins


class Beam(NamedTuple):
    """The best rows that a search has seen so far, best first."""

    rows: NDArray[np.int32]  # (W,)
    cosines: NDArray[np.float32]  # (W,)
    is_followed: NDArray[np.bool_]  # (W,) whether all rows linked to have been seen
