"""Histories as the weighted means of the vectors of their last items.

Reference  firth.illustrated.next_item.mean_of_history
"""

from numpy import float32

from firth.kernels.compile import kernel

__all__ = ["mean_vectors"]


@kernel
def mean_vectors(inputs, ids, offsets, powers, means):
    """Means (Q, D) of Q histories: the item `lag` before the last one weighs powers[lag]; zeros for empty histories.

    inputs : (N, D) float32.    ids, offsets : Histories.    powers : (H,) float32; older items do not count.
    """
    size = inputs.shape[1]
    for q in range(len(offsets) - 1):
        means[q] = 0
        total = float32(0)
        stop = offsets[q + 1]
        for lag in range(min(len(powers), stop - offsets[q])):
            weight = powers[lag]
            total += weight
            row = inputs[ids[stop - 1 - lag]]
            for d in range(size):
                means[q, d] += weight * row[d]
        if total > 0:
            for d in range(size):
                means[q, d] /= total
