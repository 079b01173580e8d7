"""The contract between Python and compiled code: named tuples of arrays and numbers.

Numba keeps compiled code on disk for named tuples of an importable module, so these live here and nowhere else.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Matrix, Offsets, WordIds

__all__ = [
    "Composition",
    "Documents",
    "EncodedIds",
    "GroupNoise",
    "Sampling",
    "SessionTargets",
    "Tree",
]  # training, for all backends
__all__ += ["CleanText", "CodePointTable", "EdgeWorkspace", "FileMatrix", "WordArrays", "WordBytes"]  # text and files
__all__ += ["BAD_LINE", "DOUBTFUL_LINE", "GOOD_LINE", "HASH_PRIME", "LINE_PADDING", "Ngrams", "ParsedLines"]
__all__ += ["Connectors", "PairShare", "PairTable", "PhraseTree"]  # phrases
__all__ += ["Beam", "Graph", "Heaps", "MatrixRows", "QueryTiles", "QuotientQueries", "RowBlock"]  # search

HASH_PRIME = np.uint64(0x100000001B3)  # words are hashed with its powers; the FNV prime, any large odd number would do
LINE_PADDING = 8  # bytes behind the last line of a text, the first of them a line end: digits are read eight at a time
GOOD_LINE, BAD_LINE, DOUBTFUL_LINE = 0, 1, 2  # see ParsedLines


class EncodedIds(NamedTuple):
    """The encoded text."""

    ids: WordIds  # (T,)
    sentence_offsets: Offsets  # (S + 1,)


class Sampling(NamedTuple):
    """What is drawn at random: which occurrences are read, how wide a window is, which words are noise."""

    keep_thresholds: NDArray[np.uint32]  # (V,) an occurrence is read if a random uint32 is not above
    noise_table: NDArray[np.uint64]  # (V,) alias table: acceptance threshold << 32 | alias
    window: tuple[int, int]  # largest distance of a context word before and after; both 0 only with documents
    shrink_window: bool  # whether each position draws both distances, from 1 on
    negative_samples: int  # K, at most V - 1
    key: np.uint64  # all draws of an epoch are a function of this and the position in the corpus


class Tree(NamedTuple):
    """Huffman's tree over the words: the nodes from the root to each word, and the branches that lead there."""

    offsets: Offsets  # (V + 1,) the path to word w is turns[offsets[w] : offsets[w + 1]]
    turns: NDArray[np.int32]  # (P,) 2 x node + code; nodes are 0 .. V - 2, the root is 0; label 1 for code 0, 0 for 1
    longest: int  # nodes of the longest path


class Composition(NamedTuple):
    """What the vector of each word is made of: the mean of some rows of the input matrix, which learn together."""

    starts: Offsets  # (V + 1,) the parts of word w are parts[starts[w] : starts[w + 1]], at least one
    parts: NDArray[np.int32]  # rows of the input matrix; one that comes twice counts twice
    shares: NDArray[np.float32]  # (V,) by how much of what the word learned each part moves: 1; 0 if it is frozen


class GroupNoise(NamedTuple):
    """GroupNoise of words, from which each center gets further noise words: those of its own group."""

    of_word: NDArray[np.int32]  # (V,) -1 for words without a group
    starts: Offsets  # (G + 1,) the words of group g are words[starts[g] : starts[g + 1]]
    words: WordIds  # (M,)
    noise_table: NDArray[np.uint64]  # (M,) an alias table for each group: acceptance threshold << 32 | place in group
    negative_samples: int  # for each position; fewer where a group has fewer other words


class SessionTargets(NamedTuple):
    """A word for each sentence that is one more positive target at all of its positions."""

    targets: WordIds  # (S,) -1 for sentences without one
    weight: float  # how often it counts, where the center counts once


class Documents(NamedTuple):
    """The tags of the document of each sentence: rows of the input matrix that are inputs of all of its windows."""

    starts: Offsets  # (S + 1,) the tags of sentence s are tags[starts[s] : starts[s + 1]], all different
    tags: NDArray[np.int32]
    first: int  # the row of tag 0: behind those of words and n-grams
    count: int  # rows
    longest: int  # most tags of a sentence


