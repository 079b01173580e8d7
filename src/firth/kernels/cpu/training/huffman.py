"""Huffman's tree over the words: frequent ones near the root, so that paths are short on average.

Source      Huffman 1952, "A method for the construction of minimum-redundancy codes"; for words as classes:
            Morin & Bengio 2005, "Hierarchical probabilistic neural network language model".
Reference   firth.illustrated.hierarchical_softmax

A tree of V words has V - 1 nodes, numbered by falling count: node 0 is the root, and the nodes that most words pass
come first, as the most frequent words do. Words sorted by count make merging linear (van Leeuwen 1976): the two rarest
trees are at the front of two queues, one of words and one of nodes, which are made in order of their counts.
"""

from numpy import empty, int64

from firth.kernels.compile import kernel

__all__ = ["merge_rarest", "write_paths"]


@kernel
def merge_rarest(counts, order, parents, codes, lengths):
    """Join the two rarest trees until one tree is left.

    counts (V,) int64      of the words; `order` (V,) lists the words, rarest first
    parents (2 V - 1,)     set to the parent: of node n at n, of word w at V - 1 + w; the root has none
    codes (2 V - 1,) int8  set to the branch from the parent: 1 for the rarer of two children, 0 for the other;
                           where counts are equal words are taken before nodes, which keeps long paths short
    lengths (V,) int64     set to the number of nodes on the path from the root to each word
    """
    words = len(counts)
    nodes = words - 1
    weights = empty(words, int64)  # of the nodes in the order in which they are made
    leaf = 0
    oldest = 0
    for made in range(nodes):
        weights[made] = 0
        for code in range(1, -1, -1):
            # The next tree is at the front of one of the two queues; both are sorted by count.
            if leaf < words and (oldest == made or counts[order[leaf]] <= weights[oldest]):
                child = nodes + order[leaf]
                weights[made] += counts[order[leaf]]
                leaf += 1
            else:
                child = nodes - 1 - oldest
                weights[made] += weights[oldest]
                oldest += 1
            parents[child] = nodes - 1 - made
            codes[child] = code
    depths = weights  # the counts of nodes are not needed any more
    depths[0] = 0
    for node in range(1, nodes):
        depths[node] = depths[parents[node]] + 1
    for word in range(words):
        lengths[word] = depths[parents[nodes + word]] + 1 if nodes > 0 else 0


@kernel
def write_paths(parents, codes, offsets, turns):
    """Set turns[offsets[w] : offsets[w + 1]] to 2 x node + code for the nodes above word w, the root first."""
    words = len(offsets) - 1
    for word in range(words):
        child = int64(words - 1 + word)
        for at in range(offsets[word + 1] - 1, offsets[word] - 1, -1):
            code = codes[child]
            child = parents[child]
            turns[at] = 2 * child + code
