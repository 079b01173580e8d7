"""Hierarchical softmax: a word is found by a few binary decisions, as in a guessing game.

The words are the leaves of a binary tree, and each node has a vector. On the path from the root to a word, sigmoid(node
vector . hidden vector) is the probability of the branch with code 0; the probability of the word is the product along
its path. The probabilities of all words add up to 1, yet one word costs as many products as its path has nodes, not V.

Source      Morin & Bengio 2005, "Hierarchical probabilistic neural network language model"; with Huffman's tree:
            Mikolov et al. 2013, arXiv:1310.4546, section 2.1.
"""

import heapq
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from firth.illustrated.negative_sampling import Numbers, sigmoid
from firth.illustrated.targets import Targets

__all__ = ["Path", "huffman_paths", "path_targets", "word_probabilities"]


class Path(NamedTuple):
    """The path from the root to a word."""

    nodes: list[int]  # rows of node_vectors, 0 being the root
    codes: list[int]  # at each of them, 0 or 1


def huffman_paths(counts: Sequence[int]) -> list[Path]:
    """Huffman's tree over words with these counts: the two rarest trees become one, until one is left.

    Of two trees the rarer gets code 1. Of equal counts, words come first, later ones before earlier ones, then nodes in
    the order in which they are made. Nodes are numbered backwards: the last one made is the root, 0.
    """
    words = len(counts)
    # (count, whether it is a node, order among equals, number of the node or the word)
    heap = [(count, False, -word, word) for word, count in enumerate(counts)]
    heapq.heapify(heap)
    above: dict[tuple[bool, int], tuple[int, int]] = {}  # the parent of a word or node, and the code of the branch
    for made in range(words - 1):
        number, total = words - 2 - made, 0
        for code in (1, 0):
            count, is_node, _, child = heapq.heappop(heap)
            above[is_node, child] = number, code
            total += count
        heapq.heappush(heap, (total, True, made, number))
    return [_climb(word, above) for word in range(words)]


def _climb(word: int, above: dict[tuple[bool, int], tuple[int, int]]) -> Path:
    path = Path([], [])
    here = (False, word)
    while here in above:
        node, code = above[here]
        path.nodes.insert(0, node)
        path.codes.insert(0, code)
        here = (True, node)
    return path


def path_targets(path: Path) -> Targets:
    """At each node of a path, the label is 1 where the path takes the branch with code 0."""
    n = len(path.nodes)
    return Targets(path.nodes, 1.0 - np.array(path.codes), np.ones(n), np.zeros(n))


def word_probabilities(hidden: Numbers, node_vectors: Numbers, paths: Sequence[Path]) -> Numbers:
    """(V,) the probability of every word; they add up to 1."""
    zero = np.concatenate([sigmoid(node_vectors @ hidden), [1.0]])  # the 1 is never used
    return np.array([
        np.prod([zero[node] if code == 0 else 1 - zero[node] for node, code in zip(*path, strict=True)])
        for path in paths
    ])  # fmt: skip
