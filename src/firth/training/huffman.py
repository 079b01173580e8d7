"""The tree that hierarchical softmax walks down: built from counts alone, so no file needs to keep it."""

import numpy as np

from firth.arrays import Counts
from firth.kernels.arguments import Tree
from firth.kernels.cpu.training.huffman import merge_rarest, write_paths

__all__ = ["huffman_tree"]


def huffman_tree(counts: Counts) -> Tree:
    """Huffman's tree over words with these counts (V,), as the path to each word.

    Node 0 is the root; nodes are numbered by falling count. Of two branches the one with the rarer words has code 1;
    where counts are equal, words count as rarer than nodes, later words as rarer than earlier ones and nodes made
    earlier (which have higher numbers) as rarer than those made later.
    """
    words = len(counts)
    rarest_first = np.argsort(-counts, kind="stable")[::-1].astype(np.int64)
    parents, codes = np.zeros(2 * words - 1, np.int64), np.zeros(2 * words - 1, np.int8)
    offsets = np.zeros(words + 1, np.int64)
    merge_rarest(np.ascontiguousarray(counts, np.int64), rarest_first, parents, codes, offsets[1:])
    longest = int(offsets.max())
    np.cumsum(offsets, out=offsets)
    turns = np.empty(offsets[-1], np.int32)
    write_paths(parents, codes, offsets, turns)
    return Tree(offsets, turns, longest)
