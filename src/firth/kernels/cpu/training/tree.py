"""The targets of hierarchical softmax: the nodes on the path from the root of Huffman's tree to the center.

Source      Morin & Bengio 2005; Mikolov et al. 2013, arXiv:1310.4546, section 2.1.
Reference   firth.illustrated.hierarchical_softmax

Each node decides between two branches, with label 1 for code 0 and label 0 for code 1. The probability of a word is the
product of the decisions on its path, so the loss of a pair is the sum of theirs.
"""

from numpy import float32, int64, uint64

from firth.kernels.compile import step
from firth.kernels.cpu.training.hot_rows import output_row
from firth.kernels.cpu.training.workspace import PATH_TAIL, RING, prefetch_row
from firth.simd.memory import prefetch
from firth.simd.rows import BLOCK_ROWS

__all__ = ["list_path", "prefetch_paths"]

_ALWAYS_CACHED = 512  # nodes at the top, which every few positions pass, need no prefetch
_INTS_PER_LINE = 16


@step
def prefetch_paths(words, first, stop, tree):
    """Prefetch the paths to words[first:stop]; nothing without a tree."""
    if tree is not None:
        for i in range(first, stop):
            begin = tree.offsets[words[i]]
            prefetch(tree.turns, begin)
            prefetch(tree.turns, begin + _INTS_PER_LINE)


@step
def list_path(i, tree, weights, hot, workspace):
    """Note the rows and labels on the path to word i, and prefetch the rows farther down."""
    targets = workspace.targets
    word = workspace.batch.words[i]
    slot = i % RING
    begin = uint64(tree.offsets[word])  # unsigned, so that no index has to be checked for its sign
    length = uint64(tree.offsets[word + 1]) - begin
    first = uint64(slot * targets.padded)
    for k in range(length):
        turn = int64(tree.turns[begin + k])
        targets.rows[first + k] = output_row(turn >> 1, weights, hot)
        targets.labels[first + k] = float32(1 - (turn & 1))
        targets.weights[first + k] = float32(1)
    # Most paths are longer than one block and end within another: a shorter last block saved 5 to 10 % of an epoch.
    whole = int64(length) // BLOCK_ROWS
    rest = int64(length) - whole * BLOCK_ROWS
    tail = int64(0 < rest <= len(PATH_TAIL))
    whole += int64(rest > len(PATH_TAIL))
    for k in range(length, uint64((whole + tail) * BLOCK_ROWS)):
        targets.rows[first + k] = hot.zero_row * weights.stride
        targets.labels[first + k] = float32(0)
        targets.weights[first + k] = float32(0)
    targets.slots[slot, 0] = whole
    targets.slots[slot, 1] = tail
    targets.slots[slot, 2] = int64(first)
    for k in range(length):
        if tree.turns[begin + k] >= 2 * _ALWAYS_CACHED:
            prefetch_row(weights.output, targets.rows[first + k], weights.columns)
