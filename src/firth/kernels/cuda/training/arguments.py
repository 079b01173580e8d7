"""What the backend hands to the training kernels of a GPU: named tuples of numbers and of arrays on the device.

Draws are made from the Sampling of kernels/arguments.py, as on the processor.

Letters   V words, D numbers per vector, K noise words per position; P tokens of a piece.
"""

from typing import Any, NamedTuple

from firth.kernels.arguments import GroupNoise, SessionTargets, Tree

__all__ = ["CONTRAST", "EXTRAS", "NOISE", "TREE"]  # kinds of targets
__all__ += ["Counters", "Inputs", "Piece", "PositionTargets", "ReadWords", "Schedule", "Shape", "TargetTables"]
__all__ += ["Weights"]

# Negative sampling; hierarchical softmax; noise-contrastive estimation; negative sampling with groups or sessions.
NOISE, TREE, CONTRAST, EXTRAS = range(4)

Array = Any  # on the device


class Piece(NamedTuple):
    """Some tokens of the corpus that are trained by one launch, and what their windows reach on either side."""

    ids: Array  # int32; the first token of a sentence has the highest bit set
    at: int  # where in ids the piece begins
    first: int  # the position in the corpus of its first token
    count: int  # P
    around: Array  # (before + after,) words that are read before the piece, then those after it
    before: int
    after: int


class ReadWords(NamedTuple):
    """The words of a piece that subsampling leaves, in order, between those that are read before and after it.

    The words of the piece begin at `margin`. A sentence number of -1 ends what windows may reach.
    """

    words: Array  # (margin + P + after + 1,) int32
    sentences: Array  # sentences that have begun in the piece
    offsets: Array  # position in the piece
    tiles: Array  # (tiles, 2) int32: words read and sentences begun before each tile
    totals: Array  # (2,) int32: in the piece
    margin: int
    n_tiles: int


class Inputs(NamedTuple):
    """What inputs are made of, where that is not a row for each word; arrays of one element where it is.

    The tags are those of sentences with words: sentence 0 is the first of them in the corpus.
    """

    starts: Array  # (V + 1,) int64: the rows of word w are parts[starts[w] : starts[w + 1]]
    parts: Array  # int32
    shares: Array  # (V,) float32: by how much of what the word learned each of its rows moves
    weights: Array  # (V,) float32: how much each word weighs in the mean of CBOW; a document weighs 1
    tag_starts: Array  # (S + 1,) int64: the tags of sentence s are tags[tag_starts[s] : tag_starts[s + 1]]
    tags: Array  # int32
    first_row: int  # of tags
    first_sentence: int  # the number of the sentence before the first one that begins in the piece, or -1


class Schedule(NamedTuple):
    """The learning rate is linear in the position, and stays for BATCH positions, as on the processor."""

    first: int  # the position in the corpus of the first token
    first_rate: float  # at the first token of the corpus
    slope: float  # per token


class Weights(NamedTuple):
    """Both matrices, flat. Rows are `stride` floats apart, whole sectors of 32 bytes, and zero beyond D."""

    input: Array
    output: Array
    stride: int


class Counters(NamedTuple):
    """What a piece has trained."""

    next: Array  # (1,) int32: the next word that no warp has taken
    pairs: Array  # (1,) int64
    loss: Array  # (1,) float64


class TargetTables(NamedTuple):
    """What targets are made from, besides Sampling; all that the plan does not have is a 0 or arrays of one 0."""

    tree: Tree
    shifts: Array  # (V,) float32, of noise-contrastive estimation
    groups: GroupNoise  # none draws nothing
    sessions: SessionTargets  # none has weight 0
    sentence_offsets: Array  # (S + 1,) int64, for sessions


class PositionTargets(NamedTuple):
    """The targets of a position; target k is entries[first + k]."""

    entries: Array  # int32: words; of a tree 2 x node + code
    first: int
    count: int
    weights: Array  # CONTRAST, EXTRAS: how often each target counts
    of_session: int  # EXTRAS: the target of the sentence among them; -1: there is none
    tables: TargetTables


class Shape(NamedTuple):
    """What a training kernel is compiled for."""

    cbow: int
    exact: int  # CBOW: each of the n words of a window gets 1 / n of the gradient
    kind: int  # of targets: NOISE, TREE, CONTRAST or EXTRAS
    all_targets: int  # the most of a position, and of NOISE all; of a TREE 1: its paths are read where they are
    slots: int  # positions that are prepared at a time: the targets of so many are in shared memory
    targets: int  # of a block: rows in registers
    inputs: int  # rows that are scored together
    vectors: int  # registers of four numbers in each lane for one row: D is at most 128 times as much
    sums: int  # 8, 16, 32 or 64, not below the number of products of a block
    fours: int  # whether the GPU adds four numbers in one operation
    composed: int  # whether words are made of several rows, or move by a share
    documents: int  # whether the document of a position is an input, too
    parts: int  # rows of a word that are loaded together