class CleanText(NamedTuple):
    """Text as kernels/cpu/text/unicode.py leaves it: words, spaces and newlines."""

    content: NDArray[np.uint8]  # with PADDING spaces behind the text
    origin: int  # position in the corpus of content[0], in any unit in which later text has larger positions


class CodePointTable(NamedTuple):
    """What a tokenizer does with each code point; see kernels/cpu/text/unicode.py."""

    entries: NDArray[np.uint64]  # (1,114,112,) 0 where not filled yet
    words_only: int  # 1 for the tokenizer "words" (lower case, punctuation dropped), 0 for "whitespace"


class WordArrays(NamedTuple):
    """A hash table of distinct words, numbered from 0 by first appearance, with capacity for W words."""

    slots: NDArray[np.uint64]  # (4 W,) open addressing, in pairs: hash; length << 32 | word + 1, or 0 where empty
    counts: NDArray[np.int64]  # (W,) occurrences of each word
    first: NDArray[np.int64]  # (W,) position of its first occurrence
    ends: Offsets  # (W + 1,) word w is arena[ends[w] : ends[w + 1]]
    arena: NDArray[np.uint8]  # the bytes of all words, and PADDING more
    sizes: NDArray[np.int64]  # (4,) WORDS, CLOSED, UNKNOWN_SEEN, SEED of kernels/cpu/text/tokens.py


class EdgeWorkspace(NamedTuple):
    """What number_words overwrites; each (SCRATCH + PADDING,) int64."""

    edges: NDArray[np.int64]  # where words start and stop
    newlines: NDArray[np.int64]


class WordBytes(NamedTuple):
    """V words in UTF-8, end to end."""

    text: NDArray[np.uint8]
    ends: Offsets  # (V,) where each word ends in `text`


class ParsedLines(NamedTuple):
    """What lines "word number …" become, N lines of D numbers each."""

    numbers: NDArray[np.float32]  # (N, D)
    words: NDArray[np.uint8]  # all words end to end, as long as the text itself
    word_ends: Offsets  # (N,) where each word ends
    word_hashes: NDArray[np.uint64]  # (N,) the sum of (byte j + 1) HASH_PRIME^j of each word, mod 2^64
    states: NDArray[np.uint8]  # (N,) GOOD_LINE; BAD_LINE, without a word; DOUBTFUL_LINE, good if its numbers are


class FileMatrix(NamedTuple):
    """A float32 matrix inside a file, where its numbers may start at any address."""

    content: NDArray[np.uint8]  # the file, read-only
    start: int  # the byte where row 0 begins
    shape: tuple[int, int]

    @classmethod
    def of(cls, matrix: Matrix) -> "FileMatrix":
        """A matrix that is in memory, as if it were a file."""
        stored = np.ascontiguousarray(matrix, "<f4")
        content = stored.view(np.uint8).reshape(-1)
        content.flags.writeable = False  # as a mapped file, for which the kernels are compiled
        return cls(content, 0, stored.shape)

    @property
    def array(self) -> Matrix:
        """The matrix as a view of the file; NumPy also reads one at an odd address."""
        rows, columns = self.shape
        stored = self.content[self.start : self.start + 4 * rows * columns].view("<f4").reshape(self.shape)
        return stored.astype(np.float32, copy=False)  # copies on big-endian machines

    def byte_of(self, row: int) -> int:
        """The byte where a row begins."""
        return self.start + 4 * self.shape[1] * row


class Ngrams(NamedTuple):
    """How character n-grams are hashed to rows of a matrix, behind those of the words."""

    first_row: int  # the row of hash value 0: V
    n_buckets: int  # B, rows of n-grams; 0: words have none
    min_length: int  # characters of the shortest n-gram
    max_length: int


