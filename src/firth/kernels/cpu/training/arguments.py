"""What the backend hands to the training kernels of the CPU: named tuples of arrays and numbers.

What every backend trains from (the text, the sampling tables, the tree) is in kernels/arguments.py. An optional field
is None where the feature is not used; kernels/compile.py says how that removes its code. Numba keeps compiled code on
disk for named tuples of an importable module only, so none is defined elsewhere.

Letters   V words, D numbers per vector, K noise words per position, T tokens.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firth.arrays import Offsets, WordIds
from firth.kernels.arguments import Composition, Documents, EncodedIds, GroupNoise, Sampling, SessionTargets, Tree

__all__ = ["NEXT_CHUNK", "STOP", "Batch", "Centers", "ComposedRows", "Counters", "EpochArguments", "HotRows", "Mean"]
__all__ += [
    "Objective",
    "Schedule",
    "SharedState",
    "SoftmaxWorkspace",
    "Targets",
    "TargetSlot",
    "VectorRows",
    "Weights",
]
__all__ += ["Inference", "Workspace"]
__all__ += ["Copies", "DrawnRows", "Spectrum", "Updates"]  # copies of the matrices that meet


class Schedule(NamedTuple):
    """Which tokens of the corpus are trained, and how fast; the learning rate is linear in the position."""

    first: int  # the tokens first .. stop - 1 are trained
    stop: int
    first_rate: float  # learning rate at the first token of the corpus
    slope: float  # its change per token, not positive
    chunk: int  # tokens a thread takes at a time
    batch: int  # tokens it trains between two exchanges of hot rows, at most batches.BATCH


class Weights(NamedTuple):
    """Both matrices, flat. Rows are `stride` floats apart, aligned to cache lines, and zero beyond D."""

    input: NDArray[np.float32]  # the word vectors (the document's Embedding); then copies of hot rows
    output: NDArray[np.float32]  # the context vectors (its Context) or the node vectors; then copies; then zero rows
    stride: int  # whole cache lines
    columns: int  # floats of a row to work on, a multiple of LANES


class HotRows(NamedTuple):
    """A thread's own copies of the most frequent rows (see hot_rows.py)."""

    count: int  # rows 0 .. count - 1 have copies; 0: no copies
    first_input: int  # where their copies begin in either matrix
    first_output: int
    least: int  # rows exchanged before every batch; twice as many before every second one, ...
    zero_row: int  # an output row that stays zero: it fills the last block of targets
    input_snapshot: NDArray[np.float32]  # (count * stride,) the copies as they were last exchanged
    output_snapshot: NDArray[np.float32]  # (count * stride,)


class Counters(NamedTuple):
    """What one thread has trained, each number in a cache line of its own; Python reads them while threads write."""

    tokens: NDArray[np.int64]  # [tokens read, those that subsampling skips included]
    pairs: NDArray[np.int64]  # [pairs of an input and a center]
    loss: NDArray[np.float64]  # [sum over those pairs of the negative log-likelihood, in nats]


NEXT_CHUNK, STOP = 0, 1  # indices of SharedState.control


class SharedState(NamedTuple):
    """How threads and Python talk to one another during an epoch."""

    control: NDArray[np.int64]  # [NEXT_CHUNK]: the next chunk nobody has taken; [STOP]: 1 if all threads should return
    counters: Counters  # this thread's


class Mean(NamedTuple):
    """CBOW: the input of a position is the mean of the window's word vectors, or their sum."""

    is_sum: bool  # each row gets the gradient / how many there are, as in gensim: its change is not n times larger
    exact_gradient: bool  # whether each of the n words gets 1 / n of the gradient; word2vec.c gives all of it to each
    rows_of_words: (
        NDArray[np.float32] | None
    )  # (V,) how much each word weighs: as many rows as it is made of; None: alike


