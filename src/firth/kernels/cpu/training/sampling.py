"""Noise words, drawn in constant time.

Source   Mikolov et al. 2013, arXiv:1310.4546, section 2.2 (noise distribution counts ** 0.75);
         Walker 1977, Vose 1991 (the alias method).
Reference   firth.illustrated.draws
"""

from numpy import empty, int64, uint64

from firth.kernels.compile import kernel, step
from firth.kernels.cpu.training.random import below, draw

__all__ = ["draw_all_targets", "draw_from", "draw_targets", "draw_word", "fill_alias_table"]

_LOW = uint64(0xFFFFFFFF)
_HALF = uint64(32)


@kernel
def fill_alias_table(weights, packed):
    """packed[i] = acceptance threshold << 32 | alias, so that a draw costs one look-up.

    weights (V,) float64, not negative, is used up: each slot is filled up to the average by one larger word. The
    threshold is 0 for words of weight 0, and for no others: that is how words that are never drawn are recognised.
    """
    n = len(weights)
    total = 0.0
    for i in range(n):
        total += weights[i]
    share = weights
    alias = empty(n, int64)
    least = empty(n, uint64)
    waiting = empty(n, int64)  # small slots grow from the left, large ones from the right
    small = 0
    large = n
    for i in range(n):
        least[i] = uint64(weights[i] > 0.0)
        share[i] *= n / total
        alias[i] = i
        if share[i] < 1.0:
            waiting[small] = i
            small += 1
        else:
            large -= 1
            waiting[large] = i
    while small > 0 and large < n:
        small -= 1
        below_average = waiting[small]
        above_average = waiting[large]
        alias[below_average] = above_average
        share[above_average] -= 1.0 - share[below_average]
        if share[above_average] < 1.0:
            large += 1
            waiting[small] = above_average
            small += 1
    for i in range(small):  # rounding left these a hair below the average
        share[waiting[i]] = 1.0
    for i in range(n):
        threshold = max(uint64(min(share[i], 1.0) * 4294967295.0), least[i])
        packed[i] = (threshold << _HALF) | uint64(alias[i])


@step
def draw_from(bits, table, first, size):
    """A number in [0, size) with its probability by the alias table at table[first : first + size]."""
    slot = below(bits >> _HALF, size)
    entry = table[first + slot]
    if (bits & _LOW) > (entry >> _HALF):
        return int64(entry & _LOW)
    return slot


@step
def draw_word(bits, noise_table):
    """A word with its probability under the noise distribution."""
    return draw_from(bits, noise_table, int64(0), len(noise_table))


@step
def _next_word(word, noise_table):
    """The next word of the vocabulary that may be noise; after the last one comes the first."""
    while True:
        word = word + 1 if word + 1 < len(noise_table) else int64(0)
        if noise_table[word] >> _HALF != 0:
            return word


@step
def draw_targets(center, bits, sampling, targets):
    """targets[0] = the center, targets[1 : K + 1] = K noise words, all different.

    A noise word that is already among them is replaced by the next word of the vocabulary: two updates of one row in
    the same step would overwrite each other. `bits` are the random bits that belong to the center's position.
    """
    targets[0] = center
    for k in range(1, sampling.negative_samples + 1):
        word = draw_word(draw(bits, k), sampling.noise_table)
        while True:
            taken = False
            for j in range(k):  # no early exit: this way LLVM compares many at a time
                taken |= targets[j] == word
            if not taken:
                break
            word = _next_word(word, sampling.noise_table)
        targets[k] = word


@kernel
def draw_all_targets(words, first, sampling, out):
    """out[i] = draw_targets of word i, with the bits that belong to position first + i."""
    for i in range(len(words)):
        draw_targets(words[i], draw(sampling.key, first + i), sampling, out[i])
