"""The contract between Python and compiled code: named tuples of arrays and numbers.

Numba keeps compiled code on disk for named tuples of an importable module, so these live here and nowhere else.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds

__all__ = ["Beam", "Cbow", "Corpus", "Graph", "HotRows", "NgramTable", "ParsedLines", "Report", "Room", "Sampling"]
__all__ += ["HASH_PRIME", "LINE_PADDING", "Schedule", "Weights"]

HASH_PRIME = np.uint64(0x100000001B3)  # words are hashed with its powers; the FNV prime, any large odd number would do
LINE_PADDING = 8  # bytes behind a text of lines, of which the first is a line end: digits are read eight at a time


class Corpus(NamedTuple):
    """The encoded text."""

    ids: WordIds  # (T,)
    sentence_offsets: Offsets  # (S + 1,)


class Sampling(NamedTuple):
    """What chance decides: which occurrences are read, how wide a window is, which words are noise."""

    keep_thresholds: NDArray[np.uint32]  # (V,) an occurrence is read if a random uint32 is not above
    noise_table: NDArray[np.uint64]  # (V,) alias table: acceptance threshold << 32 | alias
    window: int  # largest distance of a context word
    shrink_window: bool  # whether each position draws its reach from 1 .. window
    negative_samples: int  # K, at most V - 1
    key: np.uint64  # all draws of an epoch are a function of this and the position in the corpus


class Schedule(NamedTuple):
    """The learning rate, linear in the position: rate_at(position) = first + slope * position."""

    first_rate: float  # at the first token of this epoch
    slope: float  # change per token, not positive
    chunk: int  # tokens a thread takes at a time
    batch: int  # tokens it trains between exchanges of hot rows, at most kernels.cpu.batches.BATCH


class Weights(NamedTuple):
    """Both matrices, flat. Rows are `stride` floats apart and zero beyond the vector size."""

    word: NDArray[np.float32]  # rows 0 .. V - 1: the word vectors (the document's Embedding); then copies
    context: NDArray[np.float32]  # rows 0 .. V - 1: the context vectors (its Context); then copies; then a zero row
    stride: int  # whole cache lines
    columns: int  # floats of a row to work on, a multiple of LANES


class HotRows(NamedTuple):
    """A thread's own copies of the rows of the most frequent words (see kernels/cpu/hot_rows.py)."""

    count: int  # words 0 .. count - 1 have copies; 0 switches them off
    first: int  # their first row, in both matrices
    least: int  # rows exchanged before every batch; twice as many before every second one, ...
    spare: int  # a row of context vectors that stays zero: it fills the last block of targets
    word_snapshot: NDArray[np.float32]  # (count * stride,) the copies as they were exchanged last
    context_snapshot: NDArray[np.float32]  # (count * stride,)


class Report(NamedTuple):
    """What threads tell one another and Python while they work."""

    control: NDArray[np.int64]  # [next chunk to take, 1 if all should stop]
    tokens: NDArray[np.int64]  # [tokens done by this thread]
    pairs: NDArray[np.int64]  # [(center, context) pairs trained by this thread]
    loss: NDArray[np.float64]  # [sum over those pairs of the negative log-likelihood, in nats]


class Cbow(NamedTuple):
    """What CBOW needs besides; None in its place means skip-gram."""

    hidden: NDArray[np.float32]  # (stride,) scratch: the mean of the window's word vectors
    gradient: NDArray[np.float32]  # (stride,) scratch: what the targets want of the hidden vector
    share: bool  # whether each word of the window gets the gradient divided by their number (the exact gradient)


class Room(NamedTuple):
    """A thread's scratch arrays; kernels/cpu/targets.py makes them."""

    inputs: NDArray[np.int64]  # (2 * window + 2,) rows of the words around a position
    word_rows: NDArray[np.int64]  # (words of a batch,) the row of each
    targets: NDArray[np.int64]  # (1 + K,) word ids of one position
    target_rows: NDArray[np.int64]  # (RING * padded,) rows of the targets of several positions
    steps: NDArray[np.float32]  # dot products, then learning rate x error
    signs: NDArray[np.float32]  # -1 for a true target, 1 for noise, 0 for padding, by block
    n_blocks: int  # blocks of targets
    padded: int  # targets of a position with padding


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