class Objective(NamedTuple):
    """What the targets of a position are; all None: the center and noise words (negative sampling)."""

    tree: Tree | None  # hierarchical softmax: the nodes on the path to the center
    contrast_shifts: NDArray[np.float32] | None  # noise-contrastive estimation: (V,) log(K V x noise probability)
    groups: GroupNoise | None  # negative sampling: noise words of the center's group as well
    sessions: SessionTargets | None  # negative sampling: the target of the sentence as well


class Batch(NamedTuple):
    """Words that are trained together, and those that their windows reach."""

    words: WordIds  # (n,) in the order of the text
    draws: NDArray[np.uint64]  # (n,) the random bits that belong to each word's position
    lefts: NDArray[np.int64]  # (n,) the window of word i is words[lefts[i] : rights[i]] without i
    rights: NDArray[np.int64]  # (n,)
    rows: NDArray[np.int64]  # (n,) where each word's input row is, in floats from the start of the matrix
    sentences: NDArray[np.int64]  # (n,) the sentence of each center; filled only for sessions and documents


class Centers(NamedTuple):
    """Which words of a batch are trained as centers."""

    first: int
    stop: int
    n_words: int  # words in the batch, with those that only windows reach
    sentence: int  # of the position that comes next


class Targets(NamedTuple):
    """The targets of the next few positions: target j of n has the loss

        weights[j] * softplus(z) - labels[j] * z          where z = input . output row j - shifts[j]

    Up to 8 rows are multiplied together (a block). Labels, weights and shifts are stored in eights, one for each block,
    and are 0 where a block has fewer rows; the zero row fills up the last block. The RING positions that are kept at a
    time are called slots.
    """

    words: NDArray[np.int64]  # (n,) scratch: the word ids of one position's targets
    rows: NDArray[np.int64]  # (RING * padded,) where the output rows are
    labels: NDArray[np.float32]  # 1 for the center, 0 for noise
    weights: NDArray[np.float32]  # how often the target counts: 1, or its number of draws
    shifts: NDArray[np.float32] | None  # None: no shifts, and weights are 0 or 1
    slots: NDArray[np.int64]  # (RING, 3) of each slot: TargetSlot.blocks, tail and labels_at
    padded: int  # targets of a slot with padding
    block: tuple[int, ...]  # its length is the number of rows in a block; the values are not used
    tail: tuple[int, ...] | None  # its length is the number of rows of a shorter last block; None: all are equal


class TargetSlot(NamedTuple):
    """Where in Targets the targets of one position are."""

    first: int  # in rows
    blocks: int  # whole blocks
    tail: int  # 1 if a shorter block follows, else 0
    labels_at: int  # in labels, weights and shifts
    padding_at: int  # in the same: eight zeros


class Workspace(NamedTuple):
    """A thread's scratch arrays; new_workspace() in workspace.py makes them."""

    inputs: NDArray[np.int64]  # (n + 2,) input rows of the words around a position
    shares: NDArray[np.float32]  # (n + 2,) how much each weighs in their mean, where they do not weigh alike
    batch: Batch
    targets: Targets
    steps: NDArray[np.float32]  # dot products, then learning rate x error
    hidden: NDArray[np.float32]  # (stride,) CBOW: the mean of the inputs
    gradient: NDArray[np.float32]  # (stride,) CBOW: the sum of what the targets add to it


class ComposedRows(NamedTuple):
    """A thread's private rows for the different words of a few batches, behind the rows of the input matrix."""

    first: int  # the first of them
    words: WordIds  # (R,) the word of each private row
    slots: NDArray[np.int32]  # (V,) the private row of each word, or -1 where it has none
    composed: NDArray[np.float32]  # (R * stride,) the rows as they were composed
    period: int  # batches after which what they have learned goes to the parts


class VectorRows(NamedTuple):
    """Rows of a flat matrix."""

    matrix: NDArray[np.float32]
    starts: NDArray[np.int64]  # where each row begins