class Connectors(NamedTuple):
    """Words that may be inside a phrase, and the G runs of them that occur, as a tree: run 0 is the empty one.

    Run g is run parents[g] and then words[g].
    """

    is_connector: NDArray[np.uint8]  # (V,)
    keys: NDArray[np.uint64]  # (C,) open addressing: (run + 1) << 32 | connector, or 0 where empty
    runs: NDArray[np.int32]  # (C,) the run that this connector makes of that run
    parents: NDArray[np.int32]  # (capacity,)
    words: NDArray[np.int32]  # (capacity,)
    sizes: NDArray[np.int64]  # (1,) G


class PairShare(NamedTuple):
    """The pairs that are counted at one time: those with certain connectors between, and hashes in a range."""

    word_bits: int  # B: a pair is one number, (run - first_run) << 2 B | first word << B | second word
    first_run: int
    stop_run: int
    low: int  # the upper 32 bits of the hash are in low .. high - 1
    high: int


class PairTable(NamedTuple):
    """A hash table of pairs and their counts; at most 3/4 of its slots are in use."""

    keys: NDArray[np.uint64]  # (C,) open addressing: the pair + 1, or 0 where empty
    counts: NDArray[np.int64]  # (C,)
    sizes: NDArray[np.int64]  # (1,) slots in use


class PhraseTree(NamedTuple):
    """Phrases, each at least two word ids, as a tree of nodes; node 0 is its root."""

    first: NDArray[np.int32]  # (V,) the node of a word that begins a phrase, or 0
    keys: NDArray[np.uint64]  # (C,) open addressing: node << 32 | next word, or 0 where empty
    nodes: NDArray[np.int32]  # (C,) the node that they lead to
    joined: NDArray[np.int32]  # (N,) the word that the phrase ending at a node becomes, or -1 where none ends
    sizes: NDArray[np.int64]  # (1,) nodes


class MatrixRows(NamedTuple):
    """A matrix of vectors and what scales its rows to length 1. Read-only."""

    numbers: NDArray[np.float32]  # (V * D,) the matrix, flat
    inverse_norms: NDArray[np.float32]  # (V,) 1 / length of each row


class RowBlock(NamedTuple):
    """Some consecutive rows."""

    rows: NDArray[np.float32]  # (B, D) C-contiguous
    scales: NDArray[np.float32]  # (B,) what scales each to length 1
    first: int  # the index of the first one among all rows that are searched
    count: int  # of the B rows that are in use


class Heaps(NamedTuple):
    """The K best rows found so far for each of Q queries (see kernels/cpu/search/heap.py)."""

    scores: NDArray[np.float32]  # (Q, K) the worst at [q, 0]
    rows: NDArray[np.int64]  # (Q, K)


class QueryTiles(NamedTuple):
    """Many queries in tiles of W (kernels/cpu/search/batch.py), transposed: number d of all queries of a tile."""

    numbers: NDArray[np.float32]  # (tiles * D * W,)
    offsets: tuple[int, ...]  # where the registers of a tile start: LANES apart


class QuotientQueries(NamedTuple):
    """The 4 or 8 query vectors of one 3CosMul query, each padded to whole registers.

    For each the whole registers that D numbers fill, then one for the last LANES numbers of a row, with zeros for
    those that were in a register before.
    """

    numbers: NDArray[np.float32]
    offsets: tuple[int, ...]  # where each query vector starts
    added: int  # the first so many are multiplied, the others divided by
    count: int  # all that are in use


class Graph(NamedTuple):
    """A matrix and links from each of its rows to near ones, for approximate search. Read-only."""

    numbers: NDArray[np.float32]  # (V * D,) the matrix, flat
    inverse_norms: NDArray[np.float32]  # (V,) 1 / length of each row
    links: NDArray[np.int32]  # (V, L) rows, then -1
    entries: NDArray[np.int32]  # (E,) different rows where a search starts


class Beam(NamedTuple):
    """The best rows that a search has seen so far, best first."""

    rows: NDArray[np.int32]  # (W,)
    cosines: NDArray[np.float32]  # (W,)
    is_followed: NDArray[np.bool_]  # (W,) whether the search has followed the links of the row
