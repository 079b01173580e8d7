"""The targets of hierarchical softmax: the nodes on the way from the root of Huffman's tree to the center.

Source      Morin & Bengio 2005; Mikolov et al. 2013, arXiv:1310.4546, section 2.1.
Slow twin   firth.illustrated.hierarchical_softmax

At each node the question is which of two branches to take; the probability of a word is the product of the answers on
its path, so the loss of a pair is the sum of theirs.
"""

from numpy import float32, int64, uint64

from firth.kernels.compile import step
from firth.kernels.cpu.training.hot_rows import row_of
from firth.kernels.cpu.training.targets import RING, prefetch_row
from firth.simd.memory import prefetch
from firth.simd.rows import BLOCK_ROWS

__all__ = ["TAIL", "ask_path", "prefetch_paths"]

_ALWAYS_NEAR = 512  # nodes at the top, which every few positions pass, need not be asked for
_INTS_PER_LINE = 16
TAIL = (0, 0, 0, 0)  # a path of 11 nodes takes 12 rows instead of 16


@step
def prefetch_paths(words, first, last, tree):
    """Ask for the paths to words[first:last]."""
    for i in range(first, last):
        begin = tree.offsets[words[i]]
        prefetch(tree.turns, begin)
        prefetch(tree.turns, begin + _INTS_PER_LINE)


@step
def ask_path(i, batch, tree, weights, hot, room):
    """Note the rows and answers on the path to word i, and ask for the rows farther down."""
    word = batch[0][i]
    slot = i % RING
    begin = uint64(tree.offsets[word])  # unsigned, so that no index has to be checked for its sign
    length = uint64(tree.offsets[word + 1]) - begin
    first = uint64(slot * room.padded)
    for k in range(length):
        turn = int64(tree.turns[begin + k])
        room.target_rows[first + k] = row_of(turn >> 1, weights, hot)
        room.signs[first + k] = float32(2 * (turn & 1) - 1)
    whole = int64(length) // BLOCK_ROWS
    rest = int64(length) - whole * BLOCK_ROWS
    tail = int64(0 < rest <= len(TAIL))
    whole += int64(rest > len(TAIL))
    for k in range(length, uint64((whole + tail) * BLOCK_ROWS)):
        room.target_rows[first + k] = hot.spare * weights.stride
        room.signs[first + k] = float32(0)
    room.asked[slot, 0] = whole
    room.asked[slot, 1] = tail
    room.asked[slot, 2] = int64(first)
    for k in range(length):
        if tree.turns[begin + k] >= 2 * _ALWAYS_NEAR:
            prefetch_row(weights.context, room.target_rows[first + k], weights.columns)