class SoftmaxWorkspace(NamedTuple):
    """A thread's scratch arrays for full softmax, which trains up to n = TILE hidden vectors together."""

    rows: Offsets  # (8 x blocks,) where the context vectors are; the last block is filled up with the zero row
    words: int  # V
    window: tuple[int, int]  # largest distance of a context word before and after the center
    first_block: int  # the block with which this thread begins to move
    positions: Offsets  # (n,) which words of the batch the hidden vectors stem from
    hidden_at: Offsets  # (n + 1,) where the hidden vectors begin in `hidden`
    hidden: NDArray[np.float32]  # (n, stride)
    gradient: NDArray[np.float32]  # (n, stride) the sum of what all words add to them
    n_labels: NDArray[np.float32]  # (n,) how many words each hidden vector predicts
    pair_hidden: WordIds  # (pairs,) of every pair the hidden vector
    pair_word: WordIds  # (pairs,) and the word it should predict
    scores: NDArray[np.float32]  # (blocks, n, 8)
    highest: NDArray[np.float32]  # (n, 8) of the scores of a hidden vector
    totals: NDArray[np.float32]  # (n, 8) sums of their exponentials


class EpochArguments(NamedTuple):
    """Everything that one thread needs for its part of an epoch."""

    corpus: EncodedIds
    sampling: Sampling
    schedule: Schedule
    weights: Weights
    hot: HotRows
    state: SharedState
    workspace: Workspace
    mean: Mean | None  # None: skip-gram, each word of the window is an input of its own
    objective: Objective
    softmax: SoftmaxWorkspace | None  # not None: full softmax in place of the objective
    composition: Composition | None  # None: the input of a word is its row
    composed: ComposedRows | None  # None without composition
    documents: Documents | None  # None: words are the only inputs


class Inference(NamedTuple):
    """Vectors of new documents, in a model that does not change."""

    sentences: Offsets  # (N + 1,) document d has the sentences sentences[d] .. sentences[d + 1] - 1
    keys: NDArray[np.uint64]  # (epochs,) of the draws of each epoch
    vectors: NDArray[np.float32]  # (N * stride,) they start as zeros
    row: int  # of the input matrix: this thread's, for the document that it works on
    rates: tuple[float, float]  # at the first word of a document, and behind the last one of its last epoch


class Copies(NamedTuple):
    """One matrix in several copies, each trained by other threads (see combining.py)."""

    all: NDArray[np.float32]  # flat, one copy behind the other, each with what else its threads keep there
    size: int  # floats from one copy to the next
    count: int  # N copies
    common: NDArray[np.float32]  # (rows * stride,) the rows as they were when the copies last met
    stride: int
    columns: int


class Updates(NamedTuple):
    """How often each row has moved since the copies last met."""

    reads: NDArray[np.int32]  # (N, V) occurrences in the text that the threads of each copy have trained
    words: NDArray[np.float32]  # (V,) words of text that each copy has trained on average
    factors: NDArray[np.float32]  # (V,) updates for each occurrence
    noise: NDArray[np.float32]  # (V,) further updates for each word of text


class DrawnRows(NamedTuple):
    """Rows of a matrix that are drawn as often as training meets them."""

    matrix: NDArray[np.float32]
    table: NDArray[np.uint64]  # alias table over the rows
    mean_of: int  # of how many drawn rows a vector is the mean: for CBOW's inputs about as many as a window has
    stride: int
    columns: int


class Spectrum(NamedTuple):
    """How the loss curves: the leading eigenvectors of a (D, D) moment, and its eigenvalues."""

    rows: NDArray[np.float32]  # (DIRECTIONS * stride,) eigenvectors
    transposed: NDArray[np.float32]  # (columns * DIRECTIONS,) the same, number by number
    values: NDArray[np.float32]  # (DIRECTIONS + 1,) their eigenvalues, and the mean of all others
    stride: int
    columns: int
